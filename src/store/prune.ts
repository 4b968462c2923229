import { sql } from "kysely";
import type { Trx } from "./database.ts";

/** Rows in one transaction, so that pruning never keeps anybody waiting for long. */
const AT_ONCE = 1_000;

/** Runs a piece of work in its own transaction. */
type InTransaction = <Result>(work: (trx: Trx) => Promise<Result>) => Promise<Result>;

/**
 * Deletes jobs that were done before `jobsBefore`, and the packs of payloads that came before `payloadsBefore` and of which no job is
 * still queued or running. The deliveries' rows stay: a redelivery is known for ever. Dead jobs stay until they are revived.
 */
export async function prune(
  inTransaction: InTransaction,
  jobsBefore: number,
  payloadsBefore: number,
): Promise<void> {
  const oldJobs = sql`delete from job where id in (
    select id from job where state = 'done' and finished_at < ${jobsBefore} limit ${AT_ONCE})`;
  const oldPayloads = sql`delete from pack where id in (
    select id from pack where received_at < ${payloadsBefore}
      and not exists (select 1 from inbox join job on job.dedupe = 'delivery:' || inbox.seq
        where inbox.pack = pack.id and job.state in ('waiting', 'ready'))
      and not exists (select 1 from job join inbox on job.dedupe = 'delivery:' || inbox.seq
        where inbox.pack = pack.id and job.state = 'running')
    limit ${AT_ONCE})`;
  for (const statement of [oldJobs, oldPayloads]) {
    let changed: bigint;
    do {
      changed = await inTransaction(async (trx) => (await statement.execute(trx)).numAffectedRows ?? 0n);
    } while (changed === BigInt(AT_ONCE));
  }
}
