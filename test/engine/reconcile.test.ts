/** Who is looked at when: on a real store, by a clock in the test's hands, with a reconciler that only counts. */
import { rmSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import {
  OutOfReachError,
  RetryLaterError,
  type RepositoryKey,
  type Store,
  type Look,
} from "../../src/core/ports.ts";
import type { LookSubject } from "../../src/core/reconciling.ts";
import { performLook, queueLooks } from "../../src/engine/reconcile.ts";
import { openStore } from "../../src/store/index.ts";
import { NOON } from "../core/given.ts";
import { quickFolder } from "../support/quick-folder.ts";

const MINUTE_MS = 60_000;
const EVERY_MS = 5 * MINUTE_MS;
const NOTHING: Look = { events: [], memory: { seen: true }, found: [], idle: false };

const key = (repository: number, installation = 1): RepositoryKey => ({
  installation: installation as InstallationId,
  repository: repository as RepositoryId,
});

interface Watch {
  readonly store: Store;
  now: number;
  /** What was looked at, in order. */
  readonly looked: LookSubject["kind"][];
  readonly subjects: LookSubject[];
  readonly aloud: string[];
  /** What the next looks come to. */
  answer: (subject: LookSubject) => Promise<Look>;
  know(...keys: RepositoryKey[]): Promise<void>;
  /** Queues what is due and does it all. Answers what was looked at. */
  round(atStart?: boolean): Promise<string[]>;
}

async function watch(): Promise<Watch> {
  const home = quickFolder("waybill-looks-");
  const clock = { now: () => self.now };
  const store = await openStore("sqlite:looks.db", { cwd: home, clock });
  onTestFinished(async () => {
    await store.close();
    rmSync(home, { recursive: true });
  });
  const aloud: string[] = [];
  const quiet = () => {};
  const logger = {
    debug: quiet,
    info: quiet,
    error: quiet,
    warn: (_fields: unknown, message: string) => void aloud.push(message),
  };
  const self: Watch = {
    store,
    now: NOON,
    looked: [],
    subjects: [],
    aloud,
    answer: () => Promise.resolve(NOTHING),
    know: (...keys) =>
      store.transaction(async (tx) => {
        for (const one of keys) {
          const { rev } = await tx.lockLane({ ...one, environment: "" });
          await tx.saveLane({ ...one, environment: "" }, rev, null);
        }
      }),
    async round(atStart = false) {
      const before = self.looked.length;
      await queueLooks({ store, clock }, EVERY_MS, atStart);
      // Jobs are spread over as long as the interval.
      self.now += EVERY_MS / 5;
      const reconciler = {
        look: (subject: LookSubject) => {
          self.looked.push(subject.kind);
          self.subjects.push(subject);
          return self.answer(subject);
        },
      };
      for (const job of await store.claim("me", self.now, 1_000, self.now + MINUTE_MS))
        await performLook({ store, clock, logger }, { reconciler, everyMs: EVERY_MS }, job);
      return self.looked.slice(before);
    },
  };
  return self;
}

describe("looks", () => {
  it("come at once, and then no sooner than their pause is over", async () => {
    const one = await watch();
    await one.know(key(12));
    expect((await one.round()).toSorted()).toEqual(["deliveries", "installations", "repository"]);
    expect(await one.round()).toEqual([]);
    one.now += EVERY_MS;
    expect((await one.round()).toSorted()).toEqual(["deliveries", "repository"]);
  });

  it("are never queued twice, nor done twice when two servers queued them one after the other", async () => {
    const one = await watch();
    const clock = { now: () => one.now };
    await queueLooks({ store: one.store, clock }, EVERY_MS, false);
    expect(await queueLooks({ store: one.store, clock }, EVERY_MS, false)).toBe(2);
    expect(await one.store.jobCounts()).toMatchObject({ waiting: 0, ready: 2 });
    await one.round();
    expect(one.looked).toHaveLength(2);
  });

  it("at the deliveries come at each start, whenever the last was", async () => {
    const one = await watch();
    await one.round();
    expect(await one.round(true)).toEqual(["deliveries"]);
  });

  it("that were dated by a clock which ran ahead are done again at once", async () => {
    const one = await watch();
    await one.know(key(12));
    one.now += 24 * 60 * MINUTE_MS;
    await one.round();
    one.now = NOON;
    expect((await one.round()).toSorted()).toEqual(["deliveries", "installations", "repository"]);
  });

  it("at an installation's many repositories share its calls, and leave alone those where there is little to see", async () => {
    const one = await watch();
    await one.know(...Array.from({ length: 200 }, (_none, index) => key(index + 1)), key(1, 2));
    one.answer = (subject) =>
      Promise.resolve({ ...NOTHING, idle: subject.kind === "repository" && subject.repository > 150 });
    const rounds = async (minutes: number) => {
      const before = one.subjects.length;
      for (let minute = 0; minute < minutes; minute += 1) await one.round();
      return one.subjects
        .slice(before)
        .flatMap((subject) => (subject.kind === "repository" ? [subject.installation] : []));
    };
    expect(await rounds(5)).toHaveLength(201);
    // 150 x 7 calls at 1,500 an hour are 42 minutes; of the other installation's one repository, nothing changes.
    expect(new Set(await rounds(20))).toEqual(new Set([2]));
    expect((await rounds(27)).filter((installation) => installation === 1)).toHaveLength(150);
  });

  it("hold up no webhook of the repository that they are at", async () => {
    const one = await watch();
    await one.know(key(12));
    await queueLooks({ store: one.store, clock: { now: () => one.now } }, EVERY_MS, false);
    const delivery = {
      deliveryId: "d1",
      event: "issue_comment",
      payload: Buffer.from("{}"),
      receivedAt: one.now,
      ...key(12),
    };
    await one.store.receive([delivery]);
    one.now += EVERY_MS;
    const kinds = (await one.store.claim("me", one.now, 10, one.now + MINUTE_MS)).map(({ kind }) => kind);
    expect(kinds).toContain("delivery");
    expect(kinds).toContain("look");
  });

  it("at a parked repository only have somebody look how it stands, and rarely", async () => {
    const one = await watch();
    await one.know(key(12));
    await one.round();
    await one.store.transaction((tx) => tx.setParking(key(12), { lost: true }, one.now));
    one.now += 2 * EVERY_MS;
    const before = one.looked.filter((kind) => kind === "repository").length;
    await one.round();
    expect(one.looked.filter((kind) => kind === "repository")).toHaveLength(before);
    const [job] = await one.store.claim("me", one.now, 10, one.now + MINUTE_MS);
    expect(job?.payload).toMatchObject({ event: { type: "StandingDoubted", hint: null } });
    const look = await one.store.readLook({ kind: "repository", ...key(12) });
    expect(look).toMatchObject({ memory: { seen: true } });
    expect(look?.pauseMs).toBeGreaterThan(20 * 60 * MINUTE_MS);
  });

  it("at what was found come next, and at a parked repository cost nothing", async () => {
    const one = await watch();
    one.answer = (subject) =>
      Promise.resolve(
        subject.kind === "installations"
          ? { ...NOTHING, found: [{ kind: "repository", ...key(12) }] }
          : NOTHING,
      );
    await one.round();
    expect(await one.round()).toContain("repository");
    await one.store.transaction((tx) => tx.setParking(key(12), { lost: false }, one.now));
    one.now += 2 * EVERY_MS;
    expect(await one.round()).not.toContain("repository");
  });
});

describe("looks that fail", () => {
  it("are tried again after growing pauses, are told once, and never die", async () => {
    const one = await watch();
    one.answer = () => Promise.reject(new Error("bad gateway"));
    for (let minute = 0; minute < 240; minute += 1) await one.round();
    // In four hours: after 10, 20, 40 minutes, and then every hour.
    expect(one.looked.filter((kind) => kind === "deliveries").length).toBeLessThan(9);
    expect(one.aloud).toHaveLength(2);
    expect((await one.store.jobCounts()).dead).toBe(0);
    expect(await one.store.readLook({ kind: "deliveries" })).toMatchObject({ memory: null });
  });

  it("wait as long as GitHub says", async () => {
    const one = await watch();
    one.answer = () => Promise.reject(new RetryLaterError("limited", one.now + 120 * MINUTE_MS));
    await one.round();
    one.now += 110 * MINUTE_MS;
    expect(await one.round()).toEqual([]);
    one.now += 20 * MINUTE_MS;
    expect(await one.round()).toContain("deliveries");
  });

  it("because a repository in which nothing was ever done is out of reach come to an end", async () => {
    const one = await watch();
    const found: LookSubject = { kind: "repository", ...key(12) };
    one.answer = (subject) =>
      subject.kind === "repository"
        ? Promise.reject(new OutOfReachError("gone", one.now, key(12)))
        : Promise.resolve({ ...NOTHING, found: subject.kind === "installations" ? [found] : [] });
    await one.round();
    one.answer = (subject) =>
      subject.kind === "repository"
        ? Promise.reject(new OutOfReachError("gone", one.now, key(12)))
        : Promise.resolve(NOTHING);
    for (let minute = 0; minute < 600; minute += 1) await one.round();
    expect(one.looked.filter((kind) => kind === "repository")).toHaveLength(5);
    expect(await one.store.readLook(found)).toBeNull();
  });

  it("because a repository is out of reach make somebody look how it stands", async () => {
    const one = await watch();
    await one.know(key(12));
    one.answer = (subject) =>
      subject.kind === "repository"
        ? Promise.reject(new OutOfReachError("suspended", one.now, key(12)))
        : Promise.resolve(NOTHING);
    await one.round();
    const [job] = await one.store.claim("me", one.now, 10, one.now + MINUTE_MS);
    expect(job?.payload).toMatchObject({ event: { type: "StandingDoubted", hint: null } });
  });
});
