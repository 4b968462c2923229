import { expect, it } from "vitest";
import { GENESIS_HASH, verifyChain } from "../../src/store/index.ts";
import type { Subject } from "./contract.ts";
import { acme, anAudit, globex } from "./given.ts";

/** The audit log: one chain an installation, read back as it was hashed. */
export function auditContract(subject: Subject): void {
  it("chains an installation's records from the genesis on, over transactions and restarts", async () => {
    const { store } = subject;
    await store.transaction((tx) => tx.appendAudit(acme, [anAudit("accepted"), anAudit("dispatched")]));
    const restarted = await subject.reopen();
    await restarted.transaction((tx) => tx.appendAudit(acme, [anAudit("delivered")]));
    const records = await restarted.auditRecords(acme, 0, 10);
    expect(records.map(({ seq, type }) => [seq, type])).toEqual([
      [1, "accepted"],
      [2, "dispatched"],
      [3, "delivered"],
    ]);
    expect(records[0]?.prevHash).toBe(GENESIS_HASH);
    expect(verifyChain(records)).toMatchObject({ intact: true, head: { seq: 3, hash: records[2]?.hash } });
  });

  it("reads back exactly what was hashed, whatever the values are", async () => {
    const { store } = subject;
    const odd = anAudit("odd \0 \uD800", {
      actor: "user:🚀",
      ref: "\uDFFF",
      data: {
        z: 1,
        a: [-0, 1e21, 1e-7, 0.1 + 0.2, Number.MAX_SAFE_INTEGER],
        __proto__ignored: undefined,
        ["__proto__"]: { polluted: true },
        é: "\0\uD800",
        "1": null,
        nested: { b: Number.NaN, a: new Date(0) },
      },
    });
    await store.transaction((tx) => tx.appendAudit(acme, [odd, anAudit("next", { data: undefined })]));
    const records = await store.auditRecords(acme, 0, 10);
    expect(verifyChain(records)).toMatchObject({ intact: true });
    expect(records[0]?.data).toMatchObject({ nested: { a: "1970-01-01T00:00:00.000Z", b: null } });
  });

  it("keeps each installation's chain apart, and answers pages", async () => {
    const { store } = subject;
    await store.transaction(async (tx) => {
      await tx.appendAudit(acme, [anAudit("a1"), anAudit("a2"), anAudit("a3")]);
      await tx.appendAudit(globex, [anAudit("g1")]);
      await tx.appendAudit(acme, []);
    });
    expect((await store.auditRecords(globex, 0, 10)).map(({ seq, type }) => [seq, type])).toEqual([
      [1, "g1"],
    ]);
    const [first] = await store.auditRecords(acme, 0, 1);
    const rest = await store.auditRecords(acme, 1, 10);
    expect(rest.map(({ type }) => type)).toEqual(["a2", "a3"]);
    expect(verifyChain(rest, { after: { seq: 1, hash: first?.hash ?? "" } })).toMatchObject({ intact: true });
  });

  it("gives concurrent writers one order, without gaps and without forks", async () => {
    const { store } = subject;
    await Promise.all(
      Array.from({ length: 15 }, (_, index) =>
        store.transaction((tx) => tx.appendAudit(acme, [anAudit(`${index}a`), anAudit(`${index}b`)])),
      ),
    );
    const records = await store.auditRecords(acme, 0, 100);
    expect(records).toHaveLength(30);
    expect(verifyChain(records)).toMatchObject({ intact: true });
  });

  it("keeps nothing of a transaction that failed, and goes on without a gap", async () => {
    const { store } = subject;
    const failing = store.transaction(async (tx) => {
      await tx.appendAudit(acme, [anAudit("never")]);
      throw new Error("changed its mind");
    });
    await expect(failing).rejects.toThrow("changed its mind");
    await store.transaction((tx) => tx.appendAudit(acme, [anAudit("kept")]));
    expect((await store.auditRecords(acme, 0, 10)).map(({ seq, type }) => [seq, type])).toEqual([
      [1, "kept"],
    ]);
  });
}
