/** What can be wrong on the machine that Waybill runs on. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  closedPort,
  databaseOf,
  elsewhere,
  ownDatabase,
  rsa,
  MIB,
  set,
  withGates,
  withLane,
  WITHOUT_APP,
  type Defect,
} from "./doctor-given.ts";
export const DEFECTS_HERE: readonly Defect[] = [
  // Settings
  {
    name: "the App's id is missing",
    plant: set("APP_ID", ""),
    turns: { settings: "problem", ...WITHOUT_APP, app: "unknown" },
    says: /APP_ID: It is not set\..*settings page/,
  },
  {
    name: "a setting is misspelt",
    plant: set("WAYBILL_POLL_SECOND", "30"),
    turns: { settings: "warning" },
    says: /WAYBILL_POLL_SECOND: It is no setting/,
  },
  {
    name: "the port is none",
    plant: set("PORT", "70000"),
    turns: { settings: "problem", server: "unknown" },
    says: /PORT: .*65535/,
  },
  {
    name: "the secret is Probot's own",
    plant: set("WEBHOOK_SECRET", "development"),
    turns: { "webhook-secret": "problem" },
    says: /`development`.*openssl rand/,
  },
  {
    name: "the secret is short",
    plant: set("WEBHOOK_SECRET", "s3cr3t"),
    turns: { "webhook-secret": "problem" },
    says: /shorter than 16 bytes/,
  },
  {
    name: "the secret was typed",
    plant: set("WEBHOOK_SECRET", "abcdefghijklmnopqrst"),
    turns: { "webhook-secret": "warning" },
    says: /looks typed/,
  },
  // The key
  {
    name: "the key's file is not there",
    plant: set("PRIVATE_KEY_PATH", "gone.pem"),
    turns: { "private-key": "problem", "key-file": "unknown", ...WITHOUT_APP, app: "unknown" },
    says: /ENOENT/,
  },
  {
    name: "the key's file holds no key",
    plant: ({ env }) => writeFileSync(env["PRIVATE_KEY_PATH"] ?? "", "hello"),
    turns: { "private-key": "problem", "key-file": "unknown", ...WITHOUT_APP, app: "unknown" },
    says: /no PEM private key/,
  },
  {
    name: "the key is short",
    plant: ({ env }) => writeFileSync(env["PRIVATE_KEY_PATH"] ?? "", rsa(1_024)),
    turns: { "private-key": "problem", "key-file": "unknown", ...WITHOUT_APP, app: "unknown" },
    says: /shorter than 2048/,
  },
  {
    name: "others can read the key",
    plant: ({ env }) => chmodSync(env["PRIVATE_KEY_PATH"] ?? "", 0o644),
    turns: { "key-file": "warning" },
    says: /chmod 600/,
  },
  {
    name: "the key is another App's",
    plant: ({ env }) => writeFileSync(env["PRIVATE_KEY_PATH"] ?? "", rsa(2_048)),
    turns: { ...WITHOUT_APP, app: "problem" },
    says: /does not take the private key.*APP_ID.*generate a new/,
  },
  {
    name: "the App's id is another's",
    plant: set("APP_ID", "99"),
    turns: { ...WITHOUT_APP, app: "problem" },
    says: /no App with the number.*App ID/,
  },
  // This machine
  {
    name: "the server does not run",
    plant: async ({ env }) => void (env["PORT"] = String(await closedPort())),
    turns: { server: "warning" },
    says: /Nothing answers.*npm start/,
  },
  {
    name: "something else has the server's port",
    plant: async (all) =>
      void (all.env["PORT"] =
        (await elsewhere(all, (_, response) => void response.end("hello"))).split(":")[1] ?? ""),
    turns: { server: "problem" },
    says: /not Waybill/,
  },
  {
    name: "the server's database is gone",
    plant: ({ story }) => story.store.close(),
    spoilsServer: true,
    turns: { server: "problem" },
    says: /takes no webhooks: unavailable/,
  },
  {
    name: "the disk is nearly full",
    plant: (all) => void (all.freeBytes = 500 * MIB),
    turns: { disk: "warning" },
    says: /500 MiB.*Free some space/,
  },
  {
    name: "the disk is full",
    plant: (all) => void (all.freeBytes = 5 * MIB),
    turns: { disk: "problem" },
    says: /5 MiB/,
  },
  {
    name: "the database's address is none",
    plant: set("DATABASE_URL", "mysql://x"),
    turns: { database: "problem", jobs: "unknown" },
    says: /DATABASE_URL/,
  },
  {
    name: "the database is no database",
    plant: (all) => {
      const path = join(all.folder, "broken.db");
      writeFileSync(path, "x".repeat(8_192), { mode: 0o600 });
      all.env["DATABASE_URL"] = `sqlite:${path}`;
    },
    turns: { database: "problem", jobs: "unknown" },
    says: /damaged/,
  },
  {
    name: "the database is a newer Waybill's",
    plant: (all) =>
      ownDatabase(all, (database) =>
        database.exec(
          "insert into kysely_migration values ('9999_later', ''); update writers_from set migration = '9999_later'",
        ),
      ),
    turns: { database: "problem", jobs: "unknown" },
    says: /newer Waybill.*9999_later/,
  },
  {
    name: "the database is a newer Waybill's, beside which this one may work",
    plant: (all) =>
      ownDatabase(all, (database) => database.exec("insert into kysely_migration values ('9999_later', '')")),
    turns: { database: "warning" },
    says: /newer Waybill.*9999_later.*restart every server/,
  },
  {
    name: "the database is an older Waybill's",
    plant: (all) =>
      ownDatabase(all, (database) =>
        database.exec("delete from kysely_migration where name = (select max(name) from kysely_migration)"),
      ),
    turns: { database: "warning", jobs: "unknown" },
    says: /older Waybill.*restart/,
  },
  {
    name: "a config counts approvals of teams, whose members the App may not read",
    plant: (all) => {
      const approvals = { count: 1, role: null, users: [], teams: ["ops"] };
      return withGates(all, { approvals });
    },
    turns: { teams: "warning" },
    says: /approvals of teams.*lacks members: read.*accept it for 4711/,
  },
  {
    name: "a config names services to be asked, and there is no secret to sign by",
    plant: (all) => {
      const external = [{ name: "change", url: "https://change.acme.example/ask?team=1", timeoutMs: 10_000 }];
      return withGates(all, { external });
    },
    turns: { services: "warning" },
    says: /1 config of installation 4711 has services asked.*: change\.acme\.example\. WAYBILL_GATE_SECRET is not set, so none.*openssl rand/,
  },
  {
    name: "a config names services to be asked, and the secret to sign by is wrong",
    plant: async (all) => {
      await withGates(all, {
        external: [{ name: "change", url: "https://change.acme.example", timeoutMs: 1 }],
      });
      set("WAYBILL_GATE_SECRET", "whsec_short")(all);
    },
    turns: { settings: "problem", services: "unknown" },
    says: /WAYBILL_GATE_SECRET: It is not `whsec_`/,
  },
  {
    name: "a channel has not taken what it was told",
    plant: (all) => {
      const since = Date.parse("2026-11-28T12:00:00Z");
      return withLane(all, {
        plans: [],
        troubles: { ops: { kind: "slack", since, reason: "x", lost: 2, letters: [] } },
      });
    },
    turns: { channels: "warning" },
    says: /2 messages were not taken by 1 channel: ops \(slack\) of repository 12 in installation 4711, since 2026-11-28T12:00:00\.000Z\. .*notify --test/,
  },
  {
    name: "others can read the database",
    plant: async (all) => {
      await ownDatabase(all, () => {});
      chmodSync(databaseOf(all), 0o644);
    },
    turns: { database: "warning" },
    says: /chmod 600/,
  },
  {
    name: "a job was given up",
    plant: (all) =>
      ownDatabase(all, (database) =>
        database.exec("update job set state = 'dead' where id = (select min(id) from job)"),
      ),
    turns: { jobs: "warning" },
    says: /1 job was given up.*redeliver/,
  },
];
