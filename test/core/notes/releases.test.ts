import * as fc from "fast-check";
import { expect, it } from "vitest";
import { byRelease } from "../../../src/core/notes/index.ts";

const node = (sha: string, ...parents: string[]) => ({ sha, parents });
const tag = (name: string, sha: string) => ({ name, sha });

it("a commit is in the release that contained it first, a hotfix's in the hotfix", () => {
  // 6 merges the hotfix 3, which began at 1, into the main line 5-4-2-1.
  const commits = [
    node("6", "5", "3"),
    node("5", "4"),
    node("4", "2"),
    node("3", "1"),
    node("2", "1"),
    node("1"),
  ];
  const parts = byRelease(commits, [tag("v1", "1"), tag("v1.0.1", "3"), tag("v2", "4"), tag("gone", "x")]);
  expect(parts.map((part) => [part.tag?.name, part.places.map((at) => commits[at]?.sha).join("")])).toEqual([
    [undefined, "65"],
    ["v2", "42"],
    ["v1.0.1", "3"],
    ["v1", "1"],
  ]);
  expect(parts.map(({ before }) => before.map(({ name }) => name).join(" "))).toEqual([
    "v1.0.1 v2",
    "v1",
    "v1",
    "",
  ]);
});

it("of two tags on one commit the first counts, and a history without any is unreleased", () => {
  expect(byRelease([node("1")], [tag("v1", "1"), tag("v1-again", "1")])).toEqual([
    { tag: null, places: [], before: [] },
    { tag: tag("v1", "1"), places: [0], before: [] },
  ]);
  expect(byRelease([node("1")], [])).toEqual([{ tag: null, places: [0], before: [] }]);
});

it("every commit of any history is in exactly one part", () => {
  const history = fc
    .array(
      fc.record({ steps: fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }), tagged: fc.boolean() }),
      { maxLength: 30 },
    )
    .map((all) => ({
      commits: all.map(({ steps }, at) => node(String(at), ...steps.map((step) => String(at + step)))),
      tags: all.flatMap(({ tagged }, at) => (tagged ? [tag(`v${at}`, String(at))] : [])),
    }));
  fc.assert(
    fc.property(history, ({ commits, tags }) => {
      const places = byRelease(commits, tags).flatMap((part) => part.places);
      expect(places.toSorted((one, other) => one - other)).toEqual([...commits.keys()]);
    }),
  );
});
