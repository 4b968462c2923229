/** What the repository's lane has written into CHANGELOG.md, and when. */
import { describe, expect, it } from "vitest";
import type { ChangelogKept } from "../../../src/core/changelog/keeping.ts";
import type { RepositoryEvent } from "../../../src/core/events.ts";
import { givenUp } from "../../../src/core/given-up.ts";
import { givenRepository, NOON, notes, plansFor, sha } from "../given.ts";

const ASKED = "environments: { prod: {} }\nrelease: { changelog: docs/CHANGES.md }\n";
const NOT_ASKED = "environments: { prod: {} }\n";

function tagged(version: string, at = NOON, config = ASKED): RepositoryEvent {
  const commit = sha(version.replaceAll(/\D/g, ""));
  const prerelease = version.includes("-");
  return {
    type: "ReleaseTagged",
    at,
    release: { version, tag: `v${version}`, sha: commit, prerelease },
    notes: notes(commit, 1),
    plans: plansFor(config),
  };
}

const moved = (head: string, config = ASKED): RepositoryEvent => ({
  type: "BranchMoved",
  at: NOON + 60_000,
  head: sha(head),
  notes: notes(sha(head), 1),
  version: "2.0.0",
  plans: plansFor(config),
});

const kept = (more: Partial<ChangelogKept>): RepositoryEvent => ({
  type: "ChangelogKept",
  at: NOON + 90_000,
  path: "docs/CHANGES.md",
  written: [],
  declined: [],
  proposed: null,
  ...more,
});

const versionsOf = (then: { only(type: "keepChangelog"): { releases: readonly { version: string }[] } }) =>
  then.only("keepChangelog").releases.map(({ version }) => version);

describe("a changelog", () => {
  it("is written for each release that is none before another, where the config asks for it", () => {
    const then = givenRepository().when(tagged("1.5.0"));
    expect(then.only("keepChangelog")).toMatchObject({
      path: "docs/CHANGES.md",
      branch: "main",
      proposed: null,
    });
    expect(versionsOf(then)).toEqual(["1.5.0"]);
    expect(givenRepository().when(tagged("1.5.0-rc.1")).all("keepChangelog")).toEqual([]);
    expect(
      givenRepository()
        .when(tagged("1.5.0", NOON, NOT_ASKED))
        .all("keepChangelog"),
    ).toEqual([]);
  });

  it("takes all that was not seen in it yet, and is looked at again as the branch moves on, once for many merges", () => {
    const given = givenRepository(tagged("1.5.0"), tagged("1.5.1", NOON + 1));
    const then = given.when(moved("c1"));
    expect(versionsOf(then)).toEqual(["1.5.0", "1.5.1"]);
    const [planned] = then.effects.filter(({ effect }) => effect.type === "keepChangelog");
    expect(planned).toMatchObject({ id: "changelog", coalesce: true, delayMs: 60_000 });
  });

  it("is done with what is written, and with what the team does not want", () => {
    const given = givenRepository(tagged("1.5.0"), tagged("1.5.1", NOON + 1), tagged("1.5.2", NOON + 2));
    const then = given.when(
      kept({ written: ["1.5.0"], declined: ["1.5.1"], proposed: { pull: 9, versions: ["1.5.2"] } }),
    );
    expect(then.lane.changelog).toMatchObject({ unwritten: [{ version: "1.5.2" }], proposed: { pull: 9 } });
    expect(then.audit.map(({ type, ref }) => `${type} ${ref}`)).toEqual([
      "changelog.written v1.5.0",
      "changelog.declined v1.5.1",
      "changelog.proposed docs/CHANGES.md",
    ]);
    const all = givenRepository(tagged("1.5.0"), kept({ written: ["1.5.0"] })).when(moved("c1"));
    expect(all.all("keepChangelog")).toEqual([]);
  });

  it("that cannot be written is said once, tried again, and remembers its pull request", () => {
    const problem = { code: "changelog-refused", detail: {} } as const;
    const open = kept({ proposed: { pull: 9, versions: ["1.5.0"] } });
    const given = givenRepository(tagged("1.5.0"), open, kept({ problem }));
    const first = givenRepository(tagged("1.5.0"), open).when(kept({ problem }));
    expect(first.lane.unsaid.map(({ view }) => view.template)).toEqual(["changelog-refused"]);
    const then = given.when(kept({ problem }));
    expect(then.lane.unsaid).toHaveLength(1);
    expect(then.lane.changelog?.proposed?.pull).toBe(9);
    expect(given.when(moved("c1")).only("keepChangelog").proposed?.pull).toBe(9);
  });

  it("that was tried too often is said, too", () => {
    const effect = givenRepository().when(tagged("1.5.0")).only("keepChangelog");
    expect(givenUp(effect, "GitHub answered 502", NOON)).toMatchObject({
      type: "ChangelogKept",
      problem: { code: "github-refused" },
    });
  });

  it("that the team asks for no more is forgotten", () => {
    const then = givenRepository(tagged("1.5.0")).when(moved("c1", NOT_ASKED));
    expect(then.lane.changelog).toBeUndefined();
    expect(then.all("keepChangelog")).toEqual([]);
  });
});
