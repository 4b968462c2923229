/** What every store must do, whatever database it stands on. Each database's test file runs it. */
import { afterEach, beforeEach, describe } from "vitest";
import type { Clock, Store } from "../../src/core/ports.ts";
import { auditContract } from "./contract-audit.ts";
import { heardContract } from "./contract-heard.ts";
import { inboxContract } from "./contract-inbox.ts";
import { lanesContract } from "./contract-lanes.ts";
import { parkingContract } from "./contract-parking.ts";
import { queueContract } from "./contract-queue.ts";
import { receiptsContract } from "./contract-receipts.ts";
import { transactionContract } from "./contract-transaction.ts";
import { workloadContract } from "./contract-workload.ts";
import { NOW } from "./given.ts";

/** Opens stores of one kind. */
export interface StoreKind {
  /** A new, empty database's address for DATABASE_URL. */
  createDatabase(): Promise<string>;
  open(address: string, clock: Clock): Promise<Store>;
}

/** A store on a fresh database for each test, and a clock to move. */
export interface Subject {
  readonly store: Store;
  readonly clock: { time: number } & Clock;
  /** Closes the store and opens it again, as a restart does. */
  reopen(): Promise<Store>;
}

/** Runs the contract against stores of one kind. */
export function storeContract(kind: StoreKind): void {
  let store: Store;
  let address: string;
  const clock = { time: NOW, now: () => clock.time };
  const subject: Subject = {
    get store() {
      return store;
    },
    clock,
    async reopen() {
      await store.close();
      store = await kind.open(address, clock);
      return store;
    },
  };

  beforeEach(async () => {
    clock.time = NOW;
    address = await kind.createDatabase();
    store = await kind.open(address, clock);
  });
  afterEach(() => store.close());

  describe("inbox", () => inboxContract(subject));
  describe("queue", () => queueContract(subject));
  describe("lanes and promotions", () => lanesContract(subject));
  describe("the queue in numbers", () => workloadContract(subject));
  describe("parked repositories", () => parkingContract(subject));
  describe("comments that were heard", () => heardContract(subject));
  describe("receipts", () => receiptsContract(subject));
  describe("audit log", () => auditContract(subject));
  describe("transactions", () => transactionContract(subject));
}
