/**
 * What the proof costs: a record of the audit log against the same row written without the chain; the chain of a log verified against the same rows only
 * read; a receipt verified against its bare Ed25519 signature.
 *
 *   node bin/guard.mjs bench/proof.ts [--records 100000]
 */
import { verify } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sql } from "kysely";
import type { InstallationId } from "../src/core/ids.ts";
import type { AuditRecord } from "../src/core/ports.ts";
import { preAuthentication, PAYLOAD_TYPE } from "../src/receipts/envelope.ts";
import { verifyReceipt } from "../src/receipts/verify.ts";
import { verifyAuditLog } from "../src/store/audit-log.ts";
import { openDatabase } from "../src/store/open.ts";
import { SqlStore } from "../src/store/store.ts";
import { receiptText, signer, teamKey } from "../test/receipts/given.ts";
import { median } from "./timing.ts";

const INSTALLATION = 12 as InstallationId;
const ROUNDS = 9;
/** As many as a decision of an ordinary promotion writes. */
const TOGETHER = 3;
const APPENDS = 300;

const recordOf = (nr: number): AuditRecord => ({
  at: 1_700_000_000_000 + nr,
  actor: "user:583231",
  scope: "repository:81/environment:prod",
  type: "promotion.accepted",
  ref: `c${nr}`,
  data: { version: "1.5.0", sha: "a1".repeat(20), by: "ana" },
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

function show(what: string, ours: number, bare: number, note: string): void {
  process.stdout.write(`${what.padEnd(56)} ${(ours / bare).toFixed(2)} × ${note}\n`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { records: { type: "string", default: "100000" } } });
  const count = Math.max(1_000, Number(values.records));
  const home = mkdtempSync(join(tmpdir(), "waybill-bench-"));
  const clock = { now: () => Date.now() };
  const database = await openDatabase(`sqlite:${join(home, "waybill.db")}`, { cwd: home });
  const store = new SqlStore(database, clock);
  try {
    await sql`create table plain (installation integer, seq integer, at integer, actor text, scope text, type text, ref text, data text, prev_hash text, hash text, primary key (installation, seq))`.execute(
      database.writer,
    );
    await appends(store, database);
    await verifies(store, database, count);
    receipts();
  } finally {
    await store.close();
    rmSync(home, { recursive: true, force: true });
  }
}

type Database = Awaited<ReturnType<typeof openDatabase>>;

/** Each in a transaction of its own, as a decision is; with and without the chain in turns. */
async function appends(store: SqlStore, database: Database): Promise<void> {
  const [chained, plain]: [number[], number[]] = [[], []];
  let nr = 0;
  const records = (): AuditRecord[] => Array.from({ length: TOGETHER }, () => recordOf((nr += 1)));
  for (let round = 0; round < ROUNDS; round += 1) {
    chained.push(
      await timed(async () => {
        for (let time = 0; time < APPENDS; time += 1)
          await store.transaction((tx) => tx.appendAudit(INSTALLATION, records()));
      }),
    );
    plain.push(
      await timed(async () => {
        for (let time = 0; time < APPENDS; time += 1) {
          const rows = records();
          await database.writer.transaction().execute(async (trx) => {
            for (const row of rows)
              await sql`insert into plain values (${INSTALLATION}, ${(nr += 1)}, ${row.at}, ${row.actor}, ${row.scope}, ${row.type}, ${row.ref}, ${JSON.stringify(row.data)}, '0', '0')`.execute(
                trx,
              );
          });
        }
      }),
    );
  }
  const ours = median(chained) / APPENDS;
  show(
    `${TOGETHER} records of the audit log, one transaction`,
    median(chained),
    median(plain),
    `the same rows without the chain (${ours.toFixed(2)} ms)`,
  );
}

async function verifies(store: SqlStore, database: Database, count: number): Promise<void> {
  const other = 13 as InstallationId;
  for (let from = 0; from < count; from += 1_000)
    await store.transaction((tx) =>
      tx.appendAudit(
        other,
        Array.from({ length: 1_000 }, (_none, index) => recordOf(from + index)),
      ),
    );
  const [chain, read]: [number[], number[]] = [[], []];
  let rows = 0;
  for (let round = 0; round < 3; round += 1) {
    chain.push(await timed(async () => expectWhole(await verifyAuditLog(database.reader))));
    read.push(
      await timed(async () => {
        rows = (await database.reader.selectFrom("audit").selectAll().execute()).length;
      }),
    );
  }
  const pace = Math.round(rows / (median(chain) / 1_000));
  show("an audit log verified", median(chain), median(read), `only reading it (${pace} records a second)`);
}

function expectWhole(flaw: unknown): void {
  if (flaw !== null) throw new Error(`the log does not verify: ${JSON.stringify(flaw)}`);
}

function receipts(): void {
  const keys = [teamKey()];
  const text = receiptText();
  const { payload, signatures } = JSON.parse(text) as { payload: string; signatures: { sig: string }[] };
  const signed = preAuthentication(PAYLOAD_TYPE, Buffer.from(payload, "base64"));
  const signature = Buffer.from(signatures[0]?.sig ?? "", "base64");
  const key = signer.publicKey;
  const times = 500;
  const [ours, bare]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    const from = performance.now();
    for (let time = 0; time < times; time += 1)
      if (verifyReceipt(text, keys).verdict !== "proven") throw new Error("the receipt does not verify");
    const between = performance.now();
    for (let time = 0; time < times; time += 1)
      if (!verify(null, signed, key, signature)) throw new Error("the signature does not verify");
    ours.push(between - from);
    bare.push(performance.now() - between);
  }
  show(
    `a receipt of ${text.length} bytes verified`,
    median(ours),
    median(bare),
    `its bare signature (${(median(ours) / times).toFixed(2)} ms)`,
  );
}

await main();
