import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inOrder, topologicalOrder } from "../../../src/core/notes/order.ts";
import type { HistoryCommit } from "../../../src/core/notes/releases.ts";

/** Commits by what they build on: `c < b a` is a merge of `a` into `b`. */
function history(...lines: string[]): HistoryCommit[] {
  return lines.map((line) => {
    const [sha = "", parents = ""] = line.split(" < ");
    return { sha, parents: parents === "" ? [] : parents.split(" ") };
  });
}

const ordered = (commits: HistoryCommit[]) =>
  inOrder(commits, topologicalOrder(commits)).map(({ sha }) => sha);

describe("the order of commits in their graph", () => {
  it("is left as it is where there is one line, whatever it is built on", () => {
    expect(topologicalOrder(history("c < b", "b < a", "a < older"))).toBeNull();
    expect(topologicalOrder([])).toBeNull();
  });

  it("keeps each line together, the one that was merged first, as git does", () => {
    // By their dates: two lines that were worked on at the same time.
    const commits = history("m < y2 x2", "x2 < x1", "y2 < y1", "x1 < base", "y1 < base", "base");
    expect(ordered(commits)).toEqual(["m", "x2", "x1", "y2", "y1", "base"]);
  });

  it("has children before their parents where somebody's clock went wrong", () => {
    expect(ordered(history("c < b", "a", "b < a"))).toEqual(["c", "b", "a"]);
  });

  it("loses no commit and doubles none, and no parent comes before its child, in any graph", () => {
    const graphs = fc.array(fc.array(fc.nat(30), { maxLength: 3 }), { maxLength: 30 });
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat()), (graph, random) => {
        // Parents have lower numbers: there is no circle. In any order.
        const commits = graph
          .map((parents, at) => ({
            sha: String(at),
            parents: [...new Set(parents)].filter((parent) => parent < at).map(String),
          }))
          .map((commit) => ({ commit, key: random.next().value as number }))
          .toSorted((one, other) => one.key - other.key)
          .map(({ commit }) => commit);
        const found = ordered(commits);
        expect(found.toSorted()).toEqual(commits.map(({ sha }) => sha).toSorted());
        const places = new Map(found.map((sha, at) => [sha, at]));
        for (const { sha, parents } of commits)
          for (const parent of parents)
            expect(places.get(parent)).toBeGreaterThan(places.get(sha) ?? Number.NaN);
      }),
    );
  });
});
