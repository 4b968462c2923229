/** Who is said to contribute for the first time: by the history behind the base, asked once. */
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

function openShop(name: string, config = "") {
  const repository = sandbox.repository(`acme/${name}`, {
    collaborators: { ana: "maintain", wes: "write", cleo: "write" },
    install: true,
  });
  repository.commit({
    message: "chore: begin",
    author: "ana",
    files: { ".github/waybill.yml": `environments:\n  prod: {}\n${config}` },
  });
  repository.tag("v1.0.0", { by: "ana" });
  const merge = (author: string, title: string) => {
    const number = repository.openPullRequest({ title, author });
    repository.mergePullRequest(number, { by: "ana", method: "squash" });
    return number;
  };
  const connect = () =>
    connectTo(sandbox, { now: () => Date.now() }).forRepository(
      repository.install() as InstallationId,
      repository.id as RepositoryId,
    );
  return { repository, merge, connect };
}

async function look(client: Awaited<ReturnType<ReturnType<typeof openShop>["connect"]>>) {
  const config = await readConfig(client, "main");
  if (config.kind !== "found") throw new Error("no config");
  const event = await branchFacts(client, config);
  return event?.type === "BranchMoved" ? event.notes.contributors : undefined;
}

it("who has a commit behind the base is not new; who comes first is, with the pull request; each is asked about once", async () => {
  const shop = openShop("people");
  shop.merge("ana", "feat: one");
  const first = shop.merge("wes", "feat: two");
  shop.merge("wes", "feat: three");
  const client = await shop.connect();
  expect(await look(client)).toEqual({
    names: ["ana", "wes"],
    more: 0,
    newcomers: [{ name: "wes", pull: first }],
  });
  const queries = () => sandbox.record.calls.filter(({ route }) => route === "/graphql").length;
  const glance = async () => {
    const before = queries();
    const seen = await branchFactsAtAGlance(client, "main", { issue: null, unreleased: [] });
    const event = seen?.event.type === "BranchMoved" ? seen.event : null;
    return { names: event?.notes.contributors?.newcomers.map(({ name }) => name), asked: queries() - before };
  };
  shop.merge("ana", "feat: four");
  expect(await glance()).toEqual({ names: ["wes"], asked: 1 });
  shop.merge("cleo", "feat: five");
  expect(await glance()).toEqual({ names: ["cleo", "wes"], asked: 2 });
  shop.repository.tag("v1.1.0", { by: "ana" });
  shop.merge("wes", "feat: six");
  expect(await look(client)).toEqual({ names: ["wes"], more: 0, newcomers: [] });
});

it("nobody is named, and nothing is asked, where the config says so", async () => {
  const shop = openShop("nameless", "release: { contributors: false }\n");
  shop.merge("wes", "feat: one");
  expect(await look(await shop.connect())).toBeUndefined();
});
