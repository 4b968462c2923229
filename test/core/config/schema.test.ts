import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import ajvFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseConfig } from "../../../src/core/config/index.ts";
import { writtenFiles } from "../../../scripts/write-schema.ts";

const root = join(import.meta.dirname, "../../..");
const schema = JSON.parse(readFileSync(join(root, "schema/waybill.schema.json"), "utf8"));
const ajv = new Ajv({ strict: true, strictTypes: false, strictRequired: false });
ajvFormats.default(ajv);
const validates = ajv.compile(schema);

/** The configs that a document shows. */
function examples(path: string): string[] {
  const text = readFileSync(join(root, path), "utf8");
  return [...text.matchAll(/```yaml\n(.*?)```/gs)]
    .map((found) => found[1] ?? "")
    .filter((yaml) => /^(environments|permissions):/m.test(yaml));
}

describe("what is written about the config", () => {
  test.each([...writtenFiles()])("%s is in step with the schema (else: npm run schema)", (path, text) => {
    expect(readFileSync(join(root, path), "utf8")).toBe(text);
  });

  test("the examples of the documents are valid, by Waybill and by the JSON Schema", () => {
    const isWhole = (yaml: string): boolean => /^environments:/m.test(yaml);
    for (const example of ["docs/config.md", "docs/windows.md", "docs/verification.md"].flatMap(examples)) {
      const yaml = isWhole(example) ? example : `environments: { prod: {} }\n${example}`;
      expect(parseConfig(yaml, { path: "x", repositoryName: "x" })).toMatchObject({ ok: true, warnings: [] });
      expect(validates(parse(yaml)), JSON.stringify(validates.errors)).toBe(true);
    }
  });

  test.each([
    ["readme-example", true],
    ["one-environment", true],
    ["regions-side-by-side", true],
    ["typing-errors", false],
    ["wrong-values", false],
  ])("the JSON Schema says of %s what Waybill says: %s", (name, valid) => {
    expect(
      validates(parse(readFileSync(join(root, "test/golden/config", name, "waybill.yml"), "utf8"))),
    ).toBe(valid);
  });

  test("every setting is described", () => {
    const undescribed: string[] = [];
    const visit = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      for (const [name, inner] of Object.entries(node)) {
        visit(inner, `${path}/${name}`);
        if (path.endsWith("/properties") && !("description" in (inner as object)))
          undescribed.push(`${path}/${name}`);
      }
    };
    visit(schema, "");
    expect(undescribed).toEqual([]);
  });
});
