/** The worker on a real SQLite store: what it does at once and what one after the other, and how it goes on when something fails. */
import { describe, expect, it } from "vitest";
import { RetryLaterError, StoreUnavailableError, type Store } from "../../src/core/ports.ts";
import type { Effect } from "../../src/core/effects.ts";
import type { WaybillEvent } from "../../src/core/events.ts";
import { pauseAfter } from "../../src/engine/job.ts";
import { NOON, requested } from "../core/given.ts";
import { deskAt, effectOf, eventOf, freshStore, laneOf, prod, react, repository, until } from "./given.ts";

/** The comments that were reacted to. */
const ids = (calls: readonly { readonly effect: Effect }[]) =>
  calls.map(({ effect }) => (effect.type === "react" ? effect.commentId : 0));

/** The store with some of its methods replaced. */
function replaced(store: Store, methods: () => Partial<Store>): Store {
  return new Proxy(store, {
    get: (target, name) => {
      const value: unknown = Reflect.get(methods(), name) ?? Reflect.get(target, name);
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

const unavailable = () => Promise.reject(new StoreUnavailableError("disk full"));

describe("events and effects", () => {
  it("an event is decided, its effects are performed, and what they saw is decided in turn", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(eventOf(requested()));
    const [...calls] = await desk.called(3);
    expect(calls.map((call) => call.effect.type).sort()).toEqual(["liveComment", "prepareRollout", "react"]);
    for (const call of calls) {
      const written: WaybillEvent = {
        type: "LiveCommentWritten",
        at: NOON,
        promotionId: "c101" as never,
        commentId: 55,
      };
      call.answer(...(call.effect.type === "liveComment" ? [written] : []));
    }
    await desk.quiet();
    expect((await laneOf(desk.store))?.active).toMatchObject({
      id: "c101",
      stage: "preparing",
      liveCommentId: 55,
    });
    expect(
      (await desk.store.auditRecords(prod.installation, 0, 10)).map((line) => [line.scope, line.type]),
    ).toEqual([
      ["repository:12/environment:prod", "promotion.accepted"],
      ["repository:12/environment:prod", "promotion.started"],
    ]);
  });

  it("one lane tells another by an event", async () => {
    const desk = deskAt(await freshStore());
    const tell = { type: "tellLane", environment: "prod", event: requested() } as const;
    await desk.queue(effectOf(tell, "request:c101", {}, repository));
    await desk.called(3);
    expect((await laneOf(desk.store))?.active?.id).toBe("c101");
  });

  it("a wake comes back when its time has come, and not before", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(effectOf({ type: "wake", event: requested() }, "wake", { delayMs: 60_000 }));
    await desk.quiet();
    expect(await laneOf(desk.store)).toBeNull();
    desk.now += 60_000;
    await desk.called(3);
  });
});

describe("at once, and one after the other", () => {
  it("so many at a time, and no more", async () => {
    const desk = deskAt(await freshStore(), { concurrency: 3 });
    await desk.queue(...[1, 2, 3, 4, 5].map((id) => effectOf(react(id), `react:${id}`)));
    await desk.called(3);
    expect((await desk.counts()).running).toBe(3);
    expect(desk.calls).toHaveLength(3);
    desk.open[0]?.answer();
    await desk.called(4);
    expect(desk.open).toHaveLength(3);
  });

  it("those of one series in their order, each after the one before; other series meanwhile", async () => {
    const desk = deskAt(await freshStore());
    const serial = (name: string, id: number) => effectOf(react(id), `react:${id}`, { serial: name });
    await desk.queue(serial("comment:1", 1), serial("comment:1", 2), serial("comment:2", 3));
    await desk.called(2);
    expect(new Set(ids(desk.open))).toEqual(new Set([1, 3]));
    desk.open.find((call) => ids([call])[0] === 1)?.answer();
    await desk.called(3);
    expect(ids(desk.calls).at(-1)).toBe(2);
  });

  it("one that fails keeps its place in its series", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(...[1, 2].map((id) => effectOf(react(id), `react:${id}`, { serial: "comment:1" })));
    (await desk.called(1))[0]?.fail(new Error("502"));
    await desk.quiet();
    desk.now += 1_000;
    await desk.called(2);
    expect(ids(desk.calls)).toEqual([1, 1]);
  });

  it("a slow one does not hold up what falls due meanwhile", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(effectOf(react(1), "react:1"), effectOf(react(2), "react:2", { delayMs: 1_000 }));
    await desk.called(1);
    desk.now += 1_000;
    await desk.called(2);
    expect(ids(desk.open)).toEqual([1, 2]);
  });

  it("of several edits of one comment that wait, the last is written", async () => {
    const desk = deskAt(await freshStore());
    const edit = (commentId: number) =>
      effectOf(react(commentId), "live:c1", { serial: "comment:c1", coalesce: true, delayMs: 5_000 });
    await desk.queue(edit(1));
    await desk.queue(edit(2), edit(3));
    desk.now += 5_000;
    (await desk.called(1))[0]?.answer();
    await desk.quiet();
    expect(ids(desk.calls)).toEqual([3]);
  });
});

describe("what fails is tried again", () => {
  it("after a pause that doubles from half a second to a quarter of an hour", async () => {
    expect([1, 2, 3, 11, 12, 13, 100].map(pauseAfter)).toEqual([
      500, 1_000, 2_000, 512_000, 900_000, 900_000, 900_000,
    ]);
    const desk = deskAt(await freshStore());
    await desk.queue(effectOf(react(1), "react:1"));
    for (const [attempt, pause] of [500, 1_000, 2_000].entries()) {
      (await desk.called(attempt + 1))[0]?.fail(new Error("502"));
      await desk.quiet();
      expect(await desk.store.nextDue()).toBe(desk.now + pause);
      desk.now += pause;
    }
    await desk.called(4);
    expect(desk.calls.map((call) => call.attempt)).toEqual([1, 2, 3, 4]);
    expect(desk.log.filter((line) => line.level === "warn")).toHaveLength(3);
  });

  it("where GitHub says when to come back, then, and it was no attempt", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(effectOf(react(1), "react:1"));
    (await desk.called(1))[0]?.fail(new RetryLaterError("secondary rate limit", NOON + 77_000));
    await desk.quiet();
    expect(await desk.store.nextDue()).toBe(NOON + 77_000);
    desk.now = NOON + 77_000;
    await desk.called(2);
    expect(desk.calls.map((call) => call.attempt)).toEqual([1, 1]);
  });

  it("in the end it is given up: the lane hears of it and says so, and the job stays to be seen", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(eventOf(requested()));
    await desk.called(3);
    const preparation = () => desk.open.find(({ effect }) => effect.type === "prepareRollout");
    for (const call of desk.open.slice()) if (call.effect.type !== "prepareRollout") call.answer();
    for (let attempt = 1; attempt <= 30; attempt += 1) {
      await until(() => {
        desk.now += 900_000;
        if (preparation()?.attempt !== attempt) throw new Error(`no attempt ${attempt} yet`);
      });
      preparation()?.fail(new Error("502"));
    }
    await until(() => {
      if (!desk.open.some((call) => call.effect.type === "comment")) throw new Error("nothing said yet");
    });
    const said = desk.open.find((call) => call.effect.type === "comment")?.effect;
    expect(said).toMatchObject({
      view: { problem: { code: "github-refused", detail: { message: "Error: 502" } } },
    });
    expect((await desk.counts()).dead).toBe(1);
    expect((await laneOf(desk.store))?.active).toBeNull();
  });

  it("given up in the repository's own lane: kept to be seen, told to nobody", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue({ ...effectOf(react(1), "react:1", {}, repository), maxAttempts: 1 });
    (await desk.called(1))[0]?.fail(new Error("502"));
    await desk.quiet();
    expect(await desk.counts()).toMatchObject({ dead: 1, ready: 0, waiting: 0 });
    expect(desk.log.at(-1)).toMatchObject({ level: "error", message: "a job was given up" });
  });

  it("an event that cannot be decided holds up its own lane alone, and is not lost", async () => {
    const desk = deskAt(await freshStore());
    const misled = { ...eventOf(requested(), repository), maxAttempts: 3 };
    await desk.queue(misled, eventOf(requested()));
    await desk.called(3);
    await until(async () => {
      expect(
        desk.log.some((line) => JSON.stringify(line.fields).includes("handed to a repository's lane")),
      ).toBe(true);
    });
    expect((await desk.counts()).dead).toBe(0);
  });
});

describe("more than one worker, and the death of one", () => {
  it("what a dead one had in hand is taken up at the start, as a second attempt", async () => {
    const store = await freshStore();
    const desk = deskAt(store, { start: false });
    await desk.queue(effectOf(react(1), "react:1"));
    await store.claim("dead", NOON, 10, NOON + 60_000);
    expect(await store.sweep(NOON, true)).toBe(1);
    desk.worker.start();
    await desk.called(1);
    expect(desk.calls).toMatchObject([{ attempt: 2 }]);
  });

  it("what another left behind is noticed once its lease has run out, and not before", async () => {
    const store = await freshStore();
    let sweeps = 0;
    const sweep: Store["sweep"] = (now, all) => {
      sweeps += 1;
      return store.sweep(now, all);
    };
    const desk = deskAt(store, { leaseMs: 15, wrap: () => replaced(store, () => ({ sweep })), start: false });
    await desk.queue(effectOf(react(1), "react:1"));
    await store.claim("dead", NOON, 10, NOON + 60_000);
    desk.worker.start();
    await until(() => expect(sweeps).toBeGreaterThan(2));
    expect(desk.calls).toEqual([]);
    desk.now += 60_000;
    await desk.called(1);
    expect(desk.calls).toMatchObject([{ attempt: 2 }]);
  });

  it("the lease of what is really being done is renewed, however long it takes", async () => {
    const store = await freshStore();
    const renewed: number[] = [];
    const renew: Store["renew"] = (owner, jobs, until) => {
      renewed.push(until);
      return store.renew(owner, jobs, until);
    };
    const desk = deskAt(store, { leaseMs: 15, wrap: () => replaced(store, () => ({ renew })) });
    await desk.queue(effectOf(react(1), "react:1"));
    await desk.called(1);
    for (let beat = 1; beat <= 5; beat += 1) {
      desk.now += 10;
      await until(() => expect(renewed).toContain(desk.now + 15));
    }
    desk.open[0]?.answer();
    await desk.quiet();
    expect(desk.calls).toHaveLength(1);
  });

  it("what it lost to itself it begins anew only when the first attempt has ended, as the second one looks for what that one did", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(effectOf(react(1), "react:1"));
    const [slow] = await desk.called(1);
    // Its lease ran out: the renewal came too late.
    await desk.store.sweep(NOON + 60_000, false);
    desk.now = NOON + 60_000;
    desk.worker.wake();
    await until(async () => expect((await desk.counts()).running).toBe(1));
    expect(desk.calls).toMatchObject([{ attempt: 1 }]);
    slow?.answer();
    const [again] = await desk.called(2);
    expect(desk.calls).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
    again?.answer();
    await desk.quiet();
    expect(await desk.counts()).toMatchObject({ running: 0, done: 1 });
  });

  it("who lost a job to another does not write what it saw: it is decided once", async () => {
    const store = await freshStore();
    const first = deskAt(store, {}, "first");
    await first.queue(effectOf(react(1), "react:1"));
    const [slow] = await first.called(1);
    await first.worker.stop(0);
    await store.sweep(NOON + 60_000, false);
    const second = deskAt(store, {}, "second");
    second.now = NOON + 60_000;
    const [again] = await second.called(1);
    again?.answer(requested());
    slow?.answer(requested({ id: "c999" as never }));
    await until(() =>
      expect(first.log.some((line) => line.message.startsWith("a job went to another worker"))).toBe(true),
    );
    await until(async () => expect((await laneOf(store))?.known).toEqual(["c101"]));
    expect(await store.readPromotion(prod.installation, prod.repository, "c999" as never)).toBeNull();
  });
});

describe("stopping", () => {
  it("waits for what is in hand and takes nothing more", async () => {
    const desk = deskAt(await freshStore(), { concurrency: 1 });
    await desk.queue(effectOf(react(1), "react:1"), effectOf(react(2), "react:2"));
    const [call] = await desk.called(1);
    const stopped = desk.worker.stop(60_000);
    call?.answer();
    await stopped;
    expect(await desk.counts()).toMatchObject({ running: 0, ready: 1, done: 1 });
    desk.worker.wake();
    await Promise.resolve();
    expect(desk.calls).toHaveLength(1);
  });

  it("waits only so long: the rest is found again at the next start", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(effectOf(react(1), "react:1"));
    await desk.called(1);
    await desk.worker.stop(5);
    expect((await desk.counts()).running).toBe(1);
    expect(await desk.store.sweep(desk.now, true)).toBe(1);
  });
});

describe("the store is down for a while", () => {
  it("the worker says so, and goes on when it is back", async () => {
    let down = true;
    const wrap = (store: Store) =>
      replaced(store, () => (down ? { claim: unavailable, nextDue: unavailable } : {}));
    const desk = deskAt(await freshStore(), { wrap });
    await desk.queue(effectOf(react(1), "react:1"));
    await until(() => expect(desk.log.length).toBeGreaterThan(2));
    expect(desk.calls).toEqual([]);
    down = false;
    (await desk.called(1))[0]?.answer();
    await until(async () => expect((await desk.counts()).done).toBe(1));
  });

  it("an effect whose end could not be written is done again, as a second attempt that looks first", async () => {
    let down = false;
    const wrap = (store: Store) => replaced(store, () => (down ? { transaction: unavailable } : {}));
    const desk = deskAt(await freshStore(), { wrap, leaseMs: 30 });
    await desk.queue(effectOf(react(1), "react:1"));
    const [call] = await desk.called(1);
    down = true;
    call?.answer(requested());
    await until(() =>
      expect(desk.log.some((line) => line.message.includes("its lease will run out"))).toBe(true),
    );
    down = false;
    desk.now += 1_000;
    await desk.called(2);
    expect(desk.calls.map((one) => one.attempt)).toEqual([1, 2]);
    desk.open[0]?.answer(requested());
    await desk.called(5);
    expect((await laneOf(desk.store))?.known).toEqual(["c101"]);
  });
});
