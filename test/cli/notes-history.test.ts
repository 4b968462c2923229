import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { notes } from "../../src/cli/notes.ts";
import { givenClone, runCommand, type Clone } from "./given-clone.ts";

let clone: Clone;
beforeEach(() => (clone = givenClone()));
afterEach(() => clone.remove());

interface Answer {
  readonly from: string | null;
  readonly to: string;
  readonly version: string | null;
  readonly sections: readonly { readonly entries: readonly { readonly text: string }[] }[];
}

const run = (...argv: string[]) => runCommand(notes, ["--repo", clone.folder, ...argv]);

async function json<Shape>(...argv: string[]): Promise<Shape> {
  const { code, out, err } = await run("--format", "json", ...argv);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as Shape;
}

const texts = ({ sections }: Answer) => sections.flatMap(({ entries }) => entries.map(({ text }) => text));

/** Two releases, a hotfix on a side branch that was merged after the second one, a pre-release, and something new. */
function history(): void {
  clone.commit("feat: one");
  clone.git("tag", "v1.0.0");
  clone.git("checkout", "-q", "-b", "hotfix");
  clone.commit("fix: hot");
  clone.git("tag", "v1.0.1");
  clone.git("checkout", "-q", "main");
  clone.commit("feat: two");
  clone.git("tag", "v1.1.0");
  clone.git("merge", "-q", "--no-ff", "-m", "Merge branch 'hotfix'", "hotfix");
  clone.commit("feat: three");
  clone.git("tag", "v1.2.0-rc.1");
  clone.git("tag", "nightly");
  clone.commit("fix: four");
}

describe("waybill notes --all", () => {
  it("has each release in a section of its own, a hotfix's commits in the hotfix, and what is unreleased first", async () => {
    history();
    const { releases } = await json<{ releases: Answer[] }>("--all");
    expect(releases.map(({ from, to, version }) => [from, to, version])).toEqual([
      ["v1.2.0-rc.1", "HEAD", "1.1.1"],
      ["v1.1.0", "v1.2.0-rc.1", "1.2.0-rc.1"],
      ["v1.0.0", "v1.1.0", "1.1.0"],
      ["v1.0.0", "v1.0.1", "1.0.1"],
      [null, "v1.0.0", "1.0.0"],
    ]);
    expect(releases.map(texts)).toEqual([["four"], ["three"], ["two"], ["hot"], ["one"]]);
  });

  it("has changes in the order of the graph, each line as a whole, whenever they were written and whatever the clocks said", async () => {
    const at = (day: string, message: string) => clone.commit(message, {}, `2026-01-${day}T12:00:00Z`);
    at("09", "feat: base");
    at("02", "feat: main one");
    clone.git("checkout", "-q", "-b", "topic");
    at("03", "feat: topic one");
    at("05", "feat: topic two");
    clone.git("checkout", "-q", "main");
    at("04", "feat: main two");
    at("06", "feat: main three");
    clone.git("merge", "-q", "--no-ff", "-m", "Merge branch 'topic'", "topic");
    const { releases } = await json<{ releases: Answer[] }>("--all");
    const order = clone
      .git("log", "--topo-order", "--format=%s")
      .split("\n")
      .filter((line) => line.startsWith("feat"));
    expect(releases.flatMap(texts).map((text) => `feat: ${text}`)).toEqual(order);
    expect(order.slice(0, 2)).toEqual(["feat: topic two", "feat: topic one"]);
  });

  it("is Markdown with a heading a release, and none for what is unreleased where that is nothing", async () => {
    clone.commit("feat: one");
    clone.git("tag", "v1.0.0");
    clone.commit("docs: two");
    clone.git("tag", "v1.0.1");
    const { out } = await run("--all");
    expect(out.replaceAll(/, [0-9a-f]{7}|\([0-9a-f]{7}\)/g, "(sha)")).toBe(
      "## v1.0.1\n\nNo changes that users would notice.\n\n## v1.0.0\n\n### Features\n\n- one (sha)\n",
    );
  });
});

describe("waybill notes --unreleased", () => {
  it("has what no release contains, neither a pre-release nor a hotfix that was merged", async () => {
    history();
    expect(texts(await json<Answer>("--unreleased"))).toEqual(["four"]);
    clone.git("checkout", "-q", "hotfix");
    clone.commit("fix: hotter");
    clone.git("tag", "v1.0.2");
    clone.git("checkout", "-q", "main");
    clone.git("merge", "-q", "--no-ff", "-m", "Merge branch 'hotfix'", "hotfix");
    expect(texts(await json<Answer>("--unreleased"))).toEqual(["four"]);
    clone.git("tag", "v1.2.0");
    expect(await json<Answer>("--unreleased")).toMatchObject({ from: "v1.2.0", version: null, sections: [] });
  });

  it("refuses where there is no release, as it would list everything", async () => {
    clone.commit("feat: one");
    expect(await run("--unreleased")).toMatchObject({
      code: 1,
      err: expect.stringContaining("--all") as string,
    });
  });
});

describe("waybill notes --component", () => {
  const CONFIG = 'components:\n  api: { paths: ["api/**"] }\n  web: { paths: ["web/**"] }\n';

  it("has only what touches the component, and counts the version by that", async () => {
    clone.commit("feat: old", { ".github/waybill.yml": CONFIG });
    clone.git("tag", "v1.0.0");
    clone.commit("feat: page", { "web/a": "a" });
    clone.commit("fix: call", { "api/a": "a" });
    clone.commit("fix: both", { "api/b": "b", "web/b": "b" });
    expect(await json<Answer>("--component", "api")).toMatchObject({ version: "1.0.1" });
    expect(texts(await json<Answer>("--component", "api"))).toEqual(["both", "call"]);
    expect(texts(await json<Answer>("--component", "web"))).toEqual(["page", "both"]);
    const { releases } = await json<{ releases: Answer[] }>("--component", "api", "--all");
    expect(releases.map(({ to }) => to)).toEqual(["HEAD"]);
  });

  it("that has versions of its own is counted from the last of these, and begins where the release did", async () => {
    const config = 'components:\n  api: { paths: ["api/**"], tag: "api-v{version}" }\n  web:\n';
    clone.commit("feat: old", { ".github/waybill.yml": config });
    clone.git("tag", "v7.0.0");
    clone.commit("feat: call", { "api/a": "a" });
    expect(await json<Answer>("--component", "api")).toMatchObject({ from: "v7.0.0", version: "0.1.0" });
    clone.git("tag", "api-v2.3.0");
    clone.commit("fix: call", { "api/a": "b" });
    clone.commit("feat!: page", { "web/a": "a" });
    expect(await json<Answer>("--component", "api")).toMatchObject({ from: "api-v2.3.0", version: "2.3.1" });
    const { releases } = await json<{ releases: Answer[] }>("--component", "api", "--all");
    expect(releases.map(({ to, version }) => [to, version])).toEqual([
      ["HEAD", "2.3.1"],
      ["api-v2.3.0", "2.3.0"],
    ]);
  });

  it("that the config does not have is refused, with those that it has", async () => {
    clone.commit("feat: old", { ".github/waybill.yml": CONFIG });
    expect(await run("--component", "ap")).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("these: api, web") as string,
    });
  });
});
