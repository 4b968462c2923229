/**
 * Which tags are releases of a hotfix: those on a branch that Waybill has made, which hold what was added there and nothing else. Others are off the
 * release branch, whatever they and their branches are called (PROMISES.md, threat 4).
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { NO_HOTFIX_TAGS, type HotfixTags } from "../../src/core/hotfix-model.ts";
import { commitSha, type CommitSha, type InstallationId, type RepositoryId } from "../../src/core/ids.ts";
import type { RepositoryClient } from "../../src/github/client.ts";
import { hotfixEvents } from "../../src/github/hotfix.ts";
import { readConfig } from "../../src/github/config.ts";
import { branchFacts, tagFacts } from "../../src/github/facts.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../src/sandbox/index.ts";
import { appKey } from "../support/app-key.ts";
import { connectTo } from "./connect.ts";

const CONFIG = "environments: { prod: {} }\n";
let sandbox: Sandbox;
let shop: SandboxRepository;
let client: RepositoryClient;

const at = (name: string): CommitSha => commitSha(shop.sha(name) ?? "") ?? raise(`no commit ${name}`);

function raise(message: string): never {
  throw new Error(message);
}

/** 1.5.0 is released; a hotfix of it has a fix, its branch is registered. `main` has gone on. */
beforeAll(async () => {
  const { publicKey } = appKey();
  sandbox = await startSandbox({ appPublicKeyPem: publicKey, runnerDelayMs: 0 });
  shop = sandbox.repository("acme/shop", { collaborators: { ana: "maintain" }, install: true });
  shop.commit({ message: "chore: begin", author: "ana", files: { ".github/waybill.yml": CONFIG } });
  shop.tag("v1.5.0", { by: "ana" });
  shop.commit({
    branch: "hotfix/1.5.1",
    message: "fix: prices",
    author: "ana",
    files: { "prices.txt": "1" },
  });
  shop.commit({ branch: "hotfix/1.5.9", message: "feat: mine", author: "ana", files: { "mine.txt": "1" } });
  shop.commit({ message: "feat: baskets", author: "ana", files: { "basket.txt": "half" } });
  const github = connectTo(sandbox);
  client = await github.forRepository(shop.install() as InstallationId, shop.id as RepositoryId);
});

afterAll(() => sandbox.close());

const known = (): HotfixTags => ({
  lines: [{ branch: "hotfix/1.5.1", base: { version: "1.5.0", tag: "v1.5.0", sha: at("v1.5.0") } }],
  made: [],
  versions: [],
});

async function config() {
  const found = await readConfig(client, "main");
  return found.kind === "found" ? found : raise("no config");
}

/** What a tag comes to: the branch of its hotfix, `main`, or why it is refused. */
async function judged(tag: string, sha: CommitSha, hotfixes = known()): Promise<string> {
  shop.tag(tag, { sha, by: "ana" });
  const event = await tagFacts(client, await config(), tag, [], hotfixes);
  shop.deleteTag(tag, { by: "ana" });
  if (event?.type === "TagRefused") return event.reason.code;
  return event?.type === "ReleaseTagged" ? (event.release.hotfix?.branch ?? "main") : "nothing";
}

it("a later patch on a branch that Waybill has made is a release of its hotfix", async () => {
  expect(await judged("v1.5.1", at("hotfix/1.5.1"))).toBe("hotfix/1.5.1");
  expect(await judged("v1.6.0", at("main"))).toBe("main");
});

it("no other tag there is, and none on a branch of that name that is somebody's own", async () => {
  expect(await judged("v1.6.0", at("hotfix/1.5.1"))).toBe("off-branch");
  expect(await judged("v2.0.0", at("hotfix/1.5.1"))).toBe("off-branch");
  expect(await judged("v1.5.9", at("hotfix/1.5.9"))).toBe("off-branch");
  expect(await judged("v1.5.1", at("hotfix/1.5.1"), NO_HOTFIX_TAGS)).toBe("off-branch");
});

it("one that Waybill made itself is, whatever has become of the branch; at another commit it is not", async () => {
  const sha = at("hotfix/1.5.9");
  const made = { ...known(), made: [{ branch: "hotfix/1.5.1", tag: "v1.5.9", sha }] };
  expect(await judged("v1.5.9", sha, made)).toBe("hotfix/1.5.1");
  const elsewhere = { ...known(), made: [{ branch: "hotfix/1.5.1", tag: "v1.5.9", sha: at("main") }] };
  expect(await judged("v1.5.9", sha, elsewhere)).toBe("off-branch");
});

it("the release branch's next version is none that a hotfix has", async () => {
  const event = await branchFacts(client, await config(), [], ["1.6.0"]);
  expect(event).toMatchObject({ type: "BranchMoved", version: "1.6.1" });
});

it("a branch that holds commits of the release branch is no hotfix any more, nor is a tag on it a release of one", async () => {
  const look = { branch: "hotfix/1.5.1", base: known().lines[0]?.base ?? raise("no base"), released: null };
  const seen = async () =>
    (await hotfixEvents(client, await config(), look, { unreleased: [], hotfixes: known() })).map((event) =>
      event.type === "HotfixMoved" ? [event.fit, event.version] : event.type,
    );
  expect(await seen()).toEqual([["pure", "1.5.1"]]);
  shop.tag("v1.5.1", { by: "ana", sha: at("hotfix/1.5.1") });
  expect(await seen()).toEqual(["ReleaseTagged", "BranchMoved"]);
  shop.deleteTag("v1.5.1", { by: "ana" });
  // As GitHub's page settles conflicts: the release branch is merged into it.
  const number = shop.openPullRequest({
    title: "Merge main",
    author: "ana",
    base: "hotfix/1.5.1",
    branch: "theirs",
  });
  shop.mergePullRequest(number, { by: "ana" });
  expect(await seen()).toEqual([["pure", "1.5.1"]]);
  const settle = { url: `${sandbox.url}/api/v3/repos/acme/shop/pulls`, token: sandbox.user("ana").token() };
  const opened = await fetch(settle.url, {
    method: "POST",
    headers: { authorization: `Bearer ${settle.token}`, "content-type": "application/json" },
    body: JSON.stringify({ title: "Settle", head: "main", base: "hotfix/1.5.1" }),
  });
  const { number: merge } = (await opened.json()) as { number: number };
  shop.mergePullRequest(merge, { by: "ana" });
  expect(await seen()).toEqual([["mixed", "1.5.1"]]);
  expect(await judged("v1.5.1", at("hotfix/1.5.1"))).toBe("off-branch");
});
