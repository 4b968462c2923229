/**
 * The part of JSONPath (RFC 9535) that names exactly one value: `$`, `.name`, `[0]`, `['any name']`. What could match
 * several values (`*`, `..`, slices, filters) is refused, because a proof of delivery needs one answer.
 */

/** The way from the document's root to one value: an object's key or an array's index at each step. */
export type JsonPathStep = string | number;

export type JsonPathReading =
  | { readonly ok: true; readonly steps: readonly JsonPathStep[] }
  | { readonly ok: false; readonly problem: string };

const MAX_PATH_LENGTH = 300;
const MAX_STEPS = 20;
/** RFC 9535's shorthand: a letter, `_` or a character outside ASCII, then also digits. */
const SHORTHAND = /\.([A-Za-z_\u0080-\uFFFF][A-Za-z0-9_\u0080-\uFFFF]*)/y;
const INDEX = /\[(0|[1-9][0-9]{0,8})\]/y;
const QUOTED = /\[(?:'((?:[^'\\]|\\['"\\])*)'|"((?:[^"\\]|\\['"\\])*)")\]/y;

/**
 * Reads a JSON path such as `$.services[0]['api version']`.
 *
 * @returns the steps, or the problem in words that say how to write it instead (for the config's error message).
 * @see https://www.rfc-editor.org/rfc/rfc9535.html#name-segments
 */
export function readJsonPath(path: string): JsonPathReading {
  if (path.length > MAX_PATH_LENGTH) {
    return { ok: false, problem: `a JSON path has at most ${MAX_PATH_LENGTH} characters` };
  }
  if (!path.startsWith("$")) {
    return { ok: false, problem: "a JSON path begins with `$`, as in `$.version`" };
  }
  const steps: JsonPathStep[] = [];
  let at = 1;
  while (at < path.length) {
    const found = stepAt(path, at);
    if (found === null) return { ok: false, problem: problemAt(path, at) };
    steps.push(found.step);
    if (steps.length > MAX_STEPS) return { ok: false, problem: `a JSON path has at most ${MAX_STEPS} steps` };
    at = found.next;
  }
  return { ok: true, steps };
}

/**
 * The text at a path in a parsed JSON document, or null if there is none.
 *
 * A string is answered as it is, a whole number in decimal. Anything else is null: in particular a fraction, because JSON turns
 * the number `1.10` into `1.1`, and a version that was changed on the way proves nothing. Where `any` number will do, a fraction does.
 */
export function valueAt(
  steps: readonly JsonPathStep[],
  json: unknown,
  takes: "whole" | "any" = "whole",
): string | null {
  let value = json;
  for (const step of steps) {
    if (typeof value !== "object" || value === null) return null;
    // A key names an object's member and an index an array's element; `length` and the prototype are no data.
    if (Array.isArray(value) !== (typeof step === "number")) return null;
    if (!Object.hasOwn(value, step)) return null;
    value = (value as Readonly<Record<JsonPathStep, unknown>>)[step];
  }
  if (typeof value === "string") return value;
  const isTaken = takes === "any" ? Number.isFinite(value) : Number.isSafeInteger(value);
  return isTaken ? String(value) : null;
}

function stepAt(path: string, at: number): { step: JsonPathStep; next: number } | null {
  const name = matchAt(SHORTHAND, path, at);
  if (name !== null) return { step: name[1] ?? "", next: at + name[0].length };
  const index = matchAt(INDEX, path, at);
  if (index !== null) return { step: Number(index[1]), next: at + index[0].length };
  const quoted = matchAt(QUOTED, path, at);
  if (quoted === null) return null;
  const text = quoted[1] ?? quoted[2] ?? "";
  return { step: text.replaceAll(/\\(.)/g, "$1"), next: at + quoted[0].length };
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function problemAt(path: string, at: number): string {
  const rest = path.slice(at);
  const where = `at character ${at + 1}`;
  if (rest.startsWith("..")) return `\`..\` ${where} can match several values; name each step`;
  if (/^(\.\*|\[\s*\*)/.test(rest)) return `\`*\` ${where} can match several values; name one`;
  if (rest.startsWith("[?")) return `the filter ${where} can match several values; name one`;
  if (/^\[\s*-/.test(rest)) return `an index counts from the start: the one ${where} is negative`;
  if (/^\[[0-9-]*:/.test(rest)) return `the slice ${where} can match several values; name one index`;
  if (/^\[0[0-9]/.test(rest)) return `the index ${where} begins with a zero`;
  if (/^\[['"]/.test(rest))
    return `the name in quotes ${where} is not closed, or has an escape other than \\' \\" \\\\`;
  if (rest.startsWith("["))
    return `a step ${where} is an index such as [0], or a name in quotes such as ['api version']`;
  if (rest === ".") return "the path ends with a dot";
  if (rest.startsWith("-")) return `a name with \`-\` (${where}) needs quotes: ['api-version']`;
  return `a step ${where} is \`.name\`, \`[0]\` or \`['any name']\``;
}
