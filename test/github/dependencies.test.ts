/** What changed in dependencies, seen by the App: asked along with the merge, read by contents, each pair once. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import { readConfig } from "../../src/github/config.ts";
import { branchFacts, branchFactsAtAGlance } from "../../src/github/facts.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/index.ts";
import { appKey } from "../support/app-key.ts";
import { connectTo } from "./connect.ts";

let sandbox: Sandbox;

beforeAll(async () => {
  const { publicKey } = appKey();
  sandbox = await startSandbox({ appPublicKeyPem: publicKey, runnerDelayMs: 0 });
});

afterAll(() => sandbox.close());

const lock = (zod: string) =>
  JSON.stringify({
    lockfileVersion: 3,
    packages: { "": { dependencies: { zod: "*" } }, "node_modules/zod": { version: zod, license: "MIT" } },
  });

it("costs nothing at a merge that touches none, and two contents at one that does; the full road says the same", async () => {
  const repository = sandbox.repository("acme/deps", { collaborators: { ana: "maintain" }, install: true });
  const commit = (message: string, files: Readonly<Record<string, string>>) =>
    repository.commit({ message, author: "ana", files });
  commit("chore: begin", {
    ".github/waybill.yml": "environments:\n  prod: {}\n",
    "package-lock.json": lock("3.0.0"),
  });
  repository.tag("v1.0.0", { by: "ana" });
  const connect = () =>
    connectTo(sandbox, { now: () => Date.now() }).forRepository(
      repository.install() as InstallationId,
      repository.id as RepositoryId,
    );
  const inFull = async (client: Awaited<ReturnType<typeof connect>>) => {
    const config = await readConfig(client, "main");
    const event = config.kind === "found" ? await branchFacts(client, config) : null;
    return event?.type === "BranchMoved" ? event.notes : null;
  };
  const client = await connect();
  commit("feat: one", { "a.txt": "1" });
  expect((await inFull(client))?.dependencies).toBeUndefined();
  const glance = async () => {
    const from = sandbox.record.calls.length;
    const seen = await branchFactsAtAGlance(client, "main", { issue: null, unreleased: [] });
    const calls = sandbox.record.calls.slice(from).map(({ route }) => route);
    return { notes: seen?.event.type === "BranchMoved" ? seen.event.notes : null, calls };
  };
  commit("feat: two", { "a.txt": "2" });
  expect((await glance()).calls).toEqual(["/graphql"]);
  commit("feat: three", { "package-lock.json": lock("4.0.0") });
  const { notes, calls } = await glance();
  const blob = "/repos/{owner}/{repo}/git/blobs/{file_sha}";
  expect(calls).toEqual(["/graphql", blob, blob]);
  expect(notes?.dependencies?.files).toMatchObject([
    { path: "package-lock.json", changes: [{ name: "zod", from: "3.0.0", to: "4.0.0", move: "major" }] },
  ]);
  expect(JSON.stringify(await inFull(await connect()))).toBe(JSON.stringify(notes));
  commit("feat: four", { "a.txt": "4" });
  expect((await glance()).calls).toEqual(["/graphql"]);
  commit("fix: not so", { "package-lock.json": "<<<<<<<" });
  expect((await glance()).notes?.dependencies?.unread).toEqual([
    { path: "package-lock.json", why: "malformed" },
  ]);
});
