/** Which files differ between two commits: by GitHub's comparison where that tells all of them, else by the trees. */
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  commitSha,
  type CommitSha,
  type InstallationId,
  type PromotionId,
  type RepositoryId,
} from "../../src/core/ids.ts";
import { changedFiles } from "../../src/github/changed-files.ts";
import type { RepositoryClient } from "../../src/github/client.ts";
import { findMigrations, objectionOfFloor } from "../../src/github/effects/prepare-migrations.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../src/sandbox/index.ts";
import { appKey } from "../support/app-key.ts";
import { planOf, tagged } from "../core/given.ts";
import { connectTo } from "./connect.ts";

let sandbox: Sandbox;
let client: RepositoryClient;
let shop: SandboxRepository;

beforeAll(async () => {
  const { publicKey } = appKey();
  sandbox = await startSandbox({ appPublicKeyPem: publicKey, runnerDelayMs: 0 });
  shop = sandbox.repository("acme/files", { collaborators: { ana: "maintain" }, install: true });
  const github = connectTo(sandbox);
  client = await github.forRepository(shop.install() as InstallationId, shop.id as RepositoryId);
});
afterAll(() => sandbox.close());

function commit(files: Readonly<Record<string, string | null>>, branch = "main"): CommitSha {
  const made = commitSha(shop.commit({ message: "chore: change", author: "ana", branch, files }));
  if (made === null) throw new Error("no commit");
  return made;
}
const between = async (older: CommitSha, newer: CommitSha) =>
  (await changedFiles(client, older, newer))?.toSorted();

test("what was added, changed, taken away and renamed on the way from one to the other, also by its former name", async () => {
  const older = commit({ "a.txt": "a\n", "b.txt": "b\n", "long/name.txt": "the same\ntext\n" });
  commit({ "a.txt": "A\n", "b.txt": null });
  const newer = commit({ "c.txt": "c\n", "long/name.txt": null, "short.txt": "the same\ntext\n" });
  const all = ["a.txt", "b.txt", "c.txt", "long/name.txt", "short.txt"];
  expect(await between(older, newer)).toEqual(all);
  expect(await between(newer, older)).toEqual(all);
  expect(await between(newer, newer)).toEqual([]);
});

test("of two lines that went apart, what differs now, not what one of them changed", async () => {
  commit({ "d.txt": "d\n", "e.txt": "e\n" });
  const line = commit({ "d.txt": "D\n", "e.txt": "E\n" }, "line");
  const main = commit({ "d.txt": "D\n" });
  expect(await between(line, main)).toEqual(["e.txt"]);
});

test("more files than a comparison names are told by the trees", async () => {
  const older = commit({ "many/0.txt": "0\n" });
  const names = Array.from({ length: 310 }, (_, index) => `many/f${index}.txt`);
  const newer = commit(Object.fromEntries(names.map((name) => [name, `${name}\n`])));
  expect(await between(older, newer)).toEqual(names.toSorted());
});

test("nobody can tell where even the trees are cut off", async () => {
  const older = commit({ "f.txt": "1\n" });
  const newer = commit(Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`g${index}`, "1\n"])));
  const { octokit } = client;
  const cut: RepositoryClient["octokit"] = Object.create(octokit, {
    rest: {
      value: {
        ...octokit.rest,
        git: {
          getTree: async (given: never) => {
            const answer = await octokit.rest.git.getTree(given);
            return { ...answer, data: { ...answer.data, truncated: true } };
          },
        },
      },
    },
  });
  expect(await changedFiles({ ...client, octokit: cut }, older, newer)).toBeNull();
});

test("nobody can tell of a commit that is gone", async () => {
  const here = commit({ "h.txt": "1\n" });
  expect(await changedFiles(client, here, "d".repeat(40) as CommitSha)).toBeNull();
});

test("right before a rollback: what it goes past, and that it needs a reason for it", async () => {
  const older = commit({ "db/1.sql": "1\n" });
  const newer = commit({ "db/2.sql": "2\n" });
  const plan = planOf(
    "prod",
    `components: { api: { migration: { kind: contract, paths: ["db/**"] } } }\nenvironments: { prod: {} }\n`,
  );
  const back = { landed: [{ version: "1.6.0", sha: newer }], reasoned: false };
  const effect: Parameters<typeof findMigrations>[1] = {
    type: "prepareRollout",
    promotionId: "c1" as PromotionId,
    class: "rollback",
    cause: { kind: "auto" },
    cargo: tagged("1.5.0", older),
    plan,
    replaces: null,
    back,
  };
  const context = { client } as Parameters<typeof findMigrations>[0];
  const found = await findMigrations(context, effect);
  expect(found.past?.seen).toEqual([{ component: "api", kind: "contract", version: "1.6.0" }]);
  expect(objectionOfFloor(found, effect)).toMatchObject({ code: "past-migrations" });
  expect(objectionOfFloor(found, { ...effect, back: { ...back, reasoned: true } })).toBeNull();
  expect(objectionOfFloor({}, effect)).toBeNull();
  // As an earlier Waybill has ordered it.
  const { back: _none, ...earlier } = effect;
  expect(await findMigrations(context, earlier)).toEqual({});
});
