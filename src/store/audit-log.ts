/** The audit log of all installations, looked at whole: for backups, and for moving to another database. */
import type { Kysely } from "kysely";
import type { InstallationId } from "../core/ids.ts";
import { GENESIS, verifyChain } from "./audit-chain.ts";
import type { AuditAnchor, ChainProblem } from "./audit-chain.ts";
import type { Tables } from "./database.ts";
import { fromJson } from "./text.ts";

/** An audit record as its row holds it. */
export interface AuditRow {
  readonly installation: number;
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly scope: string;
  readonly type: string;
  readonly ref: string;
  readonly data: string;
  readonly prev_hash: string;
  readonly hash: string;
}

/** Where an audit log is not what was written. */
export interface AuditFlaw {
  readonly installation: number;
  readonly seq: number;
  readonly problem: ChainProblem;
}

/**
 * Follows the chains of all installations record by record, in the order of installation and number, in memory for the heads alone.
 * A chain must begin at its first record and end at its installation's head (`audit_head`).
 */
export class AuditLogCheck {
  readonly #heads = new Map<number, AuditAnchor>();
  #installation: number | null = null;
  #at: AuditAnchor = GENESIS;

  /** Says where a chain must end; before its records. */
  expect(installation: number, head: AuditAnchor): void {
    this.#heads.set(installation, head);
  }

  /** The next record; answers what is wrong with it, or null. */
  add(row: AuditRow): AuditFlaw | null {
    if (this.#installation !== row.installation) {
      const left = this.#leave();
      if (left !== null) return left;
      this.#installation = row.installation;
      this.#at = GENESIS;
    }
    const { prev_hash: prevHash, data, ...rest } = row;
    const installation = row.installation as InstallationId;
    const record = { ...rest, installation, prevHash, data: fromJson(data) };
    const anchor = this.#heads.get(row.installation);
    // The head is only asked where the chain has come to it: it may be ahead of us for many records yet.
    const verdict = verifyChain([record], {
      after: this.#at,
      ...(anchor?.seq === row.seq ? { anchor } : {}),
    });
    if (!verdict.intact)
      return { installation: row.installation, seq: verdict.seq, problem: verdict.problem };
    this.#at = verdict.head;
    return null;
  }

  /** After the last record; answers what is missing, or null. */
  end(): AuditFlaw | null {
    const left = this.#leave();
    if (left !== null) return left;
    for (const [installation, { seq }] of this.#heads)
      if (seq > 0) return { installation, seq: 1, problem: "truncated" };
    return null;
  }

  #leave(): AuditFlaw | null {
    if (this.#installation === null) return null;
    const installation = this.#installation;
    const head = this.#heads.get(installation);
    this.#heads.delete(installation);
    if (head?.seq === this.#at.seq) return null;
    // Records behind the head, or without one, were written by nobody who knew the chain.
    const isShort = head !== undefined && head.seq > this.#at.seq;
    return { installation, seq: this.#at.seq + (isShort ? 1 : 0), problem: isShort ? "truncated" : "anchor" };
  }
}

const AT_ONCE = 1_000;

/** Verifies the chains of all installations; answers the first flaw, or null. In one transaction, if records come in meanwhile. */
export async function verifyAuditLog(db: Kysely<Tables>): Promise<AuditFlaw | null> {
  const check = new AuditLogCheck();
  for (const { installation, ...head } of await db.selectFrom("audit_head").selectAll().execute())
    check.expect(installation, head);
  let last = { installation: -1, seq: 0 };
  for (;;) {
    const after = last;
    const rows = await db
      .selectFrom("audit")
      .selectAll()
      .where((eb) =>
        eb(eb.refTuple("installation", "seq"), ">", eb.tuple<number, number>(after.installation, after.seq)),
      )
      .orderBy("installation")
      .orderBy("seq")
      .limit(AT_ONCE)
      .execute();
    for (const row of rows) {
      const flaw = check.add(row);
      if (flaw !== null) return flaw;
      last = row;
    }
    if (rows.length < AT_ONCE) return check.end();
  }
}

const WORDS: Readonly<Record<ChainProblem, string>> = {
  sequence: "a record is missing, or they are out of order",
  installation: "a record belongs to another installation",
  link: "it does not continue the record before it",
  contents: "it is not what was written",
  truncated: "the newest records are missing",
  anchor: "the log does not end where it should",
};

/** A flaw as one clause: `the audit log of installation 12 does not verify at record 7: it is not what was written`. */
export function describeFlaw({ installation, seq, problem }: AuditFlaw): string {
  return `the audit log of installation ${installation} does not verify at record ${seq}: ${WORDS[problem]}`;
}
