import { expect, it } from "vitest";
import type { PromotionId } from "../../src/core/ids.ts";
import { GENESIS_HASH } from "../../src/store/index.ts";
import type { Subject } from "./contract.ts";
import { acme, anAudit, globex, NOW, prod } from "./given.ts";

/** Receipts: the first that is kept of a promotion is the one, whoever comes after. */
export function receiptsContract(subject: Subject): void {
  const { installation, repository } = prod;
  const promotion = "c101" as PromotionId;
  const receipt = {
    installation,
    repository,
    promotion,
    environment: "prod",
    at: NOW,
    keyId: "ab",
    document: '{"payload":"é"}\n',
  };

  it("keeps the first of a promotion, over restarts, and answers it to whoever comes after", async () => {
    expect(await subject.store.readReceipt(installation, repository, promotion)).toBeNull();
    expect(await subject.store.keepReceipt(receipt)).toEqual(receipt);
    const restarted = await subject.reopen();
    expect(await restarted.keepReceipt({ ...receipt, keyId: null, document: "another" })).toEqual(receipt);
    expect(await restarted.readReceipt(installation, repository, promotion)).toEqual(receipt);
  });

  it("keeps each tenant's apart", async () => {
    const theirs = { ...receipt, installation: globex, keyId: null };
    await subject.store.keepReceipt(receipt);
    expect(await subject.store.keepReceipt(theirs)).toEqual(theirs);
    expect(await subject.store.readReceipt(globex, repository, promotion)).toEqual(theirs);
  });

  it("says where an installation's audit log ends: what a receipt is a checkpoint of", async () => {
    expect(await subject.store.auditHead(acme)).toEqual({ seq: 0, hash: GENESIS_HASH });
    await subject.store.transaction((tx) => tx.appendAudit(acme, [anAudit("one"), anAudit("two")]));
    const [, last] = await subject.store.auditRecords(acme, 0, 10);
    expect(await subject.store.auditHead(acme)).toEqual({ seq: 2, hash: last?.hash });
  });
}
