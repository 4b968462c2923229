/** `waybill notes --contributors --dependencies`: what is shown besides the changes, from git alone. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notes } from "../../src/cli/notes.ts";
import { givenClone, runCommand, type Clone } from "./given-clone.ts";

let clone: Clone;
beforeEach(() => (clone = givenClone()));
afterEach(() => clone.remove());

const run = (...argv: string[]) => runCommand(notes, ["--repo", clone.folder, "--contributors", ...argv]);

function commitBy(name: string, message: string, path?: string): void {
  clone.commit(message, path === undefined ? {} : { [path]: message });
  clone.git(
    "commit",
    "-q",
    "--amend",
    "--no-edit",
    "--author",
    `${name} <${name}@x.example>`,
    "--allow-empty",
  );
}

function history(): void {
  clone.commit("feat: one");
  clone.git("tag", "v1.0.0");
  commitBy("Grace", "feat: two");
  clone.git("tag", "v1.1.0");
  commitBy("Grace", "fix: three");
  commitBy("@linus", "fix: four", "api/a");
  clone.commit("docs: five");
}

describe("waybill notes --contributors", () => {
  it("names them, and who of them has no commit before the range, without notifying anybody", async () => {
    history();
    const { out } = await run();
    expect(out).toContain(
      "**Contributors:** @&#8203;linus, Ada and Grace. For the first time: @&#8203;linus.\n",
    );
    const json = JSON.parse((await run("--format", "json")).out) as object;
    expect(json).toMatchObject({ contributors: { newcomers: [{ name: "@linus", pull: null }] } });
  });

  it("says so of each release of a history, of its own commits", async () => {
    history();
    const { releases } = JSON.parse((await run("--all", "--format", "json")).out) as {
      releases: { to: string; contributors: { newcomers: { name: string }[] } }[];
    };
    expect(
      releases.map(({ to, contributors }) => [to, contributors.newcomers.map(({ name }) => name)]),
    ).toEqual([
      ["HEAD", ["@linus"]],
      ["v1.1.0", ["Grace"]],
      ["v1.0.0", ["Ada"]],
    ]);
  });

  it("names only those of a component where only that is told of", async () => {
    history();
    clone.commit("chore: config", {
      ".github/waybill.yml": "components:\n  api: { paths: [api/**] }\nenvironments: { prod: {} }\n",
    });
    expect((await run("--component", "api")).out).toContain("**Contributors:** @&#8203;linus.");
  });
});

describe("waybill notes --dependencies", () => {
  const manifest = (range: string) => JSON.stringify({ dependencies: { "@acme/<b>": range } });

  it("tells what changed in manifests between the ends, of components too, as text and in JSON", async () => {
    clone.commit("chore: begin", {
      ".github/waybill.yml": "components:\n  api: { paths: [api/**] }\nenvironments: { prod: {} }\n",
      "api/package.json": manifest("^1.0.0"),
    });
    clone.git("tag", "v1.0.0");
    clone.commit("feat: one", { "api/package.json": manifest("^2.0.0"), "package.json": "[" });
    const { out } = await runCommand(notes, ["--repo", clone.folder, "--dependencies"]);
    expect(out).toContain("In `api/package.json`:\n\n| Package | Before | Now | Remarks |\n");
    expect(out).toContain("| `@acme/<b>` | `^1.0.0` | `^2.0.0` | major |\n");
    expect(out).toContain("`package.json` has changed, but it cannot be read as what its name says.\n");
    const json = await runCommand(notes, ["--repo", clone.folder, "--dependencies", "--format", "json"]);
    expect(JSON.parse(json.out)).toMatchObject({ dependencies: { files: [{ path: "api/package.json" }] } });
  });

  it("says nothing where nothing changed, and is refused for a whole history", async () => {
    clone.commit("chore: begin", { "package.json": manifest("^1.0.0") });
    clone.git("tag", "v1.0.0");
    clone.commit("feat: one");
    const { out } = await runCommand(notes, ["--repo", clone.folder, "--dependencies"]);
    expect(out).not.toContain("Dependencies");
    expect(await run("--all", "--dependencies")).toMatchObject({ code: 2, out: "" });
  });
});
