import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callsProblems } from "../support/openapi.ts";
import type { Shop } from "./support.ts";
import { client, openShop, refusal } from "./support.ts";

const here = { owner: "acme", repo: "shop" };
let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(async () => {
  expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  await shop.sandbox.close();
});

describe("refs", () => {
  test("are created once: of many who ask for the same name, one wins", async () => {
    const sha = shop.repository.sha() ?? "";
    const claim = { ...here, ref: "refs/waybill/claims/x", sha };
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, () => shop.bot.rest.git.createRef(claim)),
    );
    expect(asked.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    expect(await refusal(shop.bot.rest.git.createRef(claim))).toMatchObject({
      status: 422,
      message: expect.stringContaining("Reference already exists") as string,
    });
  });

  test("have names that git allows and point to what exists", async () => {
    const sha = shop.repository.sha() ?? "";
    for (const ref of [
      "heads/x",
      "refs/x",
      "refs/tags/a..b",
      "refs/tags/a b",
      "refs/tags/a.lock",
      "refs/tags/x~1",
      "refs/tags/",
    ]) {
      expect((await refusal(shop.bot.rest.git.createRef({ ...here, ref, sha }))).status).toBe(422);
    }
    expect(
      (await refusal(shop.bot.rest.git.createRef({ ...here, ref: "refs/tags/x", sha: "f".repeat(40) })))
        .status,
    ).toBe(422);
    expect(
      (await refusal(shop.bot.rest.git.createRef({ ...here, ref: "refs/tags/x", sha: "main" }))).status,
    ).toBe(422);
  });

  test("move forward, or anywhere by force", async () => {
    const before = shop.repository.sha() ?? "";
    const after = shop.repository.commit({ message: "fix: a", files: { a: "1" } });
    const back = { ...here, ref: "heads/main", sha: before };
    expect(await refusal(shop.bot.rest.git.updateRef(back))).toMatchObject({ status: 422 });
    expect(shop.repository.sha()).toBe(after);
    await shop.bot.rest.git.updateRef({ ...back, force: true });
    expect(shop.repository.sha()).toBe(before);
  });

  test("are listed by the beginning of their name, and none is no error", async () => {
    shop.repository.tags(["v1.0.0", "v1.1.0", "w"]);
    const list = async (ref: string) =>
      (await shop.bot.rest.git.listMatchingRefs({ ...here, ref })).data.map((one) => one.ref);
    expect(await list("tags/v")).toEqual(["refs/tags/v1.0.0", "refs/tags/v1.1.0"]);
    expect(await list("waybill/")).toEqual([]);
  });
});

describe("comparing", () => {
  test("counts both sides, lists the oldest first in pages, and files on the first page only", async () => {
    shop.repository.tag("base");
    const shas = Array.from({ length: 7 }, (_, index) =>
      shop.repository.commit({ message: `fix: number ${index}`, files: { [`f${index}`]: "1\n" } }),
    );
    const page = async (number: number) =>
      (
        await shop.bot.rest.repos.compareCommitsWithBasehead({
          ...here,
          basehead: "base...main",
          per_page: 3,
          page: number,
        })
      ).data;
    const pages = [await page(1), await page(2), await page(3), await page(4)];
    expect(pages.flatMap((one) => one.commits.map((commit) => commit.sha))).toEqual(shas);
    expect(pages.map((one) => [one.total_commits, one.status, one.files?.length])).toEqual([
      [7, "ahead", 7],
      [7, "ahead", undefined],
      [7, "ahead", undefined],
      [7, "ahead", undefined],
    ]);
    const back = await shop.bot.rest.repos.compareCommitsWithBasehead({ ...here, basehead: "main...base" });
    expect(back.data).toMatchObject({ status: "behind", ahead_by: 0, behind_by: 7 });
    const same = await shop.bot.rest.repos.compareCommitsWithBasehead({ ...here, basehead: "main...main" });
    expect(same.data).toMatchObject({ status: "identical", commits: [] });
  });

  test("without pages it shows the last 250 commits", async () => {
    shop.repository.tag("base");
    let last = "";
    for (let index = 0; index < 260; index += 1)
      last = shop.repository.commit({ message: `fix: ${index}`, files: { a: String(index) } });
    const { data } = await shop.bot.rest.repos.compareCommitsWithBasehead({
      ...here,
      basehead: `base...${last}`,
    });
    expect([data.total_commits, data.commits.length, data.commits.at(-1)?.sha]).toEqual([260, 250, last]);
  });
});

describe("pull requests", () => {
  const message = async (sha: string) =>
    (await shop.bot.rest.repos.getCommit({ ...here, ref: sha })).data.commit.message;

  test("are merged by a merge commit, a squash, or a rebase, with GitHub's words", async () => {
    const files = (name: string) => ({ [name]: "1\n" });
    const merged = shop.repository.openPullRequest({
      title: "feat: one",
      branch: "one",
      files: files("1"),
      author: "wes",
    });
    const merge = shop.repository.mergePullRequest(merged, { by: "ana" });
    expect(await message(merge)).toBe(`Merge pull request #${merged} from acme/one\n\nfeat: one`);
    const commits = [
      { message: "wip\n\nbody", files: files("2") },
      { message: "more", files: files("3") },
    ];
    const squashed = shop.repository.openPullRequest({ title: "feat: two", commits, author: "wes" });
    const squash = shop.repository.mergePullRequest(squashed, { by: "ana", method: "squash" });
    expect(await message(squash)).toBe(`feat: two (#${squashed})\n\n* wip\n\nbody\n\n* more`);
    const rebased = shop.repository.openPullRequest({
      title: "feat: three",
      commits: [
        { message: "fix: x", files: files("4") },
        { message: "fix: y", files: files("5") },
      ],
    });
    shop.repository.commit({ message: "fix: meanwhile", files: files("6") });
    const tip = shop.repository.mergePullRequest(rebased, { by: "ana", method: "rebase" });
    const { data: log } = await shop.bot.rest.repos.listCommits({ ...here, sha: tip, per_page: 3 });
    expect(log.map((commit) => commit.commit.message)).toEqual(["fix: y", "fix: x", "fix: meanwhile"]);
    for (const name of ["1", "2", "3", "4", "5", "6"]) expect(shop.repository.file(name)).toBe("1\n");
  });

  test("know their commits, and commits know their pull requests", async () => {
    const number = shop.repository.openPullRequest({ title: "feat: one", author: "wes" });
    const head = shop.repository.sha("change-1") ?? "";
    const sha = shop.repository.mergePullRequest(number, { by: "ana", method: "squash" });
    for (const commit_sha of [sha, head]) {
      const { data } = await shop.bot.rest.repos.listPullRequestsAssociatedWithCommit({
        ...here,
        commit_sha,
      });
      expect(data.map((pull) => pull.number)).toEqual([number]);
    }
    const plain = shop.repository.commit({ message: "fix: by hand", files: { a: "1" } });
    const { data } = await shop.bot.rest.repos.listPullRequestsAssociatedWithCommit({
      ...here,
      commit_sha: plain,
    });
    expect(data).toEqual([]);
  });

  test("that conflict, or whose head moved, are not merged", async () => {
    const number = shop.repository.openPullRequest({ title: "a", files: { same: "1" } });
    shop.repository.commit({ message: "b", files: { same: "2" } });
    expect(() => shop.repository.mergePullRequest(number)).toThrow(/conflicts/);
    const merge = shop.bot.rest.pulls.merge({ ...here, pull_number: number, sha: "f".repeat(40) });
    expect((await refusal(merge)).status).toBe(409);
  });

  test("whether they conflict is known after they were opened", async () => {
    shop.repository.commit({ branch: "topic", message: "a", files: { same: "1" } });
    shop.repository.commit({ message: "b", files: { same: "2" } });
    const wanted = { ...here, title: "a", head: "topic", base: "main" };
    const { data: opened } = await shop.bot.rest.pulls.create(wanted);
    expect(opened).toMatchObject({ mergeable: null, mergeable_state: "unknown" });
    const look = async () =>
      (await shop.bot.rest.pulls.get({ ...here, pull_number: opened.number })).data.mergeable_state;
    expect(await look()).toBe("dirty");
    shop.repository.commit({ branch: "topic", message: "c", files: { same: "2" } });
    expect(await look()).toBe("clean");
  });

  test("are opened once for two branches, and not where there is nothing to merge; without its branch one is closed", async () => {
    const wanted = { ...here, title: "a", head: "topic", base: "main" };
    const sha = shop.repository.sha() ?? "";
    await shop.bot.rest.git.createRef({ ...here, ref: "refs/heads/topic", sha });
    expect(await refusal(shop.bot.rest.pulls.create(wanted))).toMatchObject({ status: 422 });
    shop.repository.commit({ branch: "topic", message: "a", files: { a: "1" } });
    const { data: opened } = await shop.bot.rest.pulls.create(wanted);
    expect(await refusal(shop.bot.rest.pulls.create(wanted))).toMatchObject({ status: 422 });
    shop.repository.deleteBranch("topic");
    const { data } = await shop.bot.rest.pulls.get({ ...here, pull_number: opened.number });
    expect(data).toMatchObject({ state: "closed", merged: false });
  });
});

describe("releases", () => {
  test("a draft is seen by who may push, has no tag, and makes it when published", async () => {
    const { data: draft } = await shop.bot.rest.repos.createRelease({
      ...here,
      tag_name: "v1.0.0",
      draft: true,
    });
    const seen = async (login: string) =>
      (await client(shop.sandbox, shop.sandbox.user(login).token()).rest.repos.listReleases(here)).data
        .length;
    expect([await seen("wes"), await seen("rea")]).toEqual([1, 0]);
    expect((await refusal(shop.bot.rest.repos.getReleaseByTag({ ...here, tag: "v1.0.0" }))).status).toBe(404);
    expect(shop.repository.sha("v1.0.0")).toBeNull();
    await shop.bot.rest.repos.updateRelease({ ...here, release_id: draft.id, draft: false });
    expect(shop.repository.sha("v1.0.0")).toBe(shop.repository.sha());
    expect((await shop.bot.rest.repos.getLatestRelease(here)).data.id).toBe(draft.id);
    expect(await refusal(shop.bot.rest.repos.createRelease({ ...here, tag_name: "v1.0.0" }))).toMatchObject({
      status: 422,
      message: expect.stringContaining("already_exists") as string,
    });
  });

  test("the latest is never a draft, a pre-release, or one that must not be", async () => {
    const make = (tag_name: string, over: object = {}) =>
      shop.bot.rest.repos.createRelease({ ...here, tag_name, ...over });
    expect((await refusal(shop.bot.rest.repos.getLatestRelease(here))).status).toBe(404);
    await make("v2.0.0");
    await make("v2.1.0-rc.1", { prerelease: true });
    await make("v1.9.1", { make_latest: "false" });
    await make("v3.0.0", { draft: true });
    expect((await shop.bot.rest.repos.getLatestRelease(here)).data.tag_name).toBe("v2.0.0");
  });
});

describe("deployments", () => {
  const make = async (over: object = {}): Promise<number> => {
    const { data } = await shop.bot.rest.repos.createDeployment({
      ...here,
      ref: "main",
      auto_merge: false,
      required_contexts: [],
      environment: "staging",
      ...over,
    });
    return "id" in data ? data.id : 0;
  };
  const succeed = (deployment_id: number, over: object = {}) =>
    shop.bot.rest.repos.createDeploymentStatus({ ...here, deployment_id, state: "success", ...over });
  const states = () => shop.repository.deployments().map((deployment) => deployment.state);

  test("a success makes earlier ones of the environment inactive, unless they were for production", async () => {
    await succeed(await make());
    await succeed(await make({ environment: "production" }));
    await succeed(await make({ transient_environment: true }));
    await succeed(await make({ environment: "production" }));
    await succeed(await make());
    await succeed(await make(), { auto_inactive: false });
    // As GITHUB.md says: production ones have to be made inactive by who deploys.
    expect(states()).toEqual(["inactive", "success", "success", "success", "success", "success"]);
  });

  test("by default the default branch is merged first, and nothing is deployed then", async () => {
    shop.repository.commit({ branch: "topic", message: "feat: topic", files: { topic: "1" } });
    shop.repository.commit({ message: "fix: main", files: { main: "1" } });
    const answer = await shop.bot.rest.repos.createDeployment({ ...here, ref: "topic" });
    expect(answer.status).toBe(202);
    expect(states()).toEqual([]);
    expect(shop.repository.file("main", "topic")).toBe("1");
  });

  test("by default all checks must have passed", async () => {
    const head_sha = shop.repository.sha() ?? "";
    const { data: check } = await shop.bot.rest.checks.create({ ...here, name: "tests", head_sha });
    const ask = shop.bot.rest.repos.createDeployment({ ...here, ref: "main" });
    expect((await refusal(ask)).status).toBe(409);
    await shop.bot.rest.checks.update({ ...here, check_run_id: check.id, conclusion: "success" });
    expect((await shop.bot.rest.repos.createDeployment({ ...here, ref: "main" })).status).toBe(201);
  });

  test("descriptions have 140 characters, states are known ones", async () => {
    const id = await make();
    expect((await refusal(succeed(id, { description: "x".repeat(141) }))).status).toBe(422);
    expect((await refusal(succeed(id, { state: "great" }))).status).toBe(422);
    expect((await refusal(make({ ref: "nowhere" }))).status).toBe(422);
  });
});

test("what the App writes is its bot's, and says so", async () => {
  const { data: issue } = await shop.bot.rest.issues.create({ ...here, title: "Notice" });
  const { data: comment } = await shop.bot.rest.issues.createComment({
    ...here,
    issue_number: issue.number,
    body: "x",
  });
  for (const made of [issue, comment]) {
    expect(made.user).toMatchObject({ login: "waybill[bot]", type: "Bot" });
    expect(made.performed_via_github_app?.id).toBe(shop.sandbox.app.id);
  }
  const own = shop.repository.comment(issue.number, "by a person", "ana");
  const { data: read } = await shop.bot.rest.issues.getComment({ ...here, comment_id: own });
  expect(read).toMatchObject({
    performed_via_github_app: null,
    user: { login: "ana" },
    author_association: "MEMBER",
  });
});

test("the same reaction twice is one reaction", async () => {
  const number = shop.repository.openIssue({ title: "Talk" });
  const comment_id = shop.repository.comment(number, "/promote prod", "ana");
  const eyes = () => shop.bot.rest.reactions.createForIssueComment({ ...here, comment_id, content: "eyes" });
  const [first, second] = [await eyes(), await eyes()];
  expect([first.status, second.status, second.data.id === first.data.id]).toEqual([201, 200, true]);
  expect(shop.repository.reactions(comment_id)).toMatchObject([{ content: "eyes", author: "waybill[bot]" }]);
});

test("files come as JSON, raw, or as a list, at any ref", async () => {
  shop.repository.tag("old");
  shop.repository.commit({ message: "docs: more", files: { "README.md": "# New\n" } });
  const read = async (over: object) =>
    (await shop.bot.rest.repos.getContent({ ...here, path: "README.md", ...over })).data;
  const file = (await read({ ref: "old" })) as { content: string };
  expect(Buffer.from(file.content, "base64").toString()).toBe("# Shop\n");
  expect(await read({ mediaType: { format: "raw" } })).toBe("# New\n");
  const list = (await read({ path: "api" })) as unknown as { name: string; type: string }[];
  expect(list.map((entry) => [entry.name, entry.type])).toEqual([["server.ts", "file"]]);
  expect((await refusal(read({ path: "none" }))).status).toBe(404);
  expect((await refusal(read({ ref: "none" }))).status).toBe(404);
});
