/**
 * The short road and the long one say the same: whatever people do to a repository, what a merge comes to at a glance is byte for byte what
 * the full road finds out question by question. Where the glance is not sure, it says nothing.
 */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import { RetryLaterError } from "../../src/core/ports.ts";
import type { GitHub, RepositoryClient } from "../../src/github/client.ts";
import { readConfig } from "../../src/github/config.ts";
import { branchFacts, branchFactsAtAGlance } from "../../src/github/facts.ts";
import { freshIssue, noteWritten } from "../../src/github/memory.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../src/sandbox/index.ts";
import { appKey } from "../support/app-key.ts";
import { connectTo } from "./connect.ts";

const CONFIG = "components:\n  api: { workflow: deploy.yml }\nenvironments:\n  prod: {}\n";
const NO_LANE = { issue: null, unreleased: [] };

let sandbox: Sandbox;
let connect: () => GitHub;
let now = Date.now();
let shops = 0;

beforeAll(async () => {
  const { publicKey } = appKey();
  sandbox = await startSandbox({ appPublicKeyPem: publicKey, runnerDelayMs: 0 });
  connect = () => connectTo(sandbox, { now: () => now });
});

afterAll(() => sandbox.close());

interface Shop {
  readonly repository: SandboxRepository;
  client(github: GitHub): Promise<RepositoryClient>;
}

function openShop(): Shop {
  shops += 1;
  const repository = sandbox.repository(`acme/glance-${shops}`, {
    collaborators: { ana: "maintain", wes: "write" },
    install: true,
  });
  repository.commit({ message: "chore: begin", author: "ana", files: { ".github/waybill.yml": CONFIG } });
  repository.tag("v1.0.0", { by: "ana" });
  const client = (github: GitHub) =>
    github.forRepository(repository.install() as InstallationId, repository.id as RepositoryId);
  return { repository, client };
}

/** The long road: what a server that knows nothing finds out. */
async function inFull(client: RepositoryClient) {
  const config = await readConfig(client, "main");
  return { event: config.kind === "found" ? await branchFacts(client, config) : null, config };
}

let changes = 0;

function squash({ repository }: Shop, title = `feat: change ${(changes += 1)}`, body?: string): void {
  const number = repository.openPullRequest({
    title,
    author: "wes",
    ...(body === undefined ? {} : { body }),
  });
  repository.mergePullRequest(number, { by: "ana", method: "squash" });
}

function mergeCommit({ repository }: Shop): void {
  changes += 1;
  const commits = [1, 2].map((part) => ({
    message: `fix: part ${part} of ${changes}`,
    files: { [`parts/${changes}-${part}.txt`]: "x\n" },
  }));
  const number = repository.openPullRequest({ title: `fix: parts of ${changes}`, author: "ana", commits });
  repository.mergePullRequest(number, { by: "ana", method: "merge" });
}

function nextVersion({ repository }: Shop, suffix = ""): string {
  const highest = Object.keys(repository.refs())
    .flatMap((ref) => /^refs\/tags\/v1\.(\d+)\.0/.exec(ref)?.[1] ?? [])
    .reduce((most, minor) => Math.max(most, Number(minor)), 0);
  return `v1.${highest + 1}.0${suffix}`;
}

/** A release on a branch of its own, while the main branch goes on. */
function sideRelease(shop: Shop): void {
  const { repository } = shop;
  changes += 1;
  const branch = `side-${changes}`;
  const files = { [`side/${changes}.txt`]: "x\n" };
  const sha = repository.commit({ branch, message: `fix: hot ${changes}`, author: "ana", files });
  repository.tag(nextVersion(shop), { sha, by: "ana" });
  squash(shop);
}

/** The newest of these branches is merged back: its release is among the branch's own from then on. */
function mergeBack({ repository }: Shop): void {
  const branch = Object.keys(repository.refs())
    .flatMap((ref) => /^refs\/heads\/(side-\d+)$/.exec(ref)?.[1] ?? [])
    .at(-1);
  if (branch === undefined) return;
  changes += 1;
  const commits = [{ message: `chore: after ${branch}`, files: { [`side/${changes}-back.txt`]: "x\n" } }];
  const number = repository.openPullRequest({
    title: `chore: ${branch} back`,
    branch,
    author: "ana",
    commits,
  });
  repository.mergePullRequest(number, { by: "ana", method: "merge" });
}

async function forceBack(shop: Shop): Promise<void> {
  const { repository } = shop;
  const head = repository.sha() ?? "";
  const client = await shop.client(connect());
  const { data } = await client.octokit.rest.git.getCommit({ ...nameOf(client), commit_sha: head });
  const parent = data.parents[0]?.sha;
  if (parent === undefined) return;
  await client.octokit.rest.git.updateRef({ ...nameOf(client), ref: "heads/main", sha: parent, force: true });
}

function nameOf({ owner, repo }: RepositoryClient) {
  return { owner, repo };
}

type Deed = (shop: Shop) => void | Promise<void>;

/** What people do to a repository. The first ones are everyday and must be seen at a glance; the others may be. */
const EVERYDAY: readonly Deed[] = [
  (shop) => squash(shop),
  mergeCommit,
  (shop) =>
    squash(shop, `feat(api)!: break ${(changes += 1)}`, "BREAKING CHANGE: all of it\n\nRelease-As: 3.0.0"),
  ({ repository }) =>
    void repository.commit({
      message: `fix: straight ${(changes += 1)}`,
      author: "wes",
      files: { "a.txt": `${changes}` },
    }),
  (shop) => {
    squash(shop);
    squash(shop, `Revert "feat: change ${changes}"`, `Reverts acme/glance#1`);
  },
  // The config changes, and says the same about branch and tags.
  ({ repository }) =>
    void repository.commit({
      message: `chore: config ${(changes += 1)}`,
      author: "ana",
      files: { ".github/waybill.yml": `# ${changes}\n${CONFIG}` },
    }),
  // The team words its notes, and lets it be.
  ({ repository }) =>
    void repository.commit({
      message: `docs: our own words ${(changes += 1)}`,
      author: "ana",
      files: { ".github/waybill/notes.hbs": changes % 3 === 0 ? null : `{{> sections}} ${changes}\n` },
    }),
];
const UNUSUAL: readonly Deed[] = [
  (shop) => void shop.repository.tag(nextVersion(shop), { by: "ana" }),
  (shop) => void shop.repository.tag(nextVersion(shop), { annotated: true, by: "ana" }),
  (shop) => void shop.repository.tag(nextVersion(shop, "-rc.1"), { by: "ana" }),
  (shop) => void shop.repository.tag(`not-a-release-${(changes += 1)}`, { by: "ana" }),
  sideRelease,
  mergeBack,
  (shop) => {
    sideRelease(shop);
    mergeBack(shop);
  },
  forceBack,
  ({ repository }) => void repository.moveTag("v1.0.0", repository.sha() ?? "", { by: "ana" }),
  ({ repository }) => {
    const tag = Object.keys(repository.refs()).findLast((ref) => /tags\/v1\.[1-9]/.test(ref));
    if (tag !== undefined) repository.deleteTag(tag.replace("refs/tags/", ""), { by: "ana" });
  },
  ({ repository }) =>
    void repository.commit({
      message: "chore: other tags",
      author: "ana",
      files: { ".github/waybill.yml": `${CONFIG}release: { tag: "v{version}" }\n` },
    }),
];
const DEEDS = [...EVERYDAY, ...EVERYDAY, ...UNUSUAL];

describe("a merge seen at a glance", () => {
  it("comes to the same event as the full road, whatever happened before", async () => {
    let glances = 0;
    let looks = 0;
    const anyStory = fc.array(fc.nat({ max: DEEDS.length - 1 }), { minLength: 4, maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(anyStory, async (deeds) => {
        const shop = openShop();
        const server = await shop.client(connect());
        await inFull(server);
        for (const deed of deeds) {
          await DEEDS[deed]?.(shop);
          now += 1_000;
          const glance = await branchFactsAtAGlance(server, "main", NO_LANE);
          const full = await inFull(glance === null ? server : await shop.client(connect()));
          looks += 1;
          if (glance === null) continue;
          glances += 1;
          expect(JSON.stringify(glance.event)).toBe(JSON.stringify(full.event));
          expect(glance.config).toEqual(full.config);
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
    // A glance that never says anything would agree with everything.
    expect(glances).toBeGreaterThan(looks / 4);
  }, 120_000);

  it.each([
    ["a hundred", 100, 1],
    ["as many as two pages hold", 199, 1],
    ["more than that", 320, 4],
  ])("takes few queries for %s unreleased commits", async (_name, count, queries) => {
    const shop = openShop();
    for (let number = 1; number < count; number += 1)
      shop.repository.commit({ message: `feat: ${number}`, author: "wes", files: { "a.txt": `${number}` } });
    const server = await shop.client(connect());
    await inFull(server);
    squash(shop);
    const from = sandbox.record.calls.length;
    const glance = await branchFactsAtAGlance(server, "main", NO_LANE);
    expect(sandbox.record.calls.slice(from).map((call) => call.route)).toEqual(
      Array.from({ length: queries }, () => "/graphql"),
    );
    const full = await inFull(await shop.client(connect()));
    expect(JSON.stringify(glance?.event)).toBe(JSON.stringify(full.event));
    expect(glance?.event).toMatchObject({ notes: { commitCount: count } });
  });

  it.each(EVERYDAY.map((deed, index) => [index, deed] as const))(
    "is enough for everyday deed %i",
    async (_index, deed) => {
      const shop = openShop();
      const server = await shop.client(connect());
      await inFull(server);
      await deed(shop);
      expect(await branchFactsAtAGlance(server, "main", NO_LANE)).not.toBeNull();
    },
  );

  const SURPRISES: readonly (readonly [string, Deed])[] = [
    ["a tag came nearer", ({ repository }) => void repository.tag("v1.9.0", { by: "ana" })],
    ["the branch was forced back", forceBack],
    [
      "the base's tag was moved",
      ({ repository }) => void repository.moveTag("v1.0.0", repository.sha() ?? "", { by: "ana" }),
    ],
    ["the base's tag was deleted", ({ repository }) => repository.deleteTag("v1.0.0", { by: "ana" })],
    [
      "there is no config any more",
      ({ repository }) =>
        void repository.commit({
          message: "chore: no config",
          author: "ana",
          files: { ".github/waybill.yml": null },
        }),
    ],
    [
      "the config names other tags",
      ({ repository }) =>
        void repository.commit({
          message: "chore: other tags",
          author: "ana",
          files: { ".github/waybill.yml": `${CONFIG}release: { tag: "shop-{version}" }\n` },
        }),
    ],
  ];

  it.each(SURPRISES)("says nothing where %s", async (_name, deed) => {
    const shop = openShop();
    squash(shop);
    const server = await shop.client(connect());
    await inFull(server);
    await deed(shop);
    expect(await branchFactsAtAGlance(server, "main", NO_LANE)).toBeNull();
  });

  it("sees a new tag on an old commit among any number of newer ones, by a query for each hundred", async () => {
    const shop = openShop();
    squash(shop);
    const candidate = shop.repository.sha() ?? "";
    squash(shop);
    const nightly = Array.from({ length: 120 }, (_none, night) => `nightly-${night}`);
    shop.repository.tags(nightly, { by: "ana", sha: shop.repository.sha() ?? "" });
    const server = await shop.client(connect());
    await inFull(server);
    squash(shop);
    const from = sandbox.record.calls.length;
    const glance = await branchFactsAtAGlance(server, "main", NO_LANE);
    expect(glance?.event).toMatchObject({ notes: { base: { tag: "v1.0.0" } } });
    expect(sandbox.record.calls.length - from).toBe(2);
    shop.repository.tag("v1.1.0", { by: "ana", sha: candidate });
    expect(await branchFactsAtAGlance(server, "main", NO_LANE)).toBeNull();
  });

  it("says nothing where a release that was known for long is merged back", async () => {
    const shop = openShop();
    sideRelease(shop);
    const server = await shop.client(connect());
    await inFull(server);
    squash(shop);
    expect(await branchFactsAtAGlance(server, "main", NO_LANE)).toMatchObject({
      event: { notes: { base: { tag: "v1.0.0" } } },
    });
    mergeBack(shop);
    expect(await branchFactsAtAGlance(server, "main", NO_LANE)).toBeNull();
  });

  it("says nothing where other tags count for nothing than did when the base was found", async () => {
    const shop = openShop();
    const server = await shop.client(connect());
    await inFull(server);
    expect(await branchFactsAtAGlance(server, "main", { issue: null, unreleased: ["v1.0.0"] })).toBeNull();
  });

  it("is not tried again for an hour where GitHub does not know a field, and the full road is taken", async () => {
    const shop = openShop();
    const server = await shop.client(connect());
    await inFull(server);
    let asked = 0;
    server.octokit.hook.wrap("request", async (request, options) => {
      if (!options.url.endsWith("/graphql")) return request(options);
      asked += 1;
      const message = "Field 'compare' doesn't exist on type 'Ref'";
      const errors = [{ message, extensions: { code: "undefinedField" } }];
      return { status: 200, url: options.url, headers: {}, data: { errors } } as never;
    });
    expect(await branchFactsAtAGlance(server, "main", NO_LANE)).toBeNull();
    expect(await branchFactsAtAGlance(server, "main", NO_LANE)).toBeNull();
    expect(asked).toBe(1);
    now += 3_600_001;
    await branchFactsAtAGlance(server, "main", NO_LANE);
    expect(asked).toBe(2);
  });

  it("leaves it to the full road where GitHub cannot answer, and waits where GitHub wants to be left alone", async () => {
    const shop = openShop();
    const server = await shop.client(connect());
    await inFull(server);
    sandbox.faults.add({ route: "POST /graphql", kind: { status: 502 } });
    expect(await branchFactsAtAGlance(server, "main", NO_LANE)).toBeNull();
    sandbox.faults.add({ route: "POST /graphql", kind: { status: 429, retryAfter: 60 } });
    await expect(branchFactsAtAGlance(server, "main", NO_LANE)).rejects.toThrow(RetryLaterError);
    sandbox.faults.clear();
  });
});

describe("what is remembered of an issue", () => {
  it("is believed for two seconds, and not once it was written", async () => {
    const { memory } = await openShop().client(connect());
    memory.seenIssue = { number: 7, title: "t", body: "b", open: true, askedAt: 10_000 };
    expect(freshIssue(memory, 7, 12_000)?.body).toBe("b");
    expect(freshIssue(memory, 8, 12_000)).toBeNull();
    expect(freshIssue(memory, 7, 12_001)).toBeNull();
    expect(freshIssue(memory, 7, 9_999)).toBeNull();
    noteWritten(memory, 7, 10_000);
    expect(freshIssue(memory, 7, 10_001)).toBeNull();
  });
});
