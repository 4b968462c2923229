/** Values that expressions work on. */
export type Value = string | number | boolean | null;

/** Looks up `inputs.version`, `github.run_id`; unknown names are null, as in GitHub's expressions. */
export type Lookup = (path: readonly string[]) => Value;

type Token =
  | { kind: "value"; value: Value }
  | { kind: "name"; text: string }
  | { kind: "sign"; text: string };

const TOKEN =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<number>-?\d+(?:\.\d+)?)|(?<name>[A-Za-z_][\w-]*(?:\.[\w-]+)*)|(?<sign>==|!=|&&|\|\||[!(),]))/y;

/**
 * Replaces every `${{ … }}` of a text. Understands names, texts, numbers, `== != && || !`, parentheses and the status
 * functions; anything else stays empty.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/expressions
 */
export function expand(text: string, lookup: Lookup): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_whole, inner: string) => {
    const value = evaluate(inner, lookup);
    return value === null ? "" : String(value);
  });
}

/** The value of one expression; null where it cannot be read. */
export function evaluate(expression: string, lookup: Lookup): Value {
  const tokens = tokenize(expression);
  if (tokens === null || tokens.length === 0) return null;
  return new Evaluation(tokens, lookup).run();
}

/** GitHub's truth: false, 0, the empty text and null are false. */
export function isTrue(value: Value): boolean {
  return value !== null && value !== false && value !== 0 && value !== "";
}

function tokenize(expression: string): Token[] | null {
  const tokens: Token[] = [];
  const text = expression.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (!match?.groups) return null;
    const { text: quoted, number, name, sign } = match.groups;
    if (quoted !== undefined) {
      tokens.push({ kind: "value", value: quoted.slice(1, -1).replaceAll("''", "'") });
    } else if (number !== undefined) tokens.push({ kind: "value", value: Number(number) });
    else if (name === "true" || name === "false") tokens.push({ kind: "value", value: name === "true" });
    else if (name === "null") tokens.push({ kind: "value", value: null });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else tokens.push({ kind: "sign", text: sign ?? "" });
  }
  return tokens;
}

/** Recursive descent, one method a level of binding. */
class Evaluation {
  readonly #tokens: readonly Token[];
  readonly #lookup: Lookup;
  #at = 0;

  constructor(tokens: readonly Token[], lookup: Lookup) {
    this.#tokens = tokens;
    this.#lookup = lookup;
  }

  run(): Value {
    const value = this.#or();
    return this.#at === this.#tokens.length ? value : null;
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "sign" || token.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  #or(): Value {
    let value = this.#and();
    while (this.#take("||")) {
      const other = this.#and();
      if (!isTrue(value)) value = other;
    }
    return value;
  }

  #and(): Value {
    let value = this.#equality();
    while (this.#take("&&")) {
      const other = this.#equality();
      if (isTrue(value)) value = other;
    }
    return value;
  }

  #equality(): Value {
    const left = this.#unary();
    if (this.#take("==")) return looselyEqual(left, this.#unary());
    if (this.#take("!=")) return !looselyEqual(left, this.#unary());
    return left;
  }

  #unary(): Value {
    if (this.#take("!")) return !isTrue(this.#unary());
    if (this.#take("(")) {
      const value = this.#or();
      this.#take(")");
      return value;
    }
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token?.kind === "value") return token.value;
    if (token?.kind !== "name") return null;
    if (this.#take("(")) {
      while (this.#at < this.#tokens.length && !this.#take(")")) this.#at += 1;
      return this.#lookup([`${token.text}()`]);
    }
    return this.#lookup(token.text.split("."));
  }
}

/** Texts are compared without case. */
function looselyEqual(left: Value, right: Value): boolean {
  if (typeof left === "string" && typeof right === "string")
    return left.toLowerCase() === right.toLowerCase();
  if (typeof left === typeof right) return left === right;
  return Number(left ?? 0) === Number(right ?? 0);
}
