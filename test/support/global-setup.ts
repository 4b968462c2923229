import type { TestProject } from "vitest/node";
import { makeClusterFolder, PostgresCluster, postgresPrograms } from "./postgres-cluster.ts";

/**
 * Prepares what several test files share: a folder for the PostgreSQL cluster, which the first test that needs it starts (most runs of a
 * few files never do). Answers the teardown; an interrupted run cleans up as well.
 */
export function setup(project: TestProject): () => void {
  if (postgresPrograms() === null) {
    project.provide("postgresFolder", null);
    const outcome = process.env["CI"] ? "FAIL" : "are SKIPPED";
    process.stderr.write(
      `\n!!! PostgreSQL is not installed: its tests ${outcome}. Debian: apt-get install -y postgresql\n\n`,
    );
    return () => {};
  }
  const cluster = new PostgresCluster(makeClusterFolder());
  project.provide("postgresFolder", cluster.folder);
  const remove = () => cluster.remove();
  const removeAndEnd = (signal: NodeJS.Signals) => {
    remove();
    process.kill(process.pid, signal);
  };
  process.once("SIGTERM", removeAndEnd);
  process.once("SIGINT", removeAndEnd);
  process.once("exit", remove);
  return () => {
    process.removeListener("SIGTERM", removeAndEnd);
    process.removeListener("SIGINT", removeAndEnd);
    process.removeListener("exit", remove);
    remove();
  };
}
