/**
 * Which refusals are believed: those that the very same call has met several times in a row. Whatever went wrong before, at other calls or at this one,
 * a single refusal that is gone at the next try ends nothing: no release, no hotfix, no rollout, no word to people.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Effect } from "../../src/core/effects.ts";
import type { WaybillEvent } from "../../src/core/events.ts";
import { openBench, standing, type Bench, type End, type Shop } from "./github-bench.ts";
import { routeOf } from "./github-calls.ts";
import { cut, dispatch, dispatched, record, recorded, status, told } from "./github-given.ts";
import * as hotfix from "./hotfix-given.ts";

const REPO = "/repos/{owner}/{repo}";
const REFS = `POST ${REPO}/git/refs`;
const ROLE = `GET ${REPO}/collaborators/{username}/permission`;
const RECORDS = `POST ${REPO}/deployments`;
const STATUSES = `POST ${REPO}/deployments/{deployment_id}/statuses`;
const DISPATCHES = `POST ${REPO}/actions/workflows/{workflow_id}/dispatches`;
const COMMENTS = `${REPO}/issues/{issue_number}/comments`;
const RUN = `GET ${REPO}/actions/runs/{run_id}`;
const PULLS = `${REPO}/pulls`;

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

type Given = (shop: Shop) => Effect | Promise<Effect>;

const cutTag: Given = (shop) => cut(shop, bench);
const openHotfix: Given = (shop) => hotfix.open(shop, bench);
const openForwardPort: Given = (shop) => hotfix.port(shop, bench);
const setStatus: Given = async (shop) => status(await recorded(shop, "c77-api"), "in_progress");
const lookAtRun: Given = async (shop) => {
  const runId = await dispatched(shop, bench, "never-start");
  return { type: "lookAtRun", correlationId: "c77-api", runId };
};

/** The calls of these routes are answered so, one after the other; what comes after them goes well. */
function strike(route: string, ...answers: readonly number[]): void {
  for (const answer of answers) bench.sandbox.faults.add({ route, kind: { status: answer } });
}

/** Has it performed from its first attempt on, after these troubles were planted. */
async function perform(given: Given, attempts: number, plant: () => void) {
  const shop = bench.openShop();
  const effect = await given(shop);
  shop.calls();
  plant();
  const end = await shop.perform(shop.connect(), effect, 1, attempts);
  bench.sandbox.faults.clear();
  const sent = (route: string) => shop.calls().filter((call) => routeOf(call) === route).length;
  return { shop, effect, end, sent };
}

function eventsOf(end: End<readonly WaybillEvent[]>): readonly string[] {
  return end.kind === "done" ? end.result.map(({ type }) => type) : [JSON.stringify(end)];
}

/** The effect, the troubles in their order, and what it comes to as if there had been none. */
const TROUBLED: readonly (readonly [string, Given, (readonly [string, ...number[]])[], string | null])[] = [
  [
    "a release's tag, after other calls failed",
    cutTag,
    [
      [ROLE, 502, 502, 500],
      [REFS, 403],
    ],
    "TagCut",
  ],
  ["a release's tag, with a failure between", cutTag, [[REFS, 404, 502, 422]], "TagCut"],
  [
    "a hotfix's branch",
    openHotfix,
    [
      [ROLE, 502, 502],
      [REFS, 403],
    ],
    "HotfixOpened",
  ],
  [
    "the pull request of a hotfix",
    openForwardPort,
    [
      [`GET ${PULLS}`, 502, 502, 502, 502],
      [`POST ${PULLS}`, 403],
    ],
    "ForwardPortSeen",
  ],
  [
    "a deployment's record",
    record,
    [
      [`GET ${REPO}/deployments`, 502, 502],
      [RECORDS, 502, 403],
    ],
    "DeploymentRecorded",
  ],
  ["a deployment's status", setStatus, [[STATUSES, 502, 403]], null],
  [
    "a comment",
    () => told("prod"),
    [
      [`GET ${COMMENTS}`, 502, 502, 502],
      [`POST ${COMMENTS}`, 502, 403],
    ],
    null,
  ],
];

describe("a refusal that is gone at the next try", () => {
  it.each(TROUBLED)("ends nothing: %s", async (_name, given, troubles, comesTo) => {
    const quiet = await perform(given, 1, () => {});
    expect(eventsOf(quiet.end)).toEqual(comesTo === null ? [] : [comesTo]);
    const troubled = await perform(given, 6, () => {
      for (const [route, ...answers] of troubles) strike(route, ...answers);
    });
    expect(eventsOf(troubled.end)).toEqual(eventsOf(quiet.end));
    expect(standing(troubled.shop.repository)).toEqual(standing(quiet.shop.repository));
  });

  it("ends no dispatch to an older server, which has refused a field before", async () => {
    const { shop, end, sent } = await perform(
      (one) => dispatch(one, bench),
      1,
      () => {
        const message = '"return_run_details" is not a permitted key';
        bench.sandbox.faults.add({ route: DISPATCHES, kind: { status: 422, message } });
        strike(DISPATCHES, 404);
      },
    );
    // Without the field GitHub does not say which run it is: it is looked for.
    expect(eventsOf(end)).toEqual(["DispatchAnswerLost"]);
    expect(sent(DISPATCHES)).toBe(3);
    expect(shop.repository.runs()).toHaveLength(1);
  });
});

describe("a refusal that stays", () => {
  it.each([
    ["a release's tag", cutTag, [ROLE, 502, 502], REFS, "CutRefused", 2],
    ["a hotfix's branch", openHotfix, [ROLE, 502, 502], REFS, "HotfixRefused", 2],
    ["a deployment's record", record, [RECORDS, 502], RECORDS, "DispatchRefused", 3],
    ["a dispatch", (shop: Shop) => dispatch(shop, bench), [ROLE, 502], DISPATCHES, "DispatchRefused", 2],
    // For some seconds, as its pull request may wait for days.
    ["the pull request of a hotfix", openForwardPort, [PULLS], `POST ${PULLS}`, "ForwardPortSeen", 5],
  ] as const)(
    "is believed when it was said often enough: %s",
    async (_name, given, before, route, comesTo, calls) => {
      const [at, ...answers] = before;
      const { end, sent } = await perform(given, 6, () => {
        strike(at, ...answers);
        bench.sandbox.faults.add({ route, kind: { status: 403 }, times: Infinity });
      });
      expect(eventsOf(end)).toEqual([comesTo]);
      expect(sent(route)).toBe(calls);
    },
  );

  it("is asked about once more by a process that has not met it", async () => {
    const shop = bench.openShop();
    const effect = cut(shop, bench);
    bench.sandbox.faults.add({ route: REFS, kind: { status: 403 }, times: Infinity });
    const first = await shop.perform(shop.connect(), effect, 1, 1);
    const other = shop.connect();
    const second = await shop.perform(other, effect, 2, 1);
    const third = await shop.perform(other, effect, 3, 1);
    bench.sandbox.faults.clear();
    expect([first.kind, second.kind]).toEqual(["given up", "given up"]);
    expect(eventsOf(third)).toEqual(["CutRefused"]);
  });

  it("is believed of a run that is gone when it was said for a minute", async () => {
    const shop = bench.openShop();
    const effect = await lookAtRun(shop);
    const github = shop.connect();
    bench.sandbox.faults.add({ route: RUN, kind: { status: 404 }, times: Infinity });
    const first = await shop.perform(github, effect, 7, 2);
    bench.later(60_000);
    const last = await shop.perform(github, effect, 9, 1);
    bench.sandbox.faults.clear();
    expect(first.kind).toBe("given up");
    expect(eventsOf(last)).toEqual(["RunGone"]);
  });

  it("counts from the beginning where the effect has come to its end between", async () => {
    const shop = bench.openShop();
    const effect = await lookAtRun(shop);
    const github = shop.connect();
    for (const _look of ["one", "another"]) {
      // The reading is made twice, so this is one refusal, at a late attempt.
      strike(RUN, 404, 404);
      expect(eventsOf(await shop.perform(github, effect, 8, 2))).toEqual(["RunObserved"]);
      bench.later(30 * 60_000);
    }
  });
});
