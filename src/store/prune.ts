import { sql } from "kysely";
import type { Trx } from "./database.ts";

/** Rows in one transaction, so that pruning never keeps anybody waiting for long. */
const AT_ONCE = 1_000;

/** Runs a piece of work in its own transaction. */
type InTransaction = <Result>(work: (trx: Trx) => Promise<Result>) => Promise<Result>;

/**
 * Deletes jobs that were done before `jobsBefore`, and the payloads of deliveries that came before `payloadsBefore` and whose job is not
 * still queued. The deliveries' rows stay: a redelivery is known for ever. Dead jobs stay until they are revived.
 */
export async function prune(
  inTransaction: InTransaction,
  jobsBefore: number,
  payloadsBefore: number,
): Promise<void> {
  const oldJobs = sql`delete from job where id in (
    select id from job where state = 'done' and finished_at < ${jobsBefore} limit ${AT_ONCE})`;
  const oldPayloads = sql`update inbox set payload = null where seq in (
    select seq from inbox where payload is not null and received_at < ${payloadsBefore}
      and not exists (select 1 from job where dedupe = 'delivery:' || inbox.delivery_id and state in ('waiting', 'ready'))
    limit ${AT_ONCE})`;
  for (const statement of [oldJobs, oldPayloads]) {
    let changed: bigint;
    do {
      changed = await inTransaction(async (trx) => (await statement.execute(trx)).numAffectedRows ?? 0n);
    } while (changed === BigInt(AT_ONCE));
  }
}
