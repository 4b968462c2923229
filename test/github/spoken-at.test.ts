/** What a thread is about: a notice the lane knows of, or a pull request that was merged into the release branch before the command was written. */
import { describe, expect, it } from "vitest";
import { newRepositoryLane } from "../../src/core/repository.ts";
import type { RepositoryClient } from "../../src/github/client.ts";
import { spokenAt } from "../../src/github/spoken-at.ts";

const SHA = "a".repeat(40);
const PULL = {
  merged: true,
  merged_at: "2026-11-27T09:00:00Z",
  merge_commit_sha: SHA,
  base: { ref: "main" },
};

function asked(data: object | number, calls: number[] = []): RepositoryClient {
  const get = ({ pull_number: number }: { pull_number: number }) => {
    calls.push(number);
    return typeof data === "number"
      ? Promise.reject(Object.assign(new Error("no"), { status: data }))
      : Promise.resolve({ data });
  };
  const client = { octokit: { rest: { pulls: { get } } }, owner: "acme", repo: "shop" };
  return client as unknown as RepositoryClient;
}

const thread = { issue: 12, isMerged: true, writtenAt: "2026-11-27T09:05:00Z" };
const meant = { kind: "pull", number: 12, sha: SHA };

describe("a thread", () => {
  it("of a pull request that was merged into the release branch is about its commit", async () => {
    expect(await spokenAt(asked(PULL), thread, null, "main")).toEqual(meant);
    expect(await spokenAt(asked(PULL), { ...thread, writtenAt: "" }, null, "main")).toEqual(meant);
  });

  it.each([
    ["that was merged only after the command was written", PULL, { writtenAt: "2026-11-27T08:59:59Z" }],
    ["that was merged into another branch", { ...PULL, base: { ref: "hotfix/1.5.1" } }, {}],
    ["that was closed without a merge", { ...PULL, merged: false, merge_commit_sha: null }, {}],
    ["that is there no more", 404, {}],
  ])("of a pull request %s is about nothing", async (_name, data, more) => {
    expect(await spokenAt(asked(data), { ...thread, ...more }, null, "main")).toBeNull();
  });

  it("of anything else costs no call", async () => {
    const calls: number[] = [];
    const client = asked(PULL, calls);
    expect(await spokenAt(client, { ...thread, isMerged: false }, newRepositoryLane(), "main")).toBeNull();
    expect(calls).toEqual([]);
  });

  it("is not taken for nothing where GitHub could not be asked", async () => {
    await expect(spokenAt(asked(502), thread, null, "main")).rejects.toThrow("no");
  });
});
