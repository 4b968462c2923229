/** Deliveries on a real SQLite store: translated into events, tried again, given up and revived. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import { ana, NOON, requested } from "../core/given.ts";
import { deskAt, freshStore, laneOf, prod, repository, until } from "./given.ts";

describe("deliveries", () => {
  const delivery = {
    deliveryId: "d1",
    event: "push",
    installation: prod.installation,
    repository: prod.repository,
    payload: Buffer.from("{}"),
    receivedAt: NOON,
  };
  const answered: WaybillEvent = {
    type: "CommandsAnswered",
    at: NOON,
    commentId: 101,
    issue: 7,
    by: ana,
    answers: [{ kind: "refusal", command: "/promote prod", problem: { code: "command-late", detail: {} } }],
  };

  it("are translated into events, again after a failure", async () => {
    let times = 0;
    const store = await freshStore();
    const desk = deskAt(store, {
      translate: () => {
        times += 1;
        return times === 1
          ? Promise.reject(new Error("GitHub answered 502"))
          : Promise.resolve([{ lane: prod, event: requested() }]);
      },
    });
    await store.receive([delivery]);
    await until(() => expect(times).toBe(1));
    await desk.quiet();
    desk.now += 500;
    await desk.called(3);
    expect((await laneOf(store))?.active?.id).toBe("c101");
  });

  it("of one comment that come to different ends at a time lead to the first of them alone (P4)", async () => {
    const found = [
      { lane: prod, event: requested(), comment: 101 },
      { lane: repository, event: answered, comment: 101 },
      { lane: repository, event: { ...answered, commentId: 102 }, comment: 102 },
    ];
    const store = await freshStore();
    const desk = deskAt(store, { translate: () => Promise.resolve(found.splice(0, 1)) });
    await store.receive(["d1", "d2", "d3"].map((deliveryId) => ({ ...delivery, deliveryId })));
    // What the promotion begins with, and one answer with its reaction.
    await desk.called(5);
    expect((await laneOf(store))?.active?.id).toBe("c101");
    const said = desk.calls.flatMap(({ effect }) => (effect.type === "comment" ? [effect.marker] : []));
    expect(said).toEqual(["answers-102"]);
  });

  it("that come to nothing are done", async () => {
    const store = await freshStore();
    const desk = deskAt(store);
    await store.receive([delivery]);
    await until(async () => expect((await desk.counts()).done).toBe(1));
  });

  it("that were given up are done again when they are sent again", async () => {
    let well = false;
    const store = await freshStore();
    const desk = deskAt(store, {
      translate: () => (well ? Promise.resolve([]) : Promise.reject(new Error("no"))),
    });
    await store.receive([delivery]);
    await until(async () => {
      desk.now += 900_000;
      expect((await desk.counts()).dead).toBe(1);
    });
    well = true;
    expect(await store.receive([delivery])).toEqual(["revived"]);
    await until(async () => expect(await desk.counts()).toMatchObject({ dead: 0, done: 1 }));
  });
});
