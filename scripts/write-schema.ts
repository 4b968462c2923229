// Writes what people and editors read about the config from the one place where it is defined, src/core/config/schema.ts:
// schema/waybill.schema.json and the tables of docs/config.md; and those of docs/templates.md from src/render. `--check` writes nothing and exits 1 if either is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { RESERVED_WORDS } from "../src/core/config/names.ts";
import { configSchema } from "../src/core/config/schema.ts";
import { templatesReference } from "./templates-reference.ts";

const ROOT = join(import.meta.dirname, "..");
const BEGIN = "<!-- made by `npm run schema`: begin -->";
const END = "<!-- made by `npm run schema`: end -->";

/** The parts of a JSON Schema (draft-07) that zod makes of ours. */
interface Shape {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: string | number | boolean;
  readonly format?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
}

/** The JSON Schema of `.github/waybill.yml`, for completion in editors. */
export function jsonSchema(): Shape {
  return z.toJSONSchema(configSchema, { io: "input", target: "draft-7" }) as Shape;
}

/** The reference part of docs/config.md: a table for each map of settings. */
export function configReference(): string {
  const sections = sectionsOf(jsonSchema(), "");
  const known = new Set<Readonly<Record<string, Shape>>>();
  const texts = sections.flatMap(({ path, shape }) => {
    const same = [...known].some(
      (properties) => JSON.stringify(properties) === JSON.stringify(shape.properties),
    );
    if (shape.properties === undefined || same) return [];
    known.add(shape.properties);
    const about = path === "" || shape.description === undefined ? "" : `${shape.description}\n\n`;
    return [`### ${path === "" ? "The file" : `\`${path}\``}\n\n${about}${tableOf(shape)}`];
  });
  const reserved = RESERVED_WORDS.map((word) => `\`${word}\``).join(", ");
  return `${texts.join("\n")}\n### Reserved words\n\nNo component and no environment may be named ${reserved}.\n`;
}

interface Section {
  readonly path: string;
  readonly shape: Shape;
}

function sectionsOf(shape: Shape, path: string): Section[] {
  const own = shape.properties === undefined ? [] : [{ path, shape }];
  const below = Object.entries(shape.properties ?? {}).flatMap(([name, inner]) =>
    sectionsOf(inner, path === "" ? name : `${path}.${name}`),
  );
  const named =
    typeof shape.additionalProperties === "object"
      ? sectionsOf(shape.additionalProperties, `${path}.NAME`)
      : [];
  const alternatives = (shape.anyOf ?? []).flatMap((inner) => sectionsOf(inner, path));
  const items = shape.items === undefined ? [] : sectionsOf(shape.items, path);
  return [...own, ...below, ...named, ...alternatives, ...items];
}

function tableOf(shape: Shape): string {
  const rows = Object.entries(shape.properties ?? {}).map(([name, inner]) => {
    const isRequired = shape.required?.includes(name) === true;
    const usual = isRequired ? "required" : defaultText(inner.default);
    return `| \`${name}\` | ${kindText(inner)} | ${usual} | ${(inner.description ?? "").replaceAll("|", "\\|")} |\n`;
  });
  return `| setting | value | default | meaning |\n|---|---|---|---|\n${rows.join("")}`;
}

function defaultText(value: unknown): string {
  if (value === undefined || JSON.stringify(value) === "{}") return "";
  return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function kindText(shape: Shape): string {
  if (shape.anyOf !== undefined) {
    return [...new Set(shape.anyOf.filter((inner) => inner.type !== "null").map(kindText))].join(" or ");
  }
  if (shape.const !== undefined) return `\`${String(shape.const)}\``;
  if (shape.enum !== undefined) return shape.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (shape.format === "uri") return "address";
  if (shape.pattern?.endsWith("(s|m|h|d)$") === true) return "duration";
  if (shape.type === "array") return `list of ${kindText(shape.items ?? {}).replace(/(?<![s`])$/, "s")}`;
  if (shape.type === "object") {
    return typeof shape.additionalProperties === "object"
      ? `map of names to ${kindText(shape.additionalProperties)}`
      : "settings";
  }
  if (shape.type === "integer" && shape.maximum !== undefined && shape.maximum < Number.MAX_SAFE_INTEGER) {
    return `${shape.minimum} to ${shape.maximum}`;
  }
  return (
    { string: "text", integer: "number" }[String(shape.type)] ??
    [shape.type ?? "anything"].flat().join(", ").replace("string", "text")
  );
}

/** The files as they should be, by their path from the repository's root. */
export function writtenFiles(): ReadonlyMap<string, string> {
  return new Map([
    ["schema/waybill.schema.json", `${JSON.stringify(jsonSchema(), null, 2)}\n`],
    ["docs/config.md", withReference("docs/config.md", configReference())],
    ["docs/templates.md", withReference("docs/templates.md", templatesReference())],
  ]);
}

/** The page with what stands between its marks written anew. */
function withReference(path: string, reference: string): string {
  const docs = readFileSync(join(ROOT, path), "utf8");
  const begin = docs.indexOf(BEGIN);
  const end = docs.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${path} has lost its marks: ${BEGIN} … ${END}`);
  return `${docs.slice(0, begin + BEGIN.length)}\n\n${reference}\n${docs.slice(end)}`;
}

function main(argv: readonly string[]): number {
  const isCheck = argv.includes("--check");
  const stale = [...writtenFiles()].filter(([path, text]) => readOr(join(ROOT, path)) !== text);
  for (const [path, text] of stale) {
    if (isCheck) process.stderr.write(`${path} is out of date: run \`npm run schema\`.\n`);
    else writeFileSync(join(ROOT, path), text);
  }
  return isCheck && stale.length > 0 ? 1 : 0;
}

function readOr(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

// Not `import.meta.main`: an npm script starts with the guard, which imports this file.
if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));
