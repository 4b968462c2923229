import { join } from "node:path";
import { sql } from "kysely";
import type { RawBuilder } from "kysely";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Database } from "../../src/store/database.ts";
import { headsQuery } from "../../src/store/jobs/add.ts";
import { dueJobsQuery, dueQuery, dueTimersQuery } from "../../src/store/jobs/claim.ts";
import { endJobsQuery } from "../../src/store/jobs/finish.ts";
import { nextDueQuery } from "../../src/store/jobs/look.ts";
import { orphansQuery } from "../../src/store/jobs/requeue.ts";
import { jobLoadsQuery } from "../../src/store/jobs/workload.ts";
import { promoteHeadsQuery } from "../../src/store/jobs/states.ts";
import { silentLogger } from "../../src/store/logger.ts";
import { migrate, migrationsFor } from "../../src/store/migrations/index.ts";
import { openPostgres, withMigrationLock } from "../../src/store/postgres/open.ts";
import { openSqlite } from "../../src/store/sqlite/open.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { fillCrowd } from "./crowd.ts";
import { NOW, temporaryFolder } from "./given.ts";

const CROWD = { done: 100_000, blocked: 5_000, timers: 2_000, ready: 30 };

/** Rows as they travel: as one JSON value. */
function listed({ dialect }: Database, columns: string, json: string): RawBuilder<unknown> {
  const names = columns.split(", ").map((column) => column.split(" ")[0]);
  return dialect === "postgres"
    ? sql`json_to_recordset(${json}::json) as r(${sql.raw(columns)})`
    : sql`(select ${sql.raw(names.map((name) => `value ->> '${name}' as ${name}`).join(", "))} from json_each(${json})) as r`;
}

/** The statements that every claim and every sweep makes, and the index that each must go by. */
function claimStatements(database: Database): [string, RawBuilder<unknown>, string][] {
  return [
    ["what is due", dueQuery(NOW), "job_ready"],
    ["which jobs are due", dueJobsQuery(database, 0, NOW, 10), "job_ready"],
    ["which timers are due", dueTimersQuery(NOW), "job_timer"],
    ["when the next is due", nextDueQuery(), "job_ready"],
    [
      "who is next in line",
      promoteHeadsQuery(database, listed(database, "key text", '[{"key":"busy"}]')),
      "job_line",
    ],
    [
      "whose jobs these are",
      endJobsQuery(
        database,
        listed(
          database,
          "id bigint, owner text, attempts bigint, state text, at bigint, error text",
          '[{"id":7,"owner":"me","attempts":1,"state":"done","at":1}]',
        ),
      ),
      database.dialect === "postgres" ? "job_pkey" : "PRIMARY KEY",
    ],
    ["which keys are held", headsQuery(sql`select 'busy'`), "job_head"],
    ["whose lease ran out", orphansQuery(NOW, false), "job_lease"],
  ];
}

/** The indexes by which the queue is counted for metrics; done jobs are in none of them. */
const COUNTED_BY = ["job_ready", "job_timer", "job_line", "job_lease", "job_dead"];

async function sqlitePlan(database: Database, statement: RawBuilder<unknown>): Promise<string> {
  const { rows } = await sql<{ detail: string }>`explain query plan ${statement}`.execute(database.writer);
  return rows.map((row) => row.detail).join("\n");
}

interface PlanNode {
  readonly "Node Type": string;
  readonly "Index Name"?: string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
}

async function postgresPlan(database: Database, statement: RawBuilder<unknown>): Promise<PlanNode[]> {
  const { rows } = await sql<{
    "QUERY PLAN": { Plan: PlanNode }[];
  }>`explain (analyze, format json) ${statement}`.execute(database.writer);
  const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)];
  return rows.flatMap((row) => row["QUERY PLAN"]).flatMap(({ Plan }) => flatten(Plan));
}

describe("what a claim costs on SQLite among 5,000 blocked, 4,000 timers and 100,000 done", () => {
  it("is a search in an index for each statement: no scan, no sorting", async () => {
    const database = openSqlite(join(temporaryFolder(), "waybill.db"));
    onTestFinished(() => database.close());
    await migrate(database.writer, migrationsFor("sqlite"));
    await fillCrowd(database, CROWD);
    for (const [name, statement, index] of claimStatements(database)) {
      const plan = await sqlitePlan(database, statement);
      expect(plan, name).toMatch(new RegExp(`(INDEX|INTEGER) ${index}`));
      expect(plan, name).not.toMatch(/SCAN job(?! USING COVERING INDEX job_(ready|timer))/);
      if (name === "which jobs are due") expect(plan).not.toContain("TEMP B-TREE");
    }
    const counting = await sqlitePlan(database, jobLoadsQuery(NOW));
    for (const index of COUNTED_BY) expect(counting).toContain(index);
    expect(counting).not.toMatch(/SCAN job(?! USING (COVERING )?INDEX)/);
  });
});

describePostgres(
  "what a claim costs on PostgreSQL among 5,000 blocked, 4,000 timers and 100,000 done",
  () => {
    it("is few rows out of an index for each statement: no scan of the table", async () => {
      const address = await createTestDatabase();
      await withMigrationLock(address, silentLogger, (db) => migrate(db, migrationsFor("postgres")));
      const database = openPostgres(address, false, silentLogger);
      onTestFinished(async () => {
        await database.work.close();
        await database.close();
      });
      await fillCrowd(database, CROWD);
      for (const [name, statement, index] of claimStatements(database)) {
        const nodes = await postgresPlan(database, statement);
        const onJobs = nodes.filter((node) => node["Relation Name"] === "job");
        expect(
          onJobs.map((node) => node["Node Type"]),
          name,
        ).not.toContain("Seq Scan");
        expect(
          nodes.map((node) => node["Index Name"]),
          name,
        ).toContain(index);
        for (const node of onJobs) {
          expect(node["Actual Rows"] * node["Actual Loops"], name).toBeLessThanOrEqual(30);
          expect(node["Rows Removed by Filter"] ?? 0, name).toBeLessThanOrEqual(30);
        }
      }
      const counted = (await postgresPlan(database, jobLoadsQuery(NOW))).filter(
        (node) => node["Relation Name"] === "job",
      );
      expect(counted.map((node) => node["Node Type"])).not.toContain("Seq Scan");
    });
  },
);
