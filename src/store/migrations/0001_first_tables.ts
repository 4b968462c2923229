import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Migration } from "kysely/migration";
import type { Dialect } from "../database.ts";

/** Column types and the table's ending, where the two databases write the same thing differently. */
function words(dialect: Dialect) {
  return dialect === "sqlite"
    ? {
        int: sql`integer`,
        // AUTOINCREMENT: an id is never used twice, also not after pruning; lines are ordered by id.
        id: sql`integer primary key autoincrement`,
        // STRICT: SQLite would otherwise store whatever it is given.
        end: sql` strict`,
      }
    : { int: sql`bigint`, id: sql`bigint generated always as identity primary key`, end: sql`` };
}

async function createDomainTables(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { int, id, end } = words(dialect);
  await sql`create table inbox (seq ${id}, delivery_id text not null unique, event text not null, installation ${int},
    repository ${int}, payload text, received_at ${int} not null)${end}`.execute(db);
  await sql`create index inbox_payload on inbox (received_at) where payload is not null`.execute(db);

  await sql`create table lane (installation ${int} not null, repository ${int} not null, environment text not null,
    rev ${int} not null, state text not null, primary key (installation, repository, environment))${end}`.execute(
    db,
  );

  await sql`create table promotion (installation ${int} not null, repository ${int} not null, id text not null,
    environment text not null, rev ${int} not null, open ${int} not null check (open in (0, 1)), data text not null,
    primary key (installation, repository, id))${end}`.execute(db);
  await sql`create index promotion_open on promotion (installation, repository, environment) where open = 1`.execute(
    db,
  );
}

async function createJobTable(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { int, id, end } = words(dialect);
  await sql`create table job (id ${id}, kind text not null, key text, dedupe text, coalesces ${int} not null,
    priority ${int} not null, run_at ${int} not null,
    state text not null check (state in ('waiting', 'ready', 'running', 'done', 'dead')),
    timer ${int} not null check (timer = 0 or (timer = 1 and state = 'waiting')),
    attempts ${int} not null, max_attempts ${int} not null, owner text, lease_until ${int},
    payload text not null, error text, finished_at ${int})${end}`.execute(db);
  // Each index is partial and serves one query, so that 100,000 done jobs or 5,000 behind one key cost a claim nothing.
  // One head a key, ready or running: this is the mutual exclusion, and it is stronger than "one running".
  await sql`create unique index job_head on job (key) where state in ('ready', 'running')`.execute(db);
  await sql`create unique index job_dedupe on job (dedupe) where state in ('waiting', 'ready')`.execute(db);
  await sql`create index job_ready on job (priority, run_at, id) where state = 'ready'`.execute(db);
  await sql`create index job_line on job (key, id) where state = 'waiting' and timer = 0`.execute(db);
  await sql`create index job_timer on job (run_at, id) where state = 'waiting' and timer = 1`.execute(db);
  await sql`create index job_lease on job (lease_until) where state = 'running'`.execute(db);
  await sql`create index job_done on job (finished_at) where state = 'done'`.execute(db);
  await sql`create index job_dead on job (dedupe) where state = 'dead'`.execute(db);
}

async function createAuditTables(db: Kysely<unknown>, dialect: Dialect): Promise<void> {
  const { int, end } = words(dialect);
  await sql`create table audit (installation ${int} not null, seq ${int} not null, at ${int} not null, actor text not null,
    scope text not null, type text not null, ref text not null, data text not null, prev_hash text not null,
    hash text not null, primary key (installation, seq))${end}`.execute(db);
  await sql`create table audit_head (installation ${int} primary key, seq ${int} not null, hash text not null)${end}`.execute(
    db,
  );
}

// The triggers stop mistakes, ours and those of a hand at the console. Malice removes a trigger; the hash chain is for that.
async function forbidAuditChangesSqlite(db: Kysely<unknown>): Promise<void> {
  for (const action of ["update", "delete"])
    await sql`create trigger ${sql.ref(`audit_no_${action}`)} before ${sql.raw(action)} on audit
      begin select raise(abort, 'the audit log is append-only'); end`.execute(db);
}

async function forbidAuditChangesPostgres(db: Kysely<unknown>): Promise<void> {
  await sql`create function audit_append_only() returns trigger language plpgsql as $$
    begin raise exception 'the audit log is append-only'; end $$`.execute(db);
  await sql`create trigger audit_no_change before update or delete on audit
    for each row execute function audit_append_only()`.execute(db);
  await sql`create trigger audit_no_truncate before truncate on audit
    for each statement execute function audit_append_only()`.execute(db);
}

/** The first schema: inbox, lanes, promotions, jobs, and the audit log with its hash chain. */
export function firstTables(dialect: Dialect): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await createDomainTables(db, dialect);
      await createJobTable(db, dialect);
      await createAuditTables(db, dialect);
      await (dialect === "sqlite" ? forbidAuditChangesSqlite(db) : forbidAuditChangesPostgres(db));
    },
  };
}
