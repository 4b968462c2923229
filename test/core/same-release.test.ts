/** What counts as the very same release wherever one is asked for that is on its way, waits to be asked for once more, or runs already. */
import { expect, it } from "vitest";
import type { CommitSha } from "../../src/core/ids.ts";
import { isSameRelease } from "../../src/core/release.ts";

const sha = (digit: string): CommitSha => digit.repeat(40) as CommitSha;
const release = { version: "1.5.0", sha: sha("a"), tag: "v1.5.0", ref: "v1.5.0" };

it.each([
  ["is the same, however its workflows are dispatched", { ref: "main", tag: null }, true],
  ["is another one where its tag was moved", { sha: sha("b") }, false],
  ["is another one as the stable version of the same commit", { version: "1.5.0-rc.1" }, false],
] as const)("a release %s", (_name, change, isSame) => {
  const other = { ...release, ...change };
  expect(isSameRelease(release, other)).toBe(isSame);
  expect(isSameRelease(other, release)).toBe(isSame);
});
