/** `/release [version]`, given the facts: which version it means, and why it is refused before anything is asked of the lane. */
import { describe, expect, it } from "vitest";
import { commands } from "../../src/core/commands/index.ts";
import type { CommandFacts, CommandRequest, ComingRelease } from "../../src/core/commands/command.ts";
import { readCommands } from "../../src/core/commands/grammar.ts";
import { release } from "../../src/core/commands/release.ts";
import { parseConfig } from "../../src/core/config/index.ts";
import { plansOf } from "../../src/core/plans.ts";
import { ana, NOON, sha } from "./given.ts";

const SHOWN = { version: "1.5.0", head: sha("b2"), bump: "minor" } as const;
const COMING: ComingRelease = { branch: "main", tip: sha("b2"), base: "1.4.2", shown: SHOWN, heldBy: null };

interface Given extends Partial<Pick<CommandFacts, "role" | "tags">> {
  readonly config?: string;
  readonly coming?: Partial<ComingRelease>;
}

/** What the command comes to: the version of the tag that is asked for, or the refusal's code with its details. */
function outcome(line: string, given: Given = {}): unknown {
  const [written] = readCommands(line, commands);
  if (written?.kind !== "command") return written?.kind ?? "none";
  const { text, args, flags, name } = written;
  const request: CommandRequest = { name, args, flags, text, ordinal: 1, commentId: 77, issue: 7, by: ana };
  const result = release.run(request, factsFor(given), null);
  if (result.kind === "answer" && result.answer.kind === "refusal") {
    const { code, detail } = result.answer.problem;
    return { code, ...detail };
  }
  const event = result.kind === "events" ? result.events[0]?.event : undefined;
  if (event?.type !== "ReleaseRequested") return result;
  const { cut, head } = event;
  return { version: cut.version, tag: cut.tag, sha: cut.sha, tip: head };
}

function factsFor({ config = "", role = "maintain", tags, coming }: Given): CommandFacts {
  const reading = parseConfig(`environments: { prod: {} }\n${config}`, {
    path: "waybill.yml",
    repositoryName: "shop",
  });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return {
    config: reading.config,
    plans: plansOf(reading.config, sha("c0"), "main"),
    role,
    now: NOON,
    environments: [],
    tags: tags ?? [{ version: "1.4.2", tag: "v1.4.2" }],
    unreleased: [],
    released: [],
    upcoming: null,
    coming: { ...COMING, ...coming },
  };
}

describe("/release", () => {
  it("means the version and the commit that the notice shows", () => {
    expect(outcome("/release")).toEqual({ version: "1.5.0", tag: "v1.5.0", sha: sha("b2"), tip: sha("b2") });
  });

  it("and still that commit where the branch has moved on", () => {
    expect(outcome("/release", { coming: { tip: sha("b9") } })).toMatchObject({
      sha: sha("b2"),
      tip: sha("b9"),
    });
  });

  it("tags by the config's pattern", () => {
    const given = { config: 'release: { tag: "shop-{version}" }' };
    expect(outcome("/release", given)).toMatchObject({ tag: "shop-1.5.0" });
    expect(outcome("/release shop-2.0.0", given)).toMatchObject({ version: "2.0.0", tag: "shop-2.0.0" });
  });

  it.each([
    ["the first of a series", "/release --pre rc", [], "1.5.0-rc.1"],
    ["one more", "/release --pre rc", ["1.5.0-rc.1", "1.5.0-rc.2", "1.5.0-beta.7"], "1.5.0-rc.3"],
    ["one more than ten", "/release --pre rc", ["1.5.0-rc.9", "1.5.0-rc.10"], "1.5.0-rc.11"],
    ["the first of a version of one's own", "/release 2.0.0 --pre beta", ["1.5.0-beta.1"], "2.0.0-beta.1"],
    ["one more of a higher version", "/release --pre rc", ["2.0.0-rc.1"], "2.0.0-rc.2"],
    ["the first, where the changes ask for more by now", "/release --pre rc", ["1.4.3-rc.4"], "1.5.0-rc.1"],
    ["what is counted otherwise left alone", "/release --pre rc", ["1.5.0-rc", "1.5.0-rc.1.2"], "1.5.0-rc.1"],
  ])("with --pre takes %s", (_what, line, versions, version) => {
    const tags = ["1.4.2", ...versions].map((one) => ({ version: one, tag: `v${one}` }));
    expect(outcome(line, { tags })).toMatchObject({ version, tag: `v${version}`, sha: sha("b2") });
  });

  it("with --pre goes on from a base that is a pre-release itself", () => {
    const shown = { ...SHOWN, version: "1.0.0-rc.2" };
    const given = {
      coming: { base: "1.0.0-rc.1", shown },
      tags: [{ version: "1.0.0-rc.1", tag: "v1.0.0-rc.1" }],
    };
    expect(outcome("/release --pre rc", given)).toMatchObject({ version: "1.0.0-rc.2" });
    expect(outcome("/release --pre final", given)).toMatchObject({ version: "1.0.0-final.1" });
  });

  it.each([
    ["/release --pre 1", { code: "not-a-series", written: "1" }],
    ['/release --pre "r c"', { code: "not-a-series", written: "r c" }],
    ["/release --pre rc.1", { code: "not-a-series", written: "rc.1" }],
    ["/release 1.5.0-rc.1 --pre rc", { code: "not-a-series", version: "1.5.0-rc.1" }],
    ["/release 1.4.9 --pre rc", { code: "version-too-low" }],
  ])("refuses %s", (line, refused) => {
    expect(outcome(line)).toMatchObject(refused);
  });

  it.each([
    ["a higher one", "/release 2.0.0", "2.0.0"],
    ["one as tags are written", "/release v2.0.0", "2.0.0"],
    ["the next one by its name", "/release 1.5.0", "1.5.0"],
    ["a pre-release of the next one", "/release 1.5.0-rc.1", "1.5.0-rc.1"],
    ["a pre-release of a higher one", "/release 2.0.0-beta.2", "2.0.0-beta.2"],
  ])("takes %s", (_what, line, version) => {
    expect(outcome(line)).toMatchObject({ version, tag: `v${version}` });
  });

  it.each([
    ["/release 1.4.2", { code: "version-not-higher", highest: "1.4.2", next: "1.5.0" }],
    ["/release 0.9.0", { code: "version-not-higher", highest: "1.4.2" }],
    ["/release 1.4.2-rc.1", { code: "version-not-higher", highest: "1.4.2" }],
    ["/release 1.4.3", { code: "version-too-low", next: "1.5.0", bump: "minor", base: "1.4.2" }],
    ["/release 1.4.3-rc.1", { code: "version-too-low", next: "1.5.0" }],
    ["/release 1.6", { code: "not-a-version", written: "1.6", suggestion: "1.6.0" }],
    ["/release 1.06.0", { code: "not-a-version" }],
    ["/release next", { code: "not-a-version", suggestion: null, next: "1.5.0" }],
    ["/release prod", { code: "not-a-version" }],
  ])("%s is refused", (line, problem) => {
    expect(outcome(line)).toMatchObject(problem);
  });

  it("of what only tidies up is a patch, which a person may want", () => {
    const shown = { version: "1.4.3", head: sha("b2"), bump: null } as const;
    expect(outcome("/release", { coming: { shown } })).toMatchObject({ version: "1.4.3" });
    expect(outcome("/release 1.4.4", { coming: { shown } })).toMatchObject({ version: "1.4.4" });
  });

  it("the very first may have any version", () => {
    const first = { base: null, shown: { version: "0.1.0", head: sha("b2"), bump: null } } as const;
    expect(outcome("/release", { coming: first, tags: [] })).toMatchObject({ version: "0.1.0" });
    expect(outcome("/release 0.0.1", { coming: first, tags: [] })).toMatchObject({ version: "0.0.1" });
  });

  it("a version that is tagged anywhere is taken, on another branch too", () => {
    const tags = ["1.5.0", "1.4.2"].map((version) => ({ version, tag: `v${version}` }));
    expect(outcome("/release", { tags })).toMatchObject({
      code: "version-tagged",
      tag: "v1.5.0",
      next: "1.5.1",
    });
    expect(outcome("/release 1.5.1", { tags })).toMatchObject({ version: "1.5.1" });
  });

  it("what a release holds already is not released again, under no version", () => {
    const coming = { base: "1.5.0", heldBy: "v1.5.0" };
    const problem = { code: "release-out-of-order", tag: "v9.0.0", sha: sha("b2"), newer: "v1.5.0" };
    expect(outcome("/release 9.0.0", { coming })).toEqual(problem);
  });

  it("with nothing unreleased there is nothing to do", () => {
    const problem = { code: "nothing-to-release", branch: "main", newest: "1.4.2" };
    expect(outcome("/release", { coming: { shown: null } })).toEqual(problem);
    expect(outcome("/release 9.0.0", { coming: { shown: null } })).toEqual(problem);
  });

  it.each([
    ["maintain, unless the config says otherwise", "", "write", false],
    ["a lower role where the config opens it", "permissions: { release: triage }", "triage", true],
    ["a higher one where it closes it", "permissions: { release: admin }", "maintain", false],
    ["who is listed by id, whatever the role", "permissions: { release: { users: [11] } }", null, true],
    ["only who is listed", "permissions: { release: { users: [12] } }", "admin", false],
  ] as const)("takes %s", (_who, config, role, may) => {
    const found = outcome("/release", { config, role });
    if (may) expect(found).toMatchObject({ version: "1.5.0" });
    else expect(found).toMatchObject({ code: "release-not-allowed", role });
  });

  it("is a closed grammar: one version at most, no flag but one; a near miss is asked about", () => {
    expect(outcome("/release 1.5.0 now")).toBe("malformed");
    expect(outcome("/release --dry rc")).toBe("malformed");
    expect(outcome("/release $(id)")).toBe("malformed");
    expect(outcome("/relaese")).toBe("unknown");
    expect(outcome("/RELEASE")).toMatchObject({ version: "1.5.0" });
  });
});
