/**
 * Every webhook that GitHub publishes an example of, through the real server: none of them breaks anything, and only what belongs to it
 * comes of it.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { LaneEvent } from "../../src/core/events.ts";
import type { ClaimedJob, NewJob, Store, StoreTransaction } from "../../src/core/ports.ts";
import { startStory, type Story } from "../support/story.ts";
import { deliver } from "./deliver.ts";
import { prodConfig, startProd } from "./prod.ts";

type Payload = Readonly<Record<string, unknown>>;

interface Example {
  readonly event: string;
  readonly payload: Payload;
}

const published = JSON.parse(
  readFileSync(new URL(import.meta.resolve("@octokit/webhooks-examples")), "utf8"),
) as readonly { readonly name: string; readonly examples: readonly Payload[] }[];
const examples: readonly Example[] = published.flatMap(({ name, examples: payloads }) =>
  payloads.map((payload) => ({ event: name, payload })),
);

/**
 * What may come of a webhook of a repository that Waybill knows, by event and action; of every other one nothing comes. The examples' comments are
 * no commands, their pushes are of other branches, their runs are not ours.
 */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  "installation.created": ["StandingDoubted"],
  "installation.deleted": ["StandingDoubted"],
  "installation.suspend": ["StandingDoubted"],
  "installation.unsuspend": ["StandingDoubted"],
  "installation.new_permissions_accepted": ["StandingDoubted"],
  "installation_repositories.added": ["StandingDoubted"],
  "installation_repositories.removed": ["StandingDoubted"],
  "repository.transferred": ["StandingDoubted"],
  "repository.edited, another default branch": ["BranchMoved"],
};

function nameOf({ event, payload }: Example): string {
  const name = typeof payload["action"] === "string" ? `${event}.${payload["action"]}` : event;
  const changes = payload["changes"] as Payload | undefined;
  return changes?.["default_branch"] === undefined ? name : `${name}, another default branch`;
}

/** Notes which events each delivery led to, by its GUID. */
function noting(store: Store, ledTo: Map<string, string[]>): Store {
  const transaction: Store["transaction"] = (work) =>
    store.transaction(async (tx) => {
      const added: NewJob[] = [];
      const noted: StoreTransaction = Object.assign(Object.create(tx) as StoreTransaction, {
        lockLane: tx.lockLane.bind(tx),
        saveLane: tx.saveLane.bind(tx),
        savePromotion: tx.savePromotion.bind(tx),
        appendAudit: tx.appendAudit.bind(tx),
        setParking: tx.setParking.bind(tx),
        addJobs: (jobs: readonly NewJob[]) => {
          added.push(...jobs);
          return tx.addJobs(jobs);
        },
        completeJob: (job: ClaimedJob, at: number) => {
          if (job.kind === "delivery") {
            const { deliveryId } = job.payload as { deliveryId: string };
            ledTo.set(
              deliveryId,
              added.map(({ payload }) => (payload as LaneEvent).event.type),
            );
          }
          return tx.completeJob(job, at);
        },
      });
      return work(noted);
    });
  return new Proxy(store, {
    get(target, name) {
      if (name === "transaction") return transaction;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

/** What strangers send is asked about several times, one after the other, before it is left alone. */
const HALF_AN_HOUR = 30 * 60_000;

/** Sends examples, waits for what comes of them, and answers that for each. */
async function sendAll(
  story: Story,
  ledTo: ReadonlyMap<string, readonly string[]>,
  sent: readonly Example[],
): Promise<{ readonly name: string; readonly ledTo: readonly string[] | undefined }[]> {
  const guids: string[] = [];
  for (const example of sent) {
    const guid = randomUUID();
    guids.push(guid);
    const delivery = { event: example.event, payload: JSON.stringify(example.payload) };
    expect(await deliver(story, delivery, guid), nameOf(example)).toBe(202);
  }
  await story.settle(HALF_AN_HOUR);
  return sent.map((example, index) => ({ name: nameOf(example), ledTo: ledTo.get(guids[index] ?? "") }));
}

/** Lines of the log at error or worse. */
function errors(story: Story): string[] {
  return story.log.filter((line) => (JSON.parse(line) as { level: number }).level >= 50);
}

/** Calls by which Waybill changed something at GitHub. */
function writes(story: Story): number {
  return story.sandbox.record.calls.filter(
    (call) =>
      call.method !== "GET" && call.actor.startsWith("installation:") && !call.path.endsWith("/graphql"),
  ).length;
}

/** The example as the story's own tenant and repository would send it. */
function ours(story: Story, installation: number, { event, payload }: Example): Example {
  const { id, fullName } = story.shop;
  const repository = (one: unknown): unknown =>
    typeof one === "object" && one !== null
      ? { ...one, id, full_name: fullName, default_branch: "main" }
      : one;
  const lists = ["repositories", "repositories_added", "repositories_removed"];
  return {
    event,
    payload: {
      ...payload,
      installation: { ...(payload["installation"] as object | undefined), id: installation },
      ...("repository" in payload ? { repository: repository(payload["repository"]) } : {}),
      ...Object.fromEntries(
        lists.flatMap((name) =>
          Array.isArray(payload[name]) ? [[name, (payload[name] as unknown[]).map(repository)]] : [],
        ),
      ),
    },
  };
}

describe("GitHub's published examples", () => {
  it("are all here", () => {
    expect(examples).toHaveLength(329);
  });

  it("are taken in and left alone where they are about strangers: no lane, no dead job, no error, no call that writes", async () => {
    const ledTo = new Map<string, string[]>();
    const story = await startStory({
      config: () => prodConfig(),
      betweenStore: (store) => noting(store, ledTo),
    });
    onTestFinished(() => story.end());
    const outcomes = await sendAll(story, ledTo, examples);
    expect(outcomes.filter(({ ledTo: events }) => events !== undefined && events.length > 0)).toEqual([]);
    expect(await story.store.jobCounts()).toEqual({ waiting: 0, ready: 0, running: 0, done: 329, dead: 0 });
    expect(await story.store.repositories()).toEqual([]);
    expect(errors(story)).toEqual([]);
    expect(writes(story)).toBe(0);
  }, 60_000);

  it("lead, in a repository that Waybill knows, to what the table says and to nothing else", async () => {
    const ledTo = new Map<string, string[]>();
    const story = await startProd({ betweenStore: (store) => noting(store, ledTo) });
    const [known] = await story.store.repositories();
    if (known === undefined) throw new Error("nothing is known");
    const lanes = () =>
      Promise.all(["", "prod"].map((environment) => story.store.readLane({ ...known, environment })));
    const before = { lanes: await lanes(), writes: writes(story) };
    const sent = examples.map((example) => ours(story, known.installation, example));
    for (const { name, ledTo: events } of await sendAll(story, ledTo, sent))
      expect([name, events]).toEqual([name, FOLLOWS[name] ?? []]);
    expect({ lanes: await lanes(), writes: writes(story) }).toEqual(before);
    expect((await story.store.jobCounts()).dead).toBe(0);
    expect(errors(story)).toEqual([]);
  }, 60_000);
});

/** Ways in which a payload may be other than GitHub says. */
const MUTATIONS: Readonly<Record<string, (payload: Payload) => Payload>> = {
  "no installation": (payload) => without(payload, "installation"),
  "no repository": (payload) => without(payload, "repository"),
  "a null repository": (payload) => ({ ...payload, repository: null }),
  "a null installation": (payload) => ({ ...payload, installation: null }),
  "ids as text": (payload) => withIds(payload, "12"),
  "huge ids": (payload) => withIds(payload, 2 ** 60),
  "ids below zero": (payload) => withIds(payload, -1),
  "ids with fractions": (payload) => withIds(payload, 1.5),
  "lists for objects": (payload) => ({ ...payload, installation: [], repository: [] }),
  "an action that is none": (payload) => ({ ...payload, action: { nested: ["deleted"] } }),
  "a key __proto__": (payload) =>
    JSON.parse(
      `${JSON.stringify(payload).replace(/\}$/, "")},"__proto__":{"installation":{"id":7}}}`,
    ) as Payload,
  "long names": (payload) => ({ ...payload, action: "x".repeat(100_000), ref: "r".repeat(100_000) }),
};

function without(payload: Payload, member: string): Payload {
  return Object.fromEntries(Object.entries(payload).filter(([name]) => name !== member));
}

function withIds(payload: Payload, id: unknown): Payload {
  return { ...payload, installation: { id }, repository: { id, default_branch: "main" } };
}

describe("a webhook that is not as GitHub says", () => {
  it("is taken in all the same, and nothing comes of it", async () => {
    const ledTo = new Map<string, string[]>();
    const story = await startProd({ betweenStore: (store) => noting(store, ledTo) });
    const [known] = await story.store.repositories();
    if (known === undefined) throw new Error("nothing is known");
    const repositories = await story.store.repositories();
    // By number and name, so that what failed can be read.
    const number = fc.nat(examples.length - 1);
    const way = fc.constantFrom(...Object.keys(MUTATIONS));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(number, way), { minLength: 20, maxLength: 40 }), async (pairs) => {
        const sent = pairs.flatMap(([at, mutation]): Example[] => {
          const [example] = examples.slice(at);
          if (example === undefined) return [];
          const { event, payload } = ours(story, known.installation, example);
          return [{ event, payload: MUTATIONS[mutation]?.(payload) ?? payload }];
        });
        for (const { name, ledTo: events } of await sendAll(story, ledTo, sent))
          // What is still whole leads to what the table says of it; anything else to a look at most.
          for (const one of events ?? [])
            expect(["StandingDoubted", ...(FOLLOWS[name] ?? [])], name).toContain(one);
        expect((await story.store.jobCounts()).dead).toBe(0);
        expect(errors(story)).toEqual([]);
      }),
      { numRuns: 6 },
    );
    expect(await story.store.repositories()).toEqual(repositories);
  }, 60_000);
});
