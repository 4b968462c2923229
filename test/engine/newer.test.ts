/** A newer Waybill works on the same database: what it has queued and this one does not know is left to it. */
import { expect, it } from "vitest";
import { createGitHubPerformer } from "../../src/github/effects/index.ts";
import { createLaneReader } from "../../src/engine/lane-reader.ts";
import { NOON, requested } from "../core/given.ts";
import { deskAt, eventOf, freshStore, prod, until } from "./given.ts";

it("an event is put back, what comes after it in its lane waits behind it, and nothing of it is counted or lost", async () => {
  const store = await freshStore();
  const older = deskAt(store);
  const tomorrow = { type: "ThoughtOfTomorrow", at: NOON } as never;
  await older.queue(eventOf(tomorrow), eventOf(requested()));
  await until(() =>
    expect(older.log.map(({ fields }) => JSON.stringify(fields)).join()).toContain("left to it"),
  );
  for (let time = 1; time <= 30; time += 1) {
    older.now = NOON + time * 5_000;
    older.worker.wake();
    await older.quiet();
  }
  const { installation, repository, environment } = prod;
  expect(await createLaneReader(store).environment(installation, repository, environment)).toBeNull();
  expect(await older.counts()).toMatchObject({ ready: 1, waiting: 1, dead: 0, done: 0 });
  await older.worker.stop(1_000);
  // As the newer one takes it up: for the first time.
  const [job] = await store.claim("newer", older.now + 60_000, 1, older.now + 120_000);
  expect(job).toMatchObject({ attempts: 1, payload: { event: { type: "ThoughtOfTomorrow" } } });
});

it("an effect is, too, before anybody is asked", async () => {
  const nobody = () => Promise.reject(new Error("nobody is to be asked"));
  const performer = createGitHubPerformer({
    github: { forRepository: nobody } as never,
    lanes: {} as never,
    text: {} as never,
    clock: { now: () => NOON },
    lostAnswerWaitMs: 0,
  });
  const done = performer.perform(prod, { type: "thinkOfTomorrow" } as never, 1);
  await expect(done).rejects.toMatchObject({ name: "RetryLaterError", retryAt: NOON + 5_000 });
});
