import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Sandbox, SandboxRepository } from "../../src/sandbox/index.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import { callsProblems } from "../support/openapi.ts";
import type { Octokit } from "./support.ts";
import { client } from "./support.ts";

const here = { owner: "acme", repo: "real" };
let home: string;
let sandbox: Sandbox;
let repository: SandboxRepository;
let ana: Octokit;
let minute = 0;

interface By {
  name: string;
  email: string;
}

const DEE: By = { name: "Dee Dee", email: "7+dee-dee@users.noreply.github.com" };
const ED: By = { name: "Ed Ó Murchú", email: "ed@example.com" };
const GITHUB: By = { name: "GitHub", email: "noreply@github.com" };
const BOT: By = { name: "renovate[bot]", email: "29139614+renovate[bot]@users.noreply.github.com" };

function git(by: By, committer: By, ...arguments_: string[]): string {
  minute += 1;
  const date = new Date(Date.UTC(2026, 0, 5, 10, minute)).toISOString();
  return execFileSync("git", ["-C", home, "-c", "commit.gpgsign=false", ...arguments_], {
    encoding: "utf8",
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_AUTHOR_NAME: by.name,
      GIT_AUTHOR_EMAIL: by.email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: committer.name,
      GIT_COMMITTER_EMAIL: committer.email,
      GIT_COMMITTER_DATE: date,
    },
  }).trim();
}

/** An empty commit with a message. @returns its SHA. */
function commit(message: string, by = DEE, committer = by): string {
  git(by, committer, "commit", "-q", "--allow-empty", "-m", message);
  return git(by, committer, "rev-parse", "HEAD");
}

const shas: Record<string, string> = {};

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "waybill-history-"));
  git(DEE, DEE, "init", "-q", "-b", "main");
  commit("chore: begin");
  shas.squash = commit("feat(api): speak (#3)\n\n* wip\n\nCo-authored-by: x <x@example.com>", DEE, GITHUB);
  git(DEE, DEE, "checkout", "-q", "-b", "dee/fix/it");
  shas.first = commit("fix: first half", DEE);
  git(DEE, DEE, "checkout", "-q", "-b", "inner");
  shas.inner = commit("fix: inside", BOT);
  git(DEE, DEE, "checkout", "-q", "dee/fix/it");
  const nested = "Merge pull request #4 from renovate/inner\n\nfix: the inner one";
  git(DEE, GITHUB, "merge", "-q", "--no-ff", "inner", "-m", nested);
  git(DEE, DEE, "checkout", "-q", "main");
  shas.direct = commit("docs: straight to main, see #9");
  const outer = "Merge pull request #7 from dee/dee/fix/it\n\nfix: it, whole\n\nBecause it was broken.";
  git(ED, GITHUB, "merge", "-q", "--no-ff", "dee/fix/it", "-m", outer);
  shas.outer = git(ED, ED, "rev-parse", "HEAD");
  commit('Revert "feat(api): speak (#3)" (#12)', ED);
  sandbox = await startSandbox();
  sandbox.user("ed-o-murchu");
  repository = await sandbox.importClone("acme/real", home, { collaborators: { ana: "admin" } });
  ana = client(sandbox, sandbox.user("ana").token());
});

afterAll(async () => {
  expect(callsProblems(sandbox.record.calls)).toEqual([]);
  await sandbox.close();
  rmSync(home, { recursive: true });
});

async function pullsOf(name: string): Promise<number[]> {
  const commit_sha = shas[name] ?? "";
  const { data } = await ana.rest.repos.listPullRequestsAssociatedWithCommit({ ...here, commit_sha });
  return data.map((pull) => pull.number);
}

describe("the merged pull requests of an imported history", () => {
  test("are those that merges and squashes name, and a new one takes the next number", () => {
    expect(repository.issues().map(({ number, title }) => [number, title])).toEqual([
      [3, "feat(api): speak"],
      [4, "fix: the inner one"],
      [7, "fix: it, whole"],
      [12, 'Revert "feat(api): speak (#3)"'],
    ]);
    expect(repository.openPullRequest({ title: "feat: next", author: "ana" })).toBe(13);
  });

  test("a merge: title and text from its message, its branch, who wrote and who merged it, when", async () => {
    const { data } = await ana.rest.pulls.get({ ...here, pull_number: 7 });
    expect(data).toMatchObject({
      state: "closed",
      merged: true,
      title: "fix: it, whole",
      body: "Because it was broken.",
      user: { login: "dee-dee", type: "User" },
      merged_by: { login: expect.stringContaining("ed-o-murchu") as string },
      merge_commit_sha: shas.outer,
      head: { ref: "dee/fix/it" },
      base: { ref: "main" },
      labels: [],
    });
    expect(Date.parse(data.merged_at ?? "")).toBeGreaterThan(Date.UTC(2026, 0, 5));
    expect(data.commits).toBe(3);
  });

  test("a squash: title without the number, the rest of the message as text", async () => {
    const { data } = await ana.rest.pulls.get({ ...here, pull_number: 3 });
    expect(data).toMatchObject({
      title: "feat(api): speak",
      body: "* wip\n\nCo-authored-by: x <x@example.com>",
      user: { login: "dee-dee" },
      merge_commit_sha: shas.squash,
    });
  });

  test("a commit knows its pull requests, the merge and what it brought; others know none", async () => {
    expect(await pullsOf("squash")).toEqual([3]);
    expect(await pullsOf("outer")).toEqual([7]);
    expect(await pullsOf("first")).toEqual([7]);
    expect(await pullsOf("inner")).toEqual([4, 7]);
    expect(await pullsOf("direct")).toEqual([]);
    const query = `query($oid: GitObjectID!) { repository(owner: "acme", name: "real") { object(oid: $oid) {
      ... on Commit { associatedPullRequests(first: 5) { nodes { number author { __typename login } } } } } } }`;
    const answer = await ana.graphql(query, { oid: shas.inner });
    expect(answer).toMatchObject({
      repository: {
        object: {
          associatedPullRequests: { nodes: [{ number: 4, author: { __typename: "Bot" } }, { number: 7 }] },
        },
      },
    });
  });

  test("its people are nobody's namesake: an account of the same login was there before", async () => {
    const { data } = await ana.rest.pulls.get({ ...here, pull_number: 12 });
    expect(data.user.login).not.toBe("ed-o-murchu");
    const { data: commits } = await ana.rest.repos.listCommits({ ...here, sha: shas.outer ?? "" });
    expect(commits[0]?.author).toMatchObject({ login: data.user.login });
  });

  test("are known without a webhook", () => {
    expect(
      sandbox.deliveries.filter((one) => one.event === "pull_request" && one.action !== "opened"),
    ).toEqual([]);
  });
});
