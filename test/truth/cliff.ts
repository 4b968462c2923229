/** The `commit_parsers` of a `cliff.toml`. https://git-cliff.org/docs/configuration/git#commit_parsers */
import { keyOfTitle } from "./titles.ts";

interface CliffParser {
  readonly message: RegExp | null;
  readonly body: RegExp | null;
  readonly group: string | null;
  readonly skip: boolean;
}

/** Where git-cliff lists a commit by these rules: the first that fits decides. Throws on a pattern that is none in JavaScript. */
export function cliffRules(toml: string): (type: string, message: string) => string | null {
  const parsers = parsersOf(toml);
  return (type, message) => {
    const body = message.slice(message.indexOf("\n") + 1);
    const fitting = parsers.find(
      (parser) =>
        (parser.message !== null || parser.body !== null) &&
        (parser.message?.test(message) ?? true) &&
        (parser.body?.test(body) ?? true),
    );
    if (fitting === undefined) return type;
    return fitting.skip ? null : (fitting.group ?? type);
  };
}

function parsersOf(toml: string): CliffParser[] {
  const list = /^commit_parsers\s*=\s*\[([\s\S]*?)^\]/m.exec(toml)?.[1] ?? "";
  return list.split("\n").flatMap((line) => {
    const table = /^\s*\{(.*)\}\s*,?\s*(?:#.*)?$/.exec(line)?.[1];
    if (table === undefined) return [];
    const group = stringOf(table, "group");
    return [
      {
        message: patternOf(table, "message"),
        body: patternOf(table, "body"),
        group: group === null ? null : keyOfTitle(group),
        skip: /\bskip\s*=\s*true/.test(table),
      },
    ];
  });
}

function patternOf(table: string, name: string): RegExp | null {
  const source = stringOf(table, name);
  if (source === null) return null;
  const insensitive = source.startsWith("(?i)");
  return new RegExp(insensitive ? source.slice(4) : source, insensitive ? "i" : "");
}

function stringOf(table: string, name: string): string | null {
  const [, basic, literal] =
    new RegExp(`\\b${name}\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|'([^']*)')`).exec(table) ?? [];
  if (literal !== undefined) return literal;
  return basic === undefined ? null : (JSON.parse(`"${basic}"`) as string);
}
