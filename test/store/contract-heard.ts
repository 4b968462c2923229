import { expect, it } from "vitest";
import type { RepositoryKey } from "../../src/core/ports.ts";
import type { Subject } from "./contract.ts";
import { acme, globex, shop } from "./given.ts";

const here: RepositoryKey = { installation: acme, repository: shop };

const byNumber = (one: number, other: number) => one - other;

/** Comments whose commands were handed on: one comment is handed on once, whoever translates it. */
export function heardContract(subject: Subject): void {
  const hear = (key: RepositoryKey, ...comments: number[]) =>
    subject.store.transaction(async (tx) => [...(await tx.hearComments(key, comments))].toSorted(byNumber));

  it("answers of several comments those that nobody has heard before", async () => {
    expect(await hear(here, 78, 77, 77)).toEqual([77, 78]);
    expect(await hear(here, 77, 79, 78)).toEqual([79]);
    await subject.reopen();
    expect(await hear(here, 77, 79, 78)).toEqual([]);
    expect(await hear(here)).toEqual([]);
  });

  it("keeps tenants apart", async () => {
    expect(await hear(here, 77)).toEqual([77]);
    expect(await hear({ ...here, installation: globex }, 77)).toEqual([77]);
  });

  it("has heard nothing where the transaction failed, or where it was taken back", async () => {
    const failing = subject.store.transaction(async (tx) => {
      await tx.hearComments(here, [77]);
      throw new Error("the rest failed");
    });
    await expect(failing).rejects.toThrow("the rest failed");
    expect(await hear(here, 77, 78)).toEqual([77, 78]);
    await subject.store.transaction((tx) => tx.forgetComment(here, 77));
    expect(await hear(here, 77, 78)).toEqual([77]);
  });

  it("of many who hear the same comments at a time, in whatever order, each is somebody's once", async () => {
    const orders = [
      [1, 2, 3],
      [3, 2, 1],
      [2, 3, 1],
      [1, 3],
    ];
    const heard = await Promise.all(orders.map((comments) => hear(here, ...comments)));
    expect(heard.flat().toSorted(byNumber)).toEqual([1, 2, 3]);
  });
}
