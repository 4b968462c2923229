import { expect, it } from "vitest";
import type { RepositoryId } from "../../src/core/ids.ts";
import type { Parking, RepositoryKey, Store } from "../../src/core/ports.ts";
import type { Subject } from "./contract.ts";
import { acme, aDelivery, aJob, claimOne, complete, globex, LEASE, NOW, prod, queue, shop } from "./given.ts";

const repository: RepositoryKey = { installation: acme, repository: shop };
const MUCH_LATER = NOW + 86_400_000;

function setParking(store: Store, parking: Parking | null, key = repository): Promise<void> {
  return store.transaction((tx) => tx.setParking(key, parking, NOW));
}

/** Parked repositories: what belongs to them is held, and comes up when they are taken up again. */
export function parkingContract(subject: Subject): void {
  it("knows which repository is parked, and nobody else's", async () => {
    const { store } = subject;
    expect(await store.parking(repository)).toBeNull();
    await setParking(store, { lost: false });
    expect(await store.parking(repository)).toEqual({ lost: false });
    await setParking(store, { lost: true });
    expect(await (await subject.reopen()).parking(repository)).toEqual({ lost: true });
    expect(await subject.store.parking({ ...repository, installation: globex })).toBeNull();
    expect(await subject.store.parking({ ...repository, repository: 13 as RepositoryId })).toBeNull();
    await setParking(subject.store, null);
    expect(await subject.store.parking(repository)).toBeNull();
  });

  it("knows a repository's environments, by name, and not its own lane", async () => {
    const { store } = subject;
    for (const environment of ["prod", "", "dev"])
      await store.transaction((tx) => tx.lockLane({ ...repository, environment }));
    await store.transaction((tx) => tx.lockLane({ ...prod, installation: globex, environment: "other" }));
    expect(await store.environments(repository)).toEqual(["dev", "prod"]);
    expect(await store.environments({ ...repository, repository: 13 as RepositoryId })).toEqual([]);
  });

  it("holds a job without counting its attempt, and brings it up when the repository is parked no more", async () => {
    const { store } = subject;
    await setParking(store, { lost: false });
    await queue(store, aJob({ key: "k" }), aJob({ key: "k" }));
    await store.hold(await claimOne(store), repository, MUCH_LATER);
    expect(await store.claim("w", NOW, 9, LEASE)).toEqual([]);
    expect(await store.nextDue()).toBe(MUCH_LATER);
    await setParking(store, null);
    const job = await claimOne(store);
    expect(job.attempts).toBe(1);
    await complete(store, job);
    expect((await claimOne(store)).key).toBe("k");
  });

  it("leaves asleep what another repository holds", async () => {
    const { store } = subject;
    const other: RepositoryKey = { ...repository, installation: globex };
    await setParking(store, { lost: false });
    await setParking(store, { lost: false }, other);
    await queue(store, aJob());
    await store.hold(await claimOne(store), other, MUCH_LATER);
    await setParking(store, null);
    expect(await store.claim("w", NOW, 9, LEASE)).toEqual([]);
    await setParking(store, null, other);
    expect(await store.claim("w", NOW, 9, LEASE)).toHaveLength(1);
  });

  it("brings up what was held once the repository is lost: somebody has to end it", async () => {
    const { store } = subject;
    await setParking(store, { lost: false });
    await queue(store, aJob());
    await store.hold(await claimOne(store), repository, MUCH_LATER);
    await setParking(store, { lost: true });
    await store.hold(await claimOne(store), repository, MUCH_LATER);
    expect(await store.claim("w", NOW, 9, LEASE)).toHaveLength(1);
  });

  it("puts no job to sleep after the others were woken", async () => {
    const { store } = subject;
    await setParking(store, { lost: false });
    await queue(store, aJob());
    const late = await claimOne(store);
    await setParking(store, null);
    await store.hold(late, repository, MUCH_LATER);
    expect(await store.claim("w", NOW, 9, LEASE)).toHaveLength(1);
  });

  it("forgets no job, however holding and waking meet", async () => {
    const { store } = subject;
    await queue(store, ...Array.from({ length: 12 }, () => aJob()));
    await setParking(store, { lost: false });
    const jobs = await store.claim("w", NOW, 12, LEASE);
    const holding = jobs.map((job) => store.hold(job, repository, MUCH_LATER));
    await Promise.all([...holding.slice(0, 6), setParking(store, null), ...holding.slice(6)]);
    expect(await store.claim("w", NOW, 20, LEASE)).toHaveLength(12);
  });

  it("lets a webhook about the repository itself pass those that are held", async () => {
    const { store } = subject;
    await setParking(store, { lost: false });
    await store.receive([aDelivery("held"), aDelivery("behind")]);
    await store.hold(await claimOne(store), repository, MUCH_LATER);
    await store.receive([aDelivery("unarchived", { event: "repository" })]);
    const job = await claimOne(store);
    expect(job.payload).toEqual({ deliveryId: "unarchived" });
  });
}
