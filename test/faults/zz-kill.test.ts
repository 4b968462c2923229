/** kill -9 at any moment, on the embedded store: nothing lost, nothing deployed twice, nothing said twice (promises P1, P2, P4, P8). */
import { setTimeout as pause } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { openStore, verifyChain } from "../../src/store/index.ts";
import { expectPromisesKept } from "../stories/prod.ts";
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

const KILLS = 32;
const SEED = Number(process.env["WAYBILL_TEST_SEED"] ?? Date.now() % 1_000_000);

it(`${KILLS} kills during a story of merges, tags and commands (seed ${SEED})`, async () => {
  const random = randomFrom(SEED);
  const story = await startKillingStory();
  onTestFinished(() => story.end());
  const stopRedelivering = redeliverMeanwhile(story.sandbox);
  onTestFinished(stopRedelivering);
  const killing = killAgainAndAgain(story, random);
  while (story.lives.length <= KILLS) await story.round(5_000);
  const last = await killing;
  await last.url();
  const allEnded = () => story.commands.every((command) => endOf(story, command) !== "open");
  expect((await until(120_000, allEnded)) || tellStory(story)).toBe(true);
  await story.round(150_000);
  const version = story.commands.at(-1)?.version ?? "";
  const arrived = () => allEnded() && saysThatItRuns(story.shop, "prod", version);
  expect((await until(120_000, arrived)) || tellStory(story)).toBe(true);
  stopRedelivering();
  await story.sandbox.settled();
  expect((await until(30_000, () => allShown(story))) || tellStory(story)).toBe(true);
  expect(await last.stop()).toBe(0);
  const ends = story.commands.map((command) => endOf(story, command));
  process.stderr.write(
    `seed ${SEED}: ${story.lives.length - 1} kills, ${ends.length} commands, ${ends.filter((end) => end === "delivered").length} delivered, ` +
      `${story.sandbox.record.runs.length} runs, ${story.sandbox.deliveries.length} deliveries\n`,
  );
  if (process.env["STORY_LOG"]) process.stderr.write(`${tellStory(story)}\n`);
  expectNothingLost(story);
  expectPromisesKept(story);
  await expectStoreSound(story);
}, 480_000);

/** Starts and kills: mostly at work, now and then during the start. Answers the life that is left alone. */
async function killAgainAndAgain(story: KillingStory, random: () => number) {
  for (let kill = 0; kill < KILLS; kill += 1) {
    const life = story.start();
    if (random() < 0.15) await pause(random() * 900);
    else {
      await life.url();
      await pause(random() * 1_800);
    }
    await life.kill();
  }
  return story.start();
}

async function expectStoreSound(story: KillingStory): Promise<void> {
  const store = await openStore(story.databaseUrl, { cwd: story.home, readOnly: true });
  onTestFinished(() => store.close());
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(story.databaseUrl.replace(/^sqlite:/, ""), { readOnly: true });
  process.stderr.write(
    JSON.stringify(
      db
        .prepare(
          "select kind, key, attempts, max_attempts, dedupe, error, substr(payload,1,600) p from job where state='dead'",
        )
        .all(),
    ) + "\n",
  );
  expect(await store.jobCounts()).toMatchObject({ running: 0, dead: 0 });
  const installation = story.shop.install() as never;
  const records = await store.auditRecords(installation, 0, 100_000);
  expect(verifyChain(records)).toMatchObject({ intact: true });
  expect(records.filter((one) => one.type === "promotion.delivered").length).toBeGreaterThan(3);
}
