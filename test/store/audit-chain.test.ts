import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChainedAuditRecord } from "../../src/core/ports.ts";
import { canonicalJson } from "../../src/core/canonical.ts";
import { chainRecords, GENESIS, verifyChain } from "../../src/store/audit-chain.ts";
import { acme, anAudit, globex } from "./given.ts";

const chain = chainRecords(
  acme,
  GENESIS,
  ["accepted", "approved", "dispatched", "delivered"].map((type) => anAudit(type)),
);
const last = chain.at(-1);
const anchor = { seq: last?.seq ?? 0, hash: last?.hash ?? "" };

function changed(index: number, change: Partial<ChainedAuditRecord>): ChainedAuditRecord[] {
  return chain.map((record, at) => (at === index ? { ...record, ...change } : record));
}

describe("the audit log's chain", () => {
  it("is intact as it was written, whole or from a trusted place on", () => {
    expect(verifyChain(chain, { anchor })).toEqual({ intact: true, head: anchor });
    const after = { seq: 2, hash: chain[1]?.hash ?? "" };
    expect(verifyChain(chain.slice(2), { after, anchor })).toEqual({ intact: true, head: anchor });
    expect(verifyChain([])).toEqual({ intact: true, head: GENESIS });
  });

  it.each<[string, ChainedAuditRecord[], number, string]>([
    ["an edited actor", changed(1, { actor: "user:1" }), 2, "contents"],
    ["an edited time", changed(1, { at: 5 }), 2, "contents"],
    ["edited data", changed(2, { data: { approved: true } }), 3, "contents"],
    ["an edited hash", changed(1, { hash: "f".repeat(64) }), 2, "contents"],
    ["an edited link", changed(1, { prevHash: "f".repeat(64) }), 2, "link"],
    ["a deleted record", chain.filter((_, index) => index !== 1), 2, "sequence"],
    ["a deleted first record", chain.slice(1), 1, "sequence"],
    ["swapped records", [0, 2, 1, 3].flatMap((index) => chain[index] ?? []), 2, "sequence"],
    ["a record of another tenant", changed(3, { installation: globex }), 4, "installation"],
    ["missing last records", chain.slice(0, 2), 3, "truncated"],
    ["no records at all", [], 1, "truncated"],
  ])("is found broken: %s", (_, records, seq, problem) => {
    expect(verifyChain(records, { anchor })).toEqual({ intact: false, seq, problem });
  });

  it("is found broken when it was written anew from some record on", () => {
    const forged = chainRecords(
      acme,
      { seq: 1, hash: chain[0]?.hash ?? "" },
      chain.slice(1).map((record) => ({ ...record, actor: "user:1" })),
    );
    const records = [...chain.slice(0, 1), ...forged];
    expect(verifyChain(records)).toMatchObject({ intact: true });
    expect(verifyChain(records, { anchor })).toEqual({ intact: false, seq: 4, problem: "anchor" });
  });

  it("is found broken by any single edit of any field", () => {
    const field = fc.constantFrom("actor", "scope", "type", "ref", "hash", "prevHash" as const);
    fc.assert(
      fc.property(fc.nat(chain.length - 1), field, fc.string(), (index, name, value) => {
        fc.pre(chain[index]?.[name as "actor"] !== value);
        expect(verifyChain(changed(index, { [name]: value }), { anchor }).intact).toBe(false);
      }),
    );
  });

  it("P8 any single edit, deletion, reordering or truncation of the log past its last anchor is detected", () => {
    const length = fc.integer({ min: 2, max: 40 });
    const tampering = fc.constantFrom("edit", "delete", "swap", "truncate" as const);
    fc.assert(
      fc.property(length, tampering, fc.nat(), fc.nat(), (count, how, first, second) => {
        const written = chainRecords(
          acme,
          { seq: 0, hash: GENESIS.hash },
          Array.from({ length: count }, (_, index) => anAudit("accepted", { ref: String(index) })),
        );
        const last = written.at(-1);
        const one = first % count;
        const other = (one + 1 + (second % (count - 1))) % count;
        const tampered = {
          edit: () => written.map((record, at) => (at === one ? { ...record, actor: "user:1" } : record)),
          delete: () => written.filter((_, at) => at !== one),
          swap: () =>
            written.map((record, at) => written[at === one ? other : at === other ? one : at] ?? record),
          truncate: () => written.slice(0, one),
        }[how]();
        const kept = { seq: last?.seq ?? 0, hash: last?.hash ?? "" };
        expect(verifyChain(written, { anchor: kept }).intact).toBe(true);
        expect(verifyChain(tampered, { anchor: kept }).intact).toBe(false);
      }),
    );
  });

  it("covers what its documentation says, so that others can check it with their own tools", () => {
    const text =
      '{"actor":"user:583231","at":1000000,"data":{},"installation":1,' +
      `"prevHash":"${"0".repeat(64)}","ref":"1.5.0","scope":"repository:12/environment:prod","seq":1,"type":"accepted"}`;
    expect(chain[0]?.hash).toBe(createHash("sha256").update(text).digest("hex"));
  });
});

describe("canonical JSON", () => {
  it("sorts keys by UTF-16 code units, without white space, and loses none", () => {
    const value: unknown = JSON.parse(
      '{"b":[1, {"d":null,"c":"\\u20ac"}],"\\ud83d\\ude00":1,"\\ufb33":2,"__proto__":{"x":1},"10":1,"9":2}',
    );
    expect(canonicalJson(value)).toBe(
      '{"10":1,"9":2,"__proto__":{"x":1},"b":[1,{"c":"€","d":null}],"😀":1,"\ufb33":2}',
    );
  });

  it("has one text for every JSON value, however its keys were ordered", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(JSON.parse(JSON.stringify(value)));
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
