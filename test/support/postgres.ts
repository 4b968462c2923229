/** PostgreSQL for tests: one cluster for a run, started by the first test file that asks for it, stopped by the global setup's teardown. */
import { existsSync, mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, it } from "vitest";
import { PostgresCluster, postgresPrograms } from "./postgres-cluster.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the shared cluster, or null where PostgreSQL is not installed. */
    postgresFolder: string | null;
  }
}

/** The cluster that all test files share; started if none has done so yet. */
async function sharedCluster(): Promise<PostgresCluster> {
  const folder = inject("postgresFolder");
  if (folder === null) throw new Error("PostgreSQL is not installed");
  const cluster = new PostgresCluster(folder);
  const started = join(folder, "started");
  try {
    // The one that makes this folder starts the server, the others wait for it.
    mkdirSync(join(folder, "starting"));
  } catch {
    await expect
      .poll(() => existsSync(started), {
        timeout: 60_000,
        interval: 50,
        message: "the shared PostgreSQL starts",
      })
      .toBe(true);
    return cluster;
  }
  await cluster.create({ durable: false });
  await cluster.start();
  await writeFile(started, "");
  return cluster;
}

/** An empty database on the shared cluster: the address for DATABASE_URL. It goes away with the cluster. */
export async function createTestDatabase(): Promise<string> {
  return (await sharedCluster()).createDatabase();
}

/**
 * A `describe` for tests that need PostgreSQL. Without it they are skipped on a person's machine (the global setup says so aloud) and
 * fail where `CI` is set: there nothing is ever skipped.
 */
export function describePostgres(name: string, tests: () => void): void {
  if (postgresPrograms() !== null) describe(name, tests);
  else if (process.env["CI"])
    describe(name, () => {
      it("needs PostgreSQL", () => {
        expect.fail("PostgreSQL is not installed, and CI never skips: apt-get install -y postgresql");
      });
    });
  else describe.skip(name, tests);
}
