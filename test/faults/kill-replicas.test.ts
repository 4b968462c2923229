/** kill -9 of replicas that race on one PostgreSQL: whoever is left takes over what the dead one had in hand, when its lease has run out. */
import { setTimeout as pause } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { openStore, verifyChain } from "../../src/store/index.ts";
import { expectPromisesKept } from "../stories/prod.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import type { ServerProcess } from "../support/processes.ts";
import {
  allShown,
  endOf,
  expectNothingLost,
  randomFrom,
  redeliverMeanwhile,
  saysThatItRuns,
  startKillingStory,
  tellStory,
  until,
  type KillingStory,
} from "./killing.ts";

const KILLS = 10;
const SEED = Number(process.env["WAYBILL_TEST_SEED"] ?? Date.now() % 1_000_000);
/** A job of a dead replica is taken up when its lease has run out (half a minute) and somebody has noticed (a third of that). */
const LEASES_RUN_OUT_MS = 60_000;

describePostgres("two replicas", () => {
  it(`${KILLS} kills of one or the other (seed ${SEED})`, async () => {
    const random = randomFrom(SEED);
    const story = await startKillingStory(await createTestDatabase());
    onTestFinished(() => story.end());
    const stopRedelivering = redeliverMeanwhile(story.sandbox);
    onTestFinished(stopRedelivering);
    const killing = killOneOrTheOther(story, random);
    while (story.lives.length < KILLS + 2) await story.round(6_000);
    const left = await killing;
    await Promise.all(left.map((life) => life.url()));
    await story.round(LEASES_RUN_OUT_MS + 90_000);
    const allEnded = () => story.commands.every((command) => endOf(story, command) !== "open");
    expect((await until(120_000, allEnded)) || tellStory(story)).toBe(true);
    const version = story.commands.at(-1)?.version ?? "";
    // The end is decided first, and told right after.
    const isTold = () => saysThatItRuns(story.shop, "prod", version);
    expect((await until(30_000, isTold)) || tellStory(story)).toBe(true);
    stopRedelivering();
    await story.sandbox.settled();
    expect((await until(30_000, () => allShown(story))) || tellStory(story)).toBe(true);
    expect(await Promise.all(left.map((life) => life.stop()))).toEqual([0, 0]);
    expectNothingLost(story);
    expectPromisesKept(story);
    await expectStoreSound(story);
  }, 480_000);
});

/** Two at work; again and again one of them is killed, and another takes its place. Answers the two that are left alone. */
async function killOneOrTheOther(story: KillingStory, random: () => number): Promise<ServerProcess[]> {
  const working = [story.start(), story.start()];
  await Promise.all(working.map((life) => life.url()));
  for (let kill = 0; kill < KILLS; kill += 1) {
    await pause(300 + random() * 1_200);
    const unlucky = random() < 0.5 ? 0 : 1;
    await working[unlucky]?.kill();
    const next = story.start();
    working[unlucky] = next;
    await next.url();
  }
  return working;
}

async function expectStoreSound(story: KillingStory): Promise<void> {
  const store = await openStore(story.databaseUrl, { cwd: story.home, readOnly: true });
  onTestFinished(() => store.close());
  expect((await store.jobCounts()).dead).toBe(0);
  const records = await store.auditRecords(story.shop.install() as never, 0, 100_000);
  expect(verifyChain(records)).toMatchObject({ intact: true });
}
