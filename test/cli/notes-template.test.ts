/** `waybill notes` in a team's own words, and `waybill validate` of them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { notes } from "../../src/cli/notes.ts";
import { validate } from "../../src/cli/validate.ts";
import { givenClone, runCommand, type Clone } from "./given-clone.ts";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";

let clone: Clone;
const file = (name: string) => join(clone.folder, name);
const run = (...argv: string[]) => runCommand(notes, ["--repo", clone.folder, ...argv]);

const OWN = "# New in {{code version}}, after {{code baseTag}}\n\n{{> sections}}\n";
const BROKEN = "# New\n\n{{#each sections}}\n* {{md titel}}\n{{/each}}\n";

beforeAll(() => {
  clone = givenClone();
  clone.commit("chore: begin");
  clone.git("tag", "v1.0.0");
  clone.commit("feat: pay by invoice", { ".github/waybill/notes.hbs": OWN });
  clone.git("tag", "v1.1.0");
  clone.commit("fix: round up", { ".github/waybill/notes.hbs": BROKEN });
});
afterAll(() => clone.remove());

describe("waybill notes --template", () => {
  it("words the notes as the file says", async () => {
    writeFileSync(
      file("short.hbs"),
      "{{code version}} has {{count sections.length}} {{plural sections.length 'section' 'sections'}} since {{code baseTag}}.\n",
    );
    expect(await run("--template", file("short.hbs"))).toEqual({
      code: 0,
      out: "`1.1.1` has 1 section since `v1.1.0`.\n",
      err: "",
    });
    const all = await run("--all", "--template", file("short.hbs"));
    expect(all.out).toContain("## v1.1.0\n\n`1.1.0` has 1 section since `v1.0.0`.\n");
  });

  it("uses the clone's own, of the commit that the notes end with, and does without it on request", async () => {
    const own = await run("--to", "v1.1.0");
    expect(own).toMatchObject({ code: 0, err: "" });
    expect(own.out).toContain("# New in `1.1.0`, after `v1.0.0`\n\n### Features\n\n- pay by invoice");
    expect((await run("--to", "v1.1.0", "--template", "default")).out).not.toContain("# New in");
    expect((await run("--to", "v1.1.0", "--format", "json")).out).toContain('"version": "1.1.0"');
  });

  it("says what is wrong with the clone's own, and goes on in Waybill's words", async () => {
    const { code, out, err } = await run();
    expect(code).toBe(0);
    expect(out).toBe((await run("--template", "default")).out);
    expect(err).toBe(
      "waybill notes: the clone's own template cannot be used, so these are Waybill's own words:\n  .github/waybill/notes.hbs:4:8  there is no field “titel” here\n    mend: did you mean title?\n",
    );
  });

  it("refuses a named one that cannot be used, with file, line and mend", async () => {
    writeFileSync(file("broken.hbs"), BROKEN);
    const { code, out, err } = await run("--template", file("broken.hbs"));
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain(`broken.hbs:4:8  there is no field “titel” here\n    mend: did you mean title?`);
    expect((await run("--template", file("none.hbs"))).err).toContain("none.hbs cannot be read");
    expect((await run("--template", "")).code).toBe(2);
    expect((await run("--template", "default", "--format", "json")).code).toBe(2);
  });
});

describe("waybill notes --audience", () => {
  const config =
    "components: { api: { paths: [api/**] }, web: { paths: [web/**] } }\nenvironments: { prod: }\nrelease: { audiences: { partners: { components: [api] }, support: } }\n";
  let shop: Clone;
  const ask = (...argv: string[]) => runCommand(notes, ["--repo", shop.folder, ...argv]);
  beforeAll(() => {
    shop = givenClone();
    shop.commit("chore: begin", { ".github/waybill.yml": config });
    shop.git("tag", "v1.0.0");
    shop.commit("feat(pay)!: by invoice\n\nBREAKING CHANGE: send an address", { "api/a": "1" });
    shop.commit("feat(look): darker", {
      "web/a": "1",
      ".github/waybill/audience-support.hbs": "{{code version}} for {{md audience}}\n\n{{> sections}}",
    });
  });
  afterAll(() => shop.remove());

  it("words what its components change, in Waybill's words or in the team's", async () => {
    expect(await ask("--audience", "partners")).toEqual({
      code: 0,
      out: "**What breaks, and what to do**\n\n- send an address\n\n**Features**\n\n- by invoice\n",
      err: "",
    });
    const support = await ask("--audience", "support");
    expect(support.out).toContain("`2.0.0` for support\n\n### Features\n\n- **look:** darker");
    expect((await ask("--audience", "support", "--template", "default")).out).toBe(
      "**What will not work as before**\n\n- send an address\n\n**Features**\n\n- darker\n- by invoice\n",
    );
  });

  it("that the config does not have is refused, with those that it has", async () => {
    expect(await ask("--audience", "sales")).toMatchObject({
      code: 1,
      err: "waybill notes: the config has no audience “sales”; it has these: partners, support.\n",
    });
    expect((await ask("--audience", "support", "--all")).code).toBe(2);
    expect((await ask("--audience", "support", "--component", "api")).code).toBe(2);
  });
});

describe("waybill validate", () => {
  const check = async (...argv: string[]) => {
    let out = "";
    const io = { write: (text: string) => (out += text) };
    return {
      code: await validate(argv, { stdout: io, stderr: io }),
      out: out.replaceAll(`${clone.folder}/`, ""),
    };
  };

  it("checks the templates beside the config as well", async () => {
    mkdirSync(file(".github/waybill"), { recursive: true });
    writeFileSync(file(".github/waybill.yml"), "components: { api: {} }\nenvironments: { prod: {} }\n");
    mkdirSync(file(".github/workflows"), { recursive: true });
    writeFileSync(file(".github/workflows/deploy.yml"), deployWorkflow());
    writeFileSync(file(".github/waybill/notes.hbs"), BROKEN);
    writeFileSync(file(".github/waybill/notise.hbs"), "x\n");
    const { code, out } = await check(file(".github/waybill.yml"));
    expect(code).toBe(1);
    expect(out).toBe(`.github/waybill/notes.hbs:4:8  there is no field “titel” here
   4 | * {{md titel}}
     |        ^
    mend: did you mean title?

.github/waybill/notise.hbs:1:1  no text is made by a template of this name
   1 | x
     | ^
    mend: call it notice.hbs, or delete it

2 problems.
`);
    const json = JSON.parse((await check(file(".github/waybill.yml"), "--json")).out) as {
      ok: boolean;
      problems: unknown[];
    };
    expect([json.ok, json.problems.length]).toEqual([false, 2]);
  });

  it("checks one template by itself", async () => {
    expect(await check(file(".github/waybill/notes.hbs"))).toMatchObject({
      code: 1,
      out: expect.stringContaining("notes.hbs:4:8") as string,
    });
    writeFileSync(file(".github/waybill/notes.hbs"), OWN);
    expect(await check(file(".github/waybill/notes.hbs"))).toEqual({
      code: 0,
      out: ".github/waybill/notes.hbs is valid.\n",
    });
  });
});
