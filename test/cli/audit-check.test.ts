/** P8: any single edit, deletion or reordering of the audit log is found and located, and so is what was cut off before a signed place. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnchoredCheck, type Flaw } from "../../src/cli/audit/check.ts";
import type { ChainedAuditRecord } from "../../src/core/ports.ts";
import { chainRecords, GENESIS } from "../../src/store/audit-chain.ts";
import { acme, anAudit, globex } from "../store/given.ts";

const log = (length: number, installation = acme): ChainedAuditRecord[] =>
  chainRecords(
    installation,
    GENESIS,
    Array.from({ length }, (_none, index) =>
      anAudit(`type-${index}`, { data: { index, who: ["ana", index] } }),
    ),
  );

interface Known {
  /** Places that somebody has signed, by their numbers in the genuine log. */
  readonly signed?: readonly number[];
  /** Where the store says that the log ends; absent for a file. */
  readonly head?: number;
}

/** What comes of walking these records, where the genuine ones were others. */
function walk(
  records: readonly ChainedAuditRecord[],
  genuine: readonly ChainedAuditRecord[],
  known: Known = {},
) {
  const check = new AnchoredCheck();
  const hashOf = (seq: number): string => genuine[seq - 1]?.hash ?? "";
  if (known.head !== undefined) check.expect(acme, { seq: known.head, hash: hashOf(known.head) });
  for (const seq of known.signed ?? [])
    check.sign({ installation: acme, seq, hash: hashOf(seq), by: `the receipt at ${seq}` });
  for (const record of records) {
    const flaw = check.add(record);
    if (flaw !== null) return flaw;
  }
  return check.end();
}

const flawOf = (...args: Parameters<typeof walk>): Flaw | null => {
  const end = walk(...args);
  return "problem" in end ? end : null;
};

describe("an audit log", () => {
  const genuine = log(6);

  it("is whole where nothing was changed, and it is said how far somebody vouches for it", () => {
    expect(walk(genuine, genuine, { signed: [2, 4], head: 6 })).toMatchObject([
      { installation: acme, head: { seq: 6 }, anchors: 2, anchored: { seq: 4, by: "the receipt at 4" } },
    ]);
  });

  const fields = Object.keys(genuine[0] ?? {}) as (keyof ChainedAuditRecord)[];
  const edits = genuine.flatMap((_record, index) => fields.map((field) => [index + 1, field] as const));

  it.each(edits)("shows that record %i was changed in its %s", (seq, field) => {
    const changed = genuine.map((record) =>
      record.seq === seq ? { ...record, [field]: other(record[field]) } : record,
    );
    // A record of another installation or number is missed where it should be.
    expect(flawOf(changed, genuine)).toMatchObject({ seq: field === "installation" && seq > 1 ? 1 : seq });
  });

  it.each(genuine.slice(0, -1).map(({ seq }) => seq))("shows that record %i is missing", (seq) => {
    expect(
      flawOf(
        genuine.filter((record) => record.seq !== seq),
        genuine,
      ),
    ).toMatchObject({ seq, problem: "sequence" });
  });

  it("shows that two records changed places", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5 }), (one, two) => {
        fc.pre(one !== two);
        const swapped = genuine.map(
          (record, index) => genuine[index === one ? two : index === two ? one : index] ?? record,
        );
        expect(flawOf(swapped, genuine)).toMatchObject({ seq: Math.min(one, two) + 1, problem: "sequence" });
      }),
    );
  });

  it("shows that it was written anew from some record on, as somebody could who owns the database", () => {
    for (const from of [1, 3, 6]) {
      const before = genuine.slice(0, from - 1);
      const last = before.at(-1) ?? GENESIS;
      const anew = [
        ...before,
        ...chainRecords(acme, last, [anAudit("forged"), anAudit("forged"), anAudit("forged")]),
      ];
      // In itself it is whole: only what somebody has signed elsewhere says that it is another one.
      expect(flawOf(anew, genuine)).toBeNull();
      expect(flawOf(anew, genuine, { signed: [from] })).toMatchObject({
        seq: from,
        problem: "anchor",
        by: `the receipt at ${from}`,
      });
    }
  });

  it.each([1, 2, 3, 4, 5])(
    "shows that all but %i were cut off, past the last signed place, or what the store knows",
    (kept) => {
      const cut = genuine.slice(0, kept);
      expect(flawOf(cut, genuine)).toBeNull();
      const truncated = { seq: kept + 1, problem: "truncated" };
      expect(flawOf(cut, genuine, { signed: [6] })).toMatchObject({ ...truncated, by: "the receipt at 6" });
      expect(flawOf(cut, genuine, { head: 6 })).toMatchObject({ ...truncated, by: null });
    },
  );

  it("shows that all of it is gone", () => {
    expect(flawOf([], genuine, { signed: [3] })).toMatchObject({ seq: 1, problem: "truncated" });
    expect(flawOf([], genuine, { head: 6 })).toMatchObject({ seq: 1, problem: "truncated" });
  });

  it("is one of several, each walked for itself", () => {
    const theirs = log(3, globex);
    const [one, two] = [genuine, theirs].toSorted(
      ([a], [b]) => (a?.installation ?? 0) - (b?.installation ?? 0),
    );
    const both = [...(one ?? []), ...(two ?? [])];
    expect(walk(both, genuine, { signed: [6] })).toHaveLength(2);
    const [first] = theirs;
    const changed = both.map((record) => (record === first ? { ...record, actor: "mallory" } : record));
    expect(flawOf(changed, genuine, { signed: [6] })).toMatchObject({ installation: globex, seq: 1 });
  });
});

function other(value: unknown): unknown {
  if (typeof value === "string") return `${value.slice(0, -1)}${value.endsWith("0") ? "1" : "0"}`;
  return typeof value === "number" ? value + 1 : { ...(value as object), more: true };
}
