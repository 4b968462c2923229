/** A team's own templates as they are read: with what is asked anyway, at a pinned commit, and once. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { NotesSnapshot } from "../../src/core/release.ts";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import type { RepositoryClient } from "../../src/github/client.ts";
import { readConfig } from "../../src/github/config.ts";
import { branchFacts, branchFactsAtAGlance } from "../../src/github/facts.ts";
import { readTemplates } from "../../src/github/templates.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../src/sandbox/index.ts";
import { appKey } from "../support/app-key.ts";
import { connectTo } from "./connect.ts";

const CONFIG = "components:\n  api: { workflow: deploy.yml }\nenvironments:\n  prod: {}\n";
const NO_LANE = { issue: null, unreleased: [] };

let sandbox: Sandbox;
let shops = 0;

beforeAll(async () => {
  sandbox = await startSandbox({ appPublicKeyPem: appKey().publicKey, runnerDelayMs: 0 });
});
afterAll(() => sandbox.close());

interface Shop {
  readonly repository: SandboxRepository;
  readonly client: RepositoryClient;
}

async function openShop(files: Readonly<Record<string, string>> = {}): Promise<Shop> {
  shops += 1;
  const repository = sandbox.repository(`acme/words-${shops}`, {
    collaborators: { ana: "maintain" },
    install: true,
  });
  repository.commit({
    message: "chore: begin",
    author: "ana",
    files: { ".github/waybill.yml": CONFIG, ...files },
  });
  repository.tag("v1.0.0", { by: "ana" });
  repository.commit({ message: "feat: pay by invoice", author: "ana", files: { "a.txt": "1" } });
  const github = connectTo(sandbox, { now: () => Date.now() });
  const client = await github.forRepository(
    repository.install() as InstallationId,
    repository.id as RepositoryId,
  );
  return { repository, client };
}

async function notesOf({ client }: Shop): Promise<NotesSnapshot> {
  const config = await readConfig(client, "main");
  const event = config.kind === "found" ? await branchFacts(client, config) : null;
  if (event?.type !== "BranchMoved") throw new Error("nothing was seen");
  return event.notes;
}

it("costs a team that has none not one call, in full or at a glance", async () => {
  const shop = await openShop();
  const from = sandbox.record.calls.length;
  expect(await notesOf(shop)).not.toHaveProperty("templates");
  const full = sandbox.record.calls.slice(from).filter(({ route }) => route === "/graphql").length;
  // The pull requests of the commits, and who contributed before them: with or without.
  expect(full).toBe(2);
  const before = sandbox.record.calls.length;
  const glance = await branchFactsAtAGlance(shop.client, "main", NO_LANE);
  expect(glance?.event).not.toHaveProperty("notes.templates");
  expect(sandbox.record.calls.length - before).toBe(1);
  expect(await readTemplates(shop.client, undefined)).toEqual([]);
  expect(sandbox.record.calls.length - before).toBe(1);
});

it("reads what was pinned, whatever stands there by now, and once", async () => {
  const shop = await openShop({ ".github/waybill/notes.hbs": "one\n", ".github/waybill/readme.md": "x" });
  const { templates } = await notesOf(shop);
  expect(templates).toEqual({
    commit: shop.repository.sha(),
    files: [{ name: "notes.hbs", blob: expect.stringMatching(/^[0-9a-f]{40}$/) as string }],
  });
  shop.repository.commit({
    message: "docs: x",
    author: "ana",
    files: { ".github/waybill/notes.hbs": "two\n" },
  });
  const one = [{ path: ".github/waybill/notes.hbs", template: "notes", text: "one\n" }];
  expect(await readTemplates(shop.client, templates)).toEqual(one);
  const before = sandbox.record.calls.length;
  expect(await readTemplates(shop.client, templates)).toEqual(one);
  expect(sandbox.record.calls.length).toBe(before);
  expect(await readTemplates(shop.client, (await notesOf(shop)).templates)).toMatchObject([
    { text: "two\n" },
  ]);
});

it("names what no text is made by, and does not read what is too long", async () => {
  const shop = await openShop({
    ".github/waybill/note.hbs": "x\n",
    ".github/waybill/notice.hbs": "x".repeat(65_537),
    ".github/waybill/notes.hbs/deep.hbs": "a folder\n",
  });
  const before = sandbox.record.calls.length;
  const { templates } = await notesOf(shop);
  expect(await readTemplates(shop.client, templates)).toEqual([
    { path: ".github/waybill/note.hbs", template: null, text: null },
    { path: ".github/waybill/notes.hbs", template: "notes", text: null },
    { path: ".github/waybill/notice.hbs", template: "notice", text: null },
  ]);
  expect(
    sandbox.record.calls
      .slice(before)
      .map(({ route }) => route)
      .join(" "),
  ).not.toContain("blobs");
});

it("has the notes all the same where GitHub does not know a field", async () => {
  const shop = await openShop({ ".github/waybill/notes.hbs": "one\n" });
  shop.client.octokit.hook.wrap("request", async (request, options) => {
    if (!options.url.endsWith("/graphql") || !JSON.stringify(options).includes("waybillTemplates"))
      return request(options);
    const errors = [
      { message: "Field 'file' doesn't exist on type 'Commit'", extensions: { code: "undefinedField" } },
    ];
    return { status: 200, url: options.url, headers: {}, data: { errors } } as never;
  });
  const notes = await notesOf(shop);
  expect(notes.model.sections[0]?.entries[0]?.text).toBe("pay by invoice");
  expect(notes).not.toHaveProperty("templates");
});

it("tells an audience what touches its components, by the paths of its commits", async () => {
  const config =
    "components: { api: { paths: [api/**] }, web: { paths: [web/**] } }\nenvironments: { prod: {} }\nrelease: { audiences: { partners: { components: [api] }, support: } }\n";
  const shop = await openShop({ ".github/waybill.yml": config });
  const { repository } = shop;
  repository.commit({ message: "feat: of both", author: "ana", files: { "api/a": "1", "web/a": "1" } });
  repository.commit({ message: "feat: of web", author: "ana", files: { "web/a": "2" } });
  const { audiences } = await notesOf(shop);
  expect(audiences).toMatchObject([
    { name: "partners", components: ["api"], model: { sections: [{ entries: [{ text: "of both" }] }] } },
    { name: "support", components: null },
  ]);
  const glance = await branchFactsAtAGlance(shop.client, "main", NO_LANE);
  expect(glance?.event).toMatchObject({ notes: { audiences } });
});
