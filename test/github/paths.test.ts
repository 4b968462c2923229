/** Which files each commit touched, as GitHub tells it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CommitSha, InstallationId, RepositoryId } from "../../src/core/ids.ts";
import type { RepositoryClient } from "../../src/github/client.ts";
import { commitsBetween, withPulls } from "../../src/github/history.ts";
import { withPaths } from "../../src/github/paths.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../src/sandbox/index.ts";
import { appKey } from "../support/app-key.ts";
import { connectTo } from "./connect.ts";

let sandbox: Sandbox;
let client: RepositoryClient;
let shop: SandboxRepository;
let base: string;

beforeAll(async () => {
  const { publicKey } = appKey();
  sandbox = await startSandbox({ appPublicKeyPem: publicKey, runnerDelayMs: 0 });
  shop = sandbox.repository("acme/paths", { collaborators: { ana: "maintain" }, install: true });
  base = shop.commit({ message: "chore: begin", author: "ana", files: { "a.txt": "a\n" } });
  const github = connectTo(sandbox);
  client = await github.forRepository(shop.install() as InstallationId, shop.id as RepositoryId);
});
afterAll(() => sandbox.close());

function files(count: number, folder: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, at) => [`${folder}/${at}.txt`, `${at}\n`]));
}

function merge(title: string, changed: Record<string, string>, method: "squash" | "merge"): void {
  const number = shop.openPullRequest({ title, author: "ana", files: changed });
  shop.mergePullRequest(number, { by: "ana", method });
}

async function seen(): Promise<Record<string, number | string | null>> {
  const { commits } = await commitsBetween(client, base, shop.sha() as CommitSha);
  const told = await withPaths(client, await withPulls(client, commits));
  return Object.fromEntries(
    told.map(({ message, paths }) => [
      message.split("\n")[0],
      paths === undefined ? null : paths.length > 3 ? paths.length : paths.toSorted().join(" "),
    ]),
  );
}

test("of a pull request its files, however many pages; of what was pushed its own", async () => {
  merge("feat: few", { "api/a.txt": "1\n", "web/b.txt": "2\n" }, "squash");
  merge("feat: many", files(250, "api"), "squash");
  shop.commit({ message: "fix: pushed", author: "ana", files: { "web/c.txt": "c\n" } });
  shop.commit({ message: "fix: pushed much", author: "ana", files: files(301, "docs") });
  expect(await seen()).toEqual({
    "fix: pushed much": null,
    "fix: pushed": "web/c.txt",
    "feat: many (#2)": 250,
    "feat: few (#1)": "api/a.txt web/b.txt",
  });
});

test("what is known is not asked again", async () => {
  await seen();
  const before = sandbox.record.calls.length;
  await seen();
  const asked = sandbox.record.calls.slice(before).map(({ route }) => route ?? "");
  // The range, its pull requests; then the one with too many files to be remembered, page by page, and the commit that has too many to be known.
  expect(asked.filter((route) => route.includes("/commits/"))).toHaveLength(1);
  expect(asked.filter((route) => route.includes("graphql")).length).toBeLessThanOrEqual(4);
});
