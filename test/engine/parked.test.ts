/** Work of a repository in which nothing can be done: it is held, it is dropped once the repository is lost, and nobody's else's is. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import type { InstallationId } from "../../src/core/ids.ts";
import { OutOfReachError, type Store } from "../../src/core/ports.ts";
import type { Standing } from "../../src/core/standing.ts";
import { eventJob } from "../../src/engine/jobs.ts";
import { createLaneReader } from "../../src/engine/lane-reader.ts";
import { byCommand, environmentSeen, NOON, requested, sha, tagged } from "../core/given.ts";
import { deskAt, effectOf, eventOf, freshStore, prod, react, repository, until } from "./given.ts";

const DAY = 86_400_000;
const LOST: Standing = { kind: "parked", reason: "deleted", since: null };

function seen(standing: Standing, at = NOON): WaybillEvent {
  const environments = [{ environment: "prod", thread: null }];
  return { type: "StandingSeen", at, standing, hint: null, environments };
}

const suspended = seen({ kind: "parked", reason: "suspended", since: null });
const usable = seen({ kind: "active" }, NOON + 1);

async function activeIn(store: Store) {
  return (
    (await createLaneReader(store).environment(prod.installation, prod.repository, "prod"))?.active ?? null
  );
}

describe("a parked repository", () => {
  it("has its effects held, not one attempt counted, and performed as soon as it is taken up again", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(eventOf(suspended, repository));
    await desk.quiet();
    await desk.queue(effectOf(react(1), "one"), effectOf(react(2), "two"));
    await desk.quiet();
    expect(desk.calls).toEqual([]);
    await desk.queue(eventOf(usable, repository));
    const calls = await desk.called(3);
    expect(calls.map(({ effect, attempt }) => `${effect.type} ${attempt}`).sort()).toEqual([
      "catchUp 1",
      "react 1",
      "react 1",
    ]);
  });

  it("that is taken up again is due to be looked at by the reconciler, however rarely it was before", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(eventOf(suspended, repository));
    await desk.quiet();
    const { installation, repository: id } = prod;
    const subject = { kind: "repository", installation, repository: id } as const;
    const look = { subject, lookedAt: NOON, pauseMs: DAY, failures: 0, memory: { seen: 1 } };
    await desk.store.transaction((tx) => tx.saveLook(look));
    await desk.queue(eventOf(usable, repository));
    await until(async () => expect(await desk.store.readLook(subject)).toEqual({ ...look, pauseMs: 0 }));
  });

  it("still has its standing looked at, and events decided that only say what was seen", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(eventOf(suspended, repository));
    await desk.queue(eventOf({ type: "StandingDoubted", at: NOON, hint: null }, repository));
    const [look] = await desk.called(1);
    expect(look?.effect.type).toBe("lookAtStanding");
    await desk.queue(eventOf(requested()), eventOf(environmentSeen()));
    await until(async () => expect((await activeIn(desk.store))?.stage).toBe("preparing"));
  });

  it("has its look put off, not given up, when it fails too often", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(eventOf({ type: "StandingDoubted", at: NOON, hint: "deleted" }, repository));
    for (let attempt = 1; attempt <= 30; attempt += 1) {
      const calls = await desk.called(attempt);
      calls[0]?.fail(new Error("bad gateway"));
      await desk.quiet();
      desk.now += 15 * 60_000;
    }
    await until(async () => expect((await desk.counts()).dead).toBe(1));
    desk.now += 60 * 60_000;
    const [again] = await desk.called(31);
    expect(again?.effect).toEqual({ type: "lookAtStanding", hint: "deleted" });
  });

  it("holds up nobody else: neither another repository nor another tenant of the same repository id", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(eventOf(suspended, repository));
    await desk.quiet();
    const other = { ...prod, installation: 2 as InstallationId };
    await desk.queue(effectOf(react(1), "one"), effectOf(react(9), "one", {}, other));
    const calls = await desk.called(1);
    expect(calls.map(({ effect }) => effect)).toEqual([react(9)]);
  });

  it("that is lost has its work dropped, and begins nothing new", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(eventOf(suspended, repository));
    await desk.quiet();
    await desk.queue(effectOf(react(1), "one"), effectOf(react(2), "two"));
    await desk.quiet();
    await desk.queue(eventOf(seen(LOST, NOON + 1), repository));
    await desk.quiet();
    await desk.queue(eventOf(requested()), effectOf(react(3), "three"));
    await desk.quiet();
    expect(desk.calls).toEqual([]);
    expect(await activeIn(desk.store)).toBeNull();
    expect(await desk.counts()).toMatchObject({ dead: 0, waiting: 0 });
    // What is left is the timer that looks again.
    desk.now += 2 * DAY;
    expect((await desk.called(1)).map(({ effect }) => effect.type)).toEqual(["lookAtStanding"]);
  });
});

it("a command that was dropped, as its repository was lost, may be heard again once it is back (P4)", async () => {
  const store = await freshStore();
  const hear = () => store.transaction((tx) => tx.hearComments(repository, [101]));
  await hear();
  await store.transaction((tx) => tx.setParking(prod, { lost: true }, NOON));
  const desk = deskAt(store);
  await desk.queue(eventJob({ lane: prod, event: requested(), comment: 101 }, NOON, null));
  await desk.quiet();
  expect(await activeIn(store)).toBeNull();
  expect([...(await hear())]).toEqual([101]);
});

describe("an effect that finds its repository out of reach", () => {
  const outOfReach = (): OutOfReachError =>
    new OutOfReachError("This installation has been suspended", NOON + 60_000, {
      installation: prod.installation,
      repository: prod.repository,
    });

  it("has somebody look, once for all of them, and comes back without its attempt counted", async () => {
    const desk = deskAt(await freshStore());
    await desk.store.transaction((tx) => tx.lockLane(repository));
    await desk.queue(...[1, 2, 3].map((id) => effectOf(react(id), `e${id}`)));
    const calls = await desk.called(3);
    for (const call of calls.slice()) call.fail(outOfReach());
    const looks = (await desk.called(4)).filter(({ effect }) => effect.type === "lookAtStanding");
    expect(looks).toHaveLength(1);
    looks[0]?.answer();
    desk.now += 60_000;
    const again = await desk.called(7);
    expect(again.map(({ attempt }) => attempt)).toEqual([1, 1, 1]);
    expect(desk.log.filter(({ level }) => level !== "debug" && level !== "info")).toEqual([]);
  });

  it("of a repository that is lost by now is dropped, so that it stands in nobody's way", async () => {
    const desk = deskAt(await freshStore());
    await desk.store.transaction((tx) => tx.lockLane(repository));
    await desk.queue(effectOf(react(1), "one"));
    const [call] = await desk.called(1);
    await desk.store.transaction((tx) => tx.setParking(prod, { lost: true }, NOON));
    call?.fail(outOfReach());
    await desk.quiet();
    expect(await desk.counts()).toMatchObject({ waiting: 0, ready: 0, running: 0, done: 1 });
  });

  it("of a repository of which only an environment is known comes back, too: a command for it was accepted", async () => {
    const desk = deskAt(await freshStore());
    await desk.store.transaction((tx) => tx.lockLane(prod));
    await desk.queue(effectOf(react(1), "one"));
    const [call] = await desk.called(1);
    call?.fail(outOfReach());
    const [look] = await desk.called(2);
    expect(look?.effect.type).toBe("lookAtStanding");
    look?.answer();
    desk.now += 60_000;
    const [again] = await desk.called(3);
    expect(again).toMatchObject({ effect: react(1), attempt: 1 });
  });

  it("of a repository that nobody knows is asked for a few times and then let go", async () => {
    const desk = deskAt(await freshStore());
    await desk.queue(effectOf(react(1), "one"));
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      const [call] = await desk.called(attempt);
      call?.fail(outOfReach());
      await desk.quiet();
      desk.now += 60_000;
    }
    await desk.quiet();
    expect(await desk.counts()).toEqual({ waiting: 0, ready: 0, running: 0, done: 1, dead: 0 });
    expect(desk.calls).toHaveLength(4);
  });
});

describe("a command that is heard again after so many others that its lane has forgotten it", () => {
  it("is the same command still: nothing of it is done twice, and nothing is tried again and again", async () => {
    const desk = deskAt(await freshStore());
    const ask = (commentId: number): WaybillEvent =>
      requested({ cause: byCommand(commentId), cargo: tagged("1.5.0", sha("a1")) });
    await desk.queue(eventOf(ask(1)));
    const open = await desk.called(3);
    for (const call of open.slice()) call.answer();
    await desk.quiet();
    await desk.store.transaction(async (tx) => {
      const { rev, state } = await tx.lockLane(prod);
      await tx.saveLane(prod, rev, { ...(state as object), known: [], active: null });
    });
    const before = await desk.store.readPromotion(prod.installation, prod.repository, "c1" as never);
    const calls = desk.calls.length;
    await desk.queue(eventOf(ask(1)));
    await desk.quiet();
    expect(await desk.store.readPromotion(prod.installation, prod.repository, "c1" as never)).toEqual(before);
    expect(desk.calls).toHaveLength(calls);
    expect(desk.log.filter(({ message }) => message.includes("failed"))).toEqual([]);
  });
});
