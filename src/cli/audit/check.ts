/** Walks the audit logs of all installations, record by record, past the places that signed receipts and checkpoints vouch for. */
import type { InstallationId } from "../../core/ids.ts";
import type { ChainedAuditRecord } from "../../core/ports.ts";
import type { AuditPlace } from "../../core/receipt/statement.ts";
import { GENESIS, verifyChain, type AuditAnchor } from "../../store/audit-chain.ts";
import type { AuditFlaw } from "../../store/audit-log.ts";

/** A place that somebody has signed, and what with: `the receipt of c101`. */
export interface SignedPlace extends AuditPlace {
  readonly by: string;
}

/** Where an audit log is not what it should be; `by` names what says so, where that is not the log itself. */
export interface Flaw extends AuditFlaw {
  readonly by: string | null;
}

/** An installation's log that is unbroken. */
export interface Walked {
  readonly installation: number;
  readonly head: AuditAnchor;
  /** How many signed places it has passed, and the last of them; null where there is none. */
  readonly anchors: number;
  readonly anchored: SignedPlace | null;
}

/** In memory are the signed places alone. */
export class AnchoredCheck {
  readonly #heads = new Map<number, AuditAnchor>();
  readonly #signed = new Map<number, Map<number, SignedPlace[]>>();
  readonly #walked: Walked[] = [];
  #installation: InstallationId | null = null;
  #at: AuditAnchor = GENESIS;
  #passed = 0;
  #last: SignedPlace | null = null;

  /** Says where a log must end, as the store does; before its records. */
  expect(installation: InstallationId, head: AuditAnchor): void {
    this.#heads.set(installation, head);
  }

  /** Says that somebody has signed a place; before the records. */
  sign(place: SignedPlace): void {
    const places = this.#signed.get(place.installation) ?? new Map<number, SignedPlace[]>();
    this.#signed.set(place.installation, places.set(place.seq, [...(places.get(place.seq) ?? []), place]));
  }

  /** The next record; answers what is wrong with it, or null. */
  add(record: ChainedAuditRecord): Flaw | null {
    if (this.#installation !== record.installation) {
      const left = this.#leave();
      if (left !== null) return left;
      this.#begin(record.installation);
    }
    const verdict = verifyChain([record], { after: this.#at });
    if (!verdict.intact) return { installation: record.installation, ...verdict, by: null };
    this.#at = verdict.head;
    return this.#pass(record.installation);
  }

  /** After the last record; answers what is missing, or the logs that are whole. */
  end(): Flaw | readonly Walked[] {
    const left = this.#leave();
    if (left !== null) return left;
    for (const [installation, { seq }] of this.#heads)
      if (seq > 0) return { installation, seq: 1, problem: "truncated", by: null };
    for (const [installation, places] of this.#signed) {
      const [first] = [...places.values()].flat().filter(({ seq }) => seq > 0);
      if (first !== undefined) return { installation, seq: 1, problem: "truncated", by: first.by };
    }
    return this.#walked;
  }

  #begin(installation: InstallationId): void {
    this.#installation = installation;
    this.#at = GENESIS;
    this.#passed = 0;
    this.#last = null;
    // What was signed before the first record says nothing.
    this.#signed.get(installation)?.delete(0);
  }

  /** What was signed of the place where the walk stands must be what is there. */
  #pass(installation: InstallationId): Flaw | null {
    const places = this.#signed.get(installation);
    for (const place of places?.get(this.#at.seq) ?? []) {
      if (place.hash !== this.#at.hash)
        return { installation, seq: place.seq, problem: "anchor", by: place.by };
      this.#passed += 1;
      this.#last = place;
    }
    places?.delete(this.#at.seq);
    return null;
  }

  #leave(): Flaw | null {
    const installation = this.#installation;
    if (installation === null) return null;
    this.#installation = null;
    const [beyond] = [...(this.#signed.get(installation)?.values() ?? [])].flat();
    this.#signed.delete(installation);
    if (beyond !== undefined)
      return { installation, seq: this.#at.seq + 1, problem: "truncated", by: beyond.by };
    const head = this.#heads.get(installation);
    this.#heads.delete(installation);
    if (head !== undefined && head.seq > this.#at.seq)
      return { installation, seq: this.#at.seq + 1, problem: "truncated", by: null };
    if (head !== undefined && (head.seq !== this.#at.seq || head.hash !== this.#at.hash))
      return { installation, seq: this.#at.seq, problem: "anchor", by: null };
    this.#walked.push({ installation, head: this.#at, anchors: this.#passed, anchored: this.#last });
    return null;
  }
}
