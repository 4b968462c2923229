/**
 * What several effects do in one GraphQL request, under every fault that GitHub has, and where GitHub does a part of it alone. Each effect is
 * tried again for itself: whatever happens, each stands exactly once, or it is tried until it is given up aloud.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Effect } from "../../src/core/effects.ts";
import type { GitHub } from "../../src/github/client.ts";
import { FAULTS, openBench, standing, type Bench, type FaultName, type Shop } from "./github-bench.ts";
import { routeOf } from "./github-calls.ts";
import { record, status, told } from "./github-given.ts";

const GRAPHQL = "POST /graphql";
const COMPONENTS = ["api", "web", "mail"];

let bench: Bench;

beforeAll(async () => {
  bench = await openBench();
});
afterAll(() => bench.close());

interface Scene {
  readonly name: string;
  /** How many GraphQL requests it comes to. */
  readonly requests: number;
  /** What else is called before them. */
  readonly before?: readonly string[];
  /** What several do at once, by the server that has recorded the deployments. */
  given(shop: Shop, github: GitHub): Promise<readonly Effect[]>;
}

/** Three authors' pull requests, and one of which somebody was told already. */
async function pulls(shop: Shop): Promise<readonly Effect[]> {
  const numbers = [
    1,
    2,
    ...["one", "two"].map((title) => shop.repository.openIssue({ title, author: "ana" })),
  ];
  const [first = 1] = numbers;
  const effects = numbers.map((issue) => ({ ...told("prod"), issue, lookFirst: true }));
  await shop.arrange({ ...told("prod"), issue: first });
  return effects;
}

async function recordedBy(shop: Shop, github: GitHub, release: number): Promise<readonly number[]> {
  const ids: number[] = [];
  for (const component of COMPONENTS) {
    const effect = { ...record(shop, `c${release}-${component}`), component };
    const end = await shop.perform(github, effect, 1);
    const [event] = end.kind === "done" ? end.result : [];
    if (event?.type !== "DeploymentRecorded") throw new Error("it was not recorded");
    ids.push(event.deploymentId);
  }
  return ids;
}

const SCENES: readonly Scene[] = [
  { name: "authors who are told", requests: 2, given: pulls },
  {
    name: "statuses of several components",
    requests: 1,
    async given(shop, github) {
      const ids = await recordedBy(shop, github, 77);
      return ids.map((id) => ({ ...status(id, "in_progress"), logUrl: "https://github.example/run" }));
    },
  },
  {
    name: "deployments that were replaced",
    requests: 2,
    async given(shop, github) {
      for (const id of await recordedBy(shop, github, 76)) await shop.arrange(status(id, "success"));
      const kept = await recordedBy(shop, github, 77);
      return COMPONENTS.map((component, index) => ({
        type: "retireDeployments",
        environment: "prod",
        component,
        keep: kept[index] ?? 0,
        by: { version: "1.6.0", runUrl: null },
      }));
    },
  },
  {
    name: "deployments that runs have made",
    requests: 1,
    before: ["GET /repos/{owner}/{repo}/deployments"],
    async given(shop) {
      const sha = shop.sha("v1.5.0");
      for (const runId of RUNS) await madeBy(shop, runId);
      return RUNS.map((runId, index) => ({
        type: "adoptDeployment",
        correlationId: `c77-${COMPONENTS[index]}`,
        environment: "prod",
        runId,
        sha,
      }));
    },
  },
];

const RUNS = [1_001, 1_002, 1_003];

/** A deployment of which GitHub shows that a job of this run has made it. */
async function madeBy({ repository }: Shop, runId: number): Promise<void> {
  const { sandbox } = bench;
  const post = async (path: string, body: object): Promise<{ id: number }> => {
    const answer = await fetch(`${sandbox.url}/api/v3/repos/${repository.fullName}/deployments${path}`, {
      method: "POST",
      headers: {
        authorization: `token ${sandbox.user("ana").token()}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });
    return (await answer.json()) as { id: number };
  };
  const ref = repository.sha("v1.5.0");
  const { id } = await post("", { ref, environment: "prod", auto_merge: false, required_contexts: [] });
  const logUrl = `${sandbox.url}/${repository.fullName}/actions/runs/${runId}/job/1`;
  await post(`/${id}/statuses`, { state: "success", log_url: logUrl, auto_inactive: false });
}

interface Fault {
  readonly kind: FaultName;
  /** How many requests go before it. */
  readonly after: number;
  readonly stays: boolean;
}

interface Played {
  readonly stands: string;
  readonly ends: readonly string[];
  readonly routes: readonly string[];
}

async function play(scene: Scene, fault: Fault | null): Promise<Played> {
  const shop = bench.openShop();
  const github = shop.connect();
  // It is up for a while: what it learns once, it knows.
  await github.forRepository(shop.lane.installation, shop.lane.repository);
  const effects = await scene.given(shop, github);
  shop.calls();
  if (fault !== null) {
    const { after, kind, stays } = fault;
    bench.sandbox.faults.add({ route: GRAPHQL, after, kind: FAULTS[kind], times: stays ? Infinity : 1 });
  }
  const ends = await Promise.all(effects.map((effect) => shop.perform(github, effect, 1)));
  bench.sandbox.faults.clear();
  return {
    stands: JSON.stringify(standing(shop.repository)),
    ends: ends.map((end) =>
      end.kind === "done" ? ["done", ...end.result.map(({ type }) => type)].join() : end.kind,
    ),
    routes: shop
      .calls()
      .map(routeOf)
      .filter((route) => route === GRAPHQL || route.includes("{owner}")),
  };
}

/** The same, each by a server that remembers nothing and has nothing else to do. */
async function playAlone(scene: Scene): Promise<Played> {
  const alone = async (shop: Shop, github: GitHub): Promise<readonly Effect[]> => {
    for (const effect of await scene.given(shop, github)) await shop.perform(shop.connect(), effect, 1);
    return [];
  };
  return play({ ...scene, given: alone }, null);
}

describe.each(SCENES)("$name", (scene) => {
  it("come to the same as each by itself, in as few requests as can be", async () => {
    const together = await play(scene, null);
    expect(together.ends.every((end) => end.startsWith("done"))).toBe(true);
    const requests = Array.from({ length: scene.requests }, () => GRAPHQL);
    expect(together.routes).toEqual([...(scene.before ?? []), ...requests]);
    expect(together.stands).toBe((await playAlone(scene)).stands);
  });

  it("are done once each, whatever becomes of the request", { timeout: 240_000 }, async () => {
    const clean = await play(scene, null);
    const wrong: string[] = [];
    for (const kind of Object.keys(FAULTS) as FaultName[])
      for (let after = 0; after < scene.requests; after += 1)
        for (const stays of after === 0 ? [false, true] : [false]) {
          const { stands, ends } = await play(scene, { kind, after, stays });
          // A limit is heeded for as long as it lasts. What GraphQL does not do otherwise, REST does.
          const isLimit = stays && kind === "429" && ends.every((end) => end === "waiting");
          if (!isLimit && (stands !== clean.stands || ends.join() !== clean.ends.join()))
            wrong.push(
              `${kind} at request ${after}, ${stays ? "for good" : "once"}: ${ends.join()} ${stands}`,
            );
        }
    expect(wrong).toEqual([]);
  });
});

describe("where GitHub does a part of it", () => {
  it("what it did stands, and the rest is done by itself", async () => {
    const [, statuses] = SCENES;
    if (statuses === undefined) throw new Error("there is no such scene");
    const partly = await play(
      {
        ...statuses,
        async given(shop, github) {
          const effects = await statuses.given(shop, github);
          const { installation, repository } = shop.lane;
          const { memory } = await github.forRepository(installation, repository);
          const [first = 0] = memory.deployments.keys();
          memory.deployments.set(first, "no deployment's name");
          return effects;
        },
      },
      null,
    );
    expect(partly.stands).toBe((await play(statuses, null)).stands);
    expect(partly.routes).toEqual([
      GRAPHQL,
      "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
      "POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
    ]);
  });
});
