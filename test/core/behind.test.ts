/** How far what runs in each environment is behind a version, by the commit graph. */
import { describe, expect, it } from "vitest";
import { commitsSince, placesBehind } from "../../src/core/behind.ts";
import { graphOf, carriedBy } from "../../src/core/notes/graph.ts";
import { summarise, type Commit } from "../../src/core/notes/index.ts";
import type { NotesSnapshot } from "../../src/core/release.ts";
import { newRepositoryLane, type ReleaseOnItsWay, type RepositoryLane } from "../../src/core/repository.ts";
import { plansFor, sha } from "./given.ts";

/**
 * main: base - a - b - m - c, where m merges a side line base - d.
 */
const COMMITS: readonly Commit[] = [
  { sha: sha("c1"), message: "feat: c", parents: [sha("e1")] },
  { sha: sha("e1"), message: "Merge branch 'side'", parents: [sha("b1"), sha("d1")] },
  { sha: sha("d1"), message: "fix: d", parents: [sha("f0")] },
  { sha: sha("b1"), message: "feat: b", parents: [sha("a1")] },
  { sha: sha("a1"), message: "feat: a", parents: [sha("f0")] },
];

const NOTES: NotesSnapshot = {
  base: { tag: "v1.4.2", version: "1.4.2", sha: sha("f0") },
  head: sha("c1"),
  model: summarise(COMMITS),
  commitCount: COMMITS.length,
  unreadCount: 0,
  compareUrl: "https://github.com/acme/shop/compare/v1.4.2...main",
  graph: graphOf(COMMITS) ?? { shas: "", parents: {} },
};

const running = (version: string, commit: string) => ({ version, sha: sha(commit), url: null, at: 0 });
const release = (version: string, commit: string): ReleaseOnItsWay => ({
  version,
  tag: `v${version}`,
  sha: sha(commit),
  prerelease: false,
  notice: null,
  notes: null,
  requested: [],
  arrived: [],
});

const laneOf = (lane: Partial<RepositoryLane>): RepositoryLane => ({
  ...newRepositoryLane(),
  plans: plansFor(),
  ...lane,
});
const behind = (lane: Partial<RepositoryLane>, version = "1.5.0", notes = NOTES) =>
  placesBehind(laneOf(lane), version, notes).map(({ environment, changes }) => `${environment} ${changes}`);

describe("an environment", () => {
  it("that runs the release before lacks all changes, and a build lacks what came after it", () => {
    const lane = { running: { prod: running("1.4.2", "f0"), dev: running("1.5.0-dev.2", "b1") } };
    expect(behind(lane)).toEqual(["dev 2", "prod 4"]);
    expect(placesBehind(laneOf(lane), "1.5.0", NOTES)[1]).toEqual({
      environment: "prod",
      version: "1.4.2",
      changes: 4,
      compareUrl: `https://github.com/acme/shop/compare/${sha("f0").slice(0, 12)}...${sha("c1").slice(0, 12)}`,
    });
  });

  it("that runs the newest commit lacks nothing", () => {
    expect(behind({ running: { dev: running("1.5.0-dev.5", "c1") } })).toEqual([]);
  });

  it("on a line that was merged lacks what that line lacks", () => {
    expect(behind({ running: { prod: running("1.4.3", "d1") } })).toEqual(["prod 3"]);
  });

  it("that runs an earlier release lacks all; of one that was tagged later, or that nobody can place, nothing is said", () => {
    const releases = [release("1.3.0", "99"), release("1.5.0", "c1"), release("1.6.0", "77")];
    expect(behind({ releases, running: { prod: running("1.3.0", "99") } })).toEqual(["prod 4"]);
    expect(behind({ releases, running: { prod: running("1.6.0", "77") } })).toEqual([]);
    const late = [release("1.6.0", "77"), release("1.5.0", "c1")];
    expect(behind({ releases: late, running: { prod: running("1.6.0", "77") } })).toEqual([]);
    expect(behind({ running: { prod: running("0.0.1", "55") } })).toEqual([]);
  });

  it("is not compared where the commits are not known as a graph, as in what an earlier Waybill stored", () => {
    const { graph: _graph, ...old } = NOTES;
    expect(behind({ running: { prod: running("1.4.2", "f0") } }, "1.5.0", old)).toEqual([]);
  });
});

describe("a graph", () => {
  it("takes forty bytes a commit, and more only where a commit has not simply the next for its parent", () => {
    const graph = graphOf(COMMITS);
    expect(graph?.shas).toHaveLength(5 * 40);
    expect(graph?.parents).toEqual({ 1: [3, 2], 2: [] });
    expect([...(carriedBy(NOTES.graph ?? { shas: "", parents: {} }, sha("e1")) ?? [])].toSorted()).toEqual(
      ["a1", "b1", "d1", "e1"].map(sha),
    );
  });

  it("is none where a commit does not say its parents, or there are too many", () => {
    expect(graphOf([{ sha: sha("a1"), message: "feat: a" }])).toBeNull();
    const many = Array.from({ length: 2_001 }, (_none, at) => ({
      sha: sha(at.toString(16).padStart(6, "0")),
      message: "x",
      parents: [],
    }));
    expect(graphOf(many)).toBeNull();
  });
});

describe("how many commits a release brings in place of another, by the notes", () => {
  const counted = (version: string, commit: string, since: string, commits: number) => ({
    version,
    sha: sha(commit),
    counted: { since: sha(since), commits },
  });
  const releases = [
    { version: "1.4.0", sha: sha("a1") },
    counted("1.4.1", "b1", "a1", 2),
    counted("1.5.0", "c1", "b1", 5),
  ];

  it("is added up over the releases between", () => {
    expect(commitsSince(releases, sha("b1"), { version: "1.5.0", sha: sha("c1") })).toBe(5);
    expect(commitsSince(releases, sha("a1"), { version: "1.5.0", sha: sha("c1") })).toBe(7);
  });

  it("is not guessed: of what the notes do not lead to, of other commits, and of itself there is none", () => {
    expect(commitsSince(releases, sha("f0"), { version: "1.5.0", sha: sha("c1") })).toBeNull();
    expect(commitsSince(releases, sha("c1"), { version: "1.4.1", sha: sha("b1") })).toBeNull();
    expect(commitsSince(releases, sha("c1"), { version: "1.5.0", sha: sha("c1") })).toBeNull();
    expect(commitsSince(releases, sha("b1"), { version: "1.5.0", sha: sha("d1") })).toBeNull();
    const circle = [counted("1.0.0", "a1", "b1", 1), counted("1.1.0", "b1", "a1", 1)];
    expect(commitsSince(circle, sha("c1"), { version: "1.1.0", sha: sha("b1") })).toBeNull();
  });
});
