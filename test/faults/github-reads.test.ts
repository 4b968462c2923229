/**
 * Every call that reads what is decided on, under every fault that GitHub has. Nothing is decided on what was not read, or was read by half: after a
 * fault that is gone the same is decided as without any; under one that stays, either the same, or nothing, and it is tried until it is given up
 * aloud.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ProbotOctokit } from "probot";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { OutOfReachError } from "../../src/core/ports.ts";
import { startStory } from "../support/story.ts";
import { FAULTS, openBench, type Bench, type End, type Shop } from "./github-bench.ts";
import {
  blowsAt,
  callsAmong,
  isReading,
  ONE_OF_EACH_READ,
  routeOf,
  type Blow,
  type Call,
} from "./github-calls.ts";
import { READS, plainly, pushed, type ReadScene } from "./github-reads.ts";
import { ROWS, type Scene } from "./github-rows.ts";

let bench: Bench;

interface Decided {
  readonly shop: Shop;
  readonly end: End<unknown>;
  readonly calls: ReturnType<Shop["calls"]>;
}

async function play(scene: ReadScene, fault: Blow | null): Promise<Decided> {
  const shop = bench.openShop();
  const read = await scene.given(shop, bench);
  shop.calls();
  if (fault !== null) {
    const { route, after, kind, stays } = fault;
    bench.sandbox.faults.add({ route, after, kind: FAULTS[kind], times: stays ? Infinity : 1 });
  }
  const github = shop.connect();
  const end = await shop.tryOn(1, () => read(github));
  bench.sandbox.faults.clear();
  return { shop, end, calls: shop.calls() };
}

function decidedBy({ shop, end }: Decided): string {
  return end.kind === "done" ? plainly(shop, end.result) : end.kind;
}

/** There may really be none of these: no such repository, no such person, no history in common, no such commit any more, no issues. That it stays so, GitHub has then said often enough. */
const MAY_BE_NONE = [
  "GET /repos/{owner}/{repo}",
  "GET /repos/{owner}/{repo}/installation",
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
  "GET /repos/{owner}/{repo}/compare/{basehead}",
  "GET /repos/{owner}/{repo}/commits/{ref}",
  "GET /repos/{owner}/{repo}/issues/comments",
];

/** What was struck in a scene before, by route, place and fault. */
const struck = new Set<string>();

/**
 * Every fault is tried at the first scene in which a call is made. For good nothing is decided then, which is the engine's doing, whoever asks; what is gone at
 * the next try may be caught by whoever asks, so one fault of each kind is tried at each.
 */
function isNew({ route, after, kind, stays }: Blow): boolean {
  if (!isReading(route)) return true;
  const name = `${route} ${after} ${kind} ${stays}`;
  const isFirst = !struck.has(name);
  struck.add(name);
  return isFirst || (!stays && ONE_OF_EACH_READ.has(kind));
}

async function whatGoesWrong(scene: ReadScene, wanted: string, call: Call): Promise<string[]> {
  const wrong: string[] = [];
  for (const blow of blowsAt(call).filter(isNew)) {
    const { kind, stays } = blow;
    const decided = decidedBy(await play(scene, blow));
    const isNone = kind === "404" && MAY_BE_NONE.includes(call.route);
    const isAllowed = stays && (isNone || decided === "given up" || decided === "waiting");
    const how = stays ? "for good" : "once";
    if (decided !== wanted && !isAllowed)
      wrong.push(`${call.route} (${call.after}) ${kind} ${how}: ${decided.slice(0, 300)}`);
  }
  return wrong;
}

describe.each(READS)("$name", (scene) => {
  beforeAll(async () => {
    bench = await openBench();
  });
  afterAll(() => bench.close());

  it("is read in full, or nothing is decided", { timeout: 240_000 }, async () => {
    const clean = await play(scene, null);
    const wanted = decidedBy(clean);
    const calls = callsAmong(clean.calls, scene.connects === true).filter(
      ({ route, after }) => (after === 0 || scene.isLong !== true) && scene.only?.includes(route) !== false,
    );
    expect([clean.end.kind, calls.length > 0]).toEqual(["done", true]);
    const wrong: string[] = [];
    for (const call of calls) wrong.push(...(await whatGoesWrong(scene, wanted, call)));
    expect(wrong).toEqual([]);
  });
});

/** Every call to GitHub that the source names, as `GET /repos/{}/{}/issues/{}`. */
function routesInSource(): string[] {
  const { rest } = new ProbotOctokit();
  const routes = rest as unknown as Record<
    string,
    Record<string, { endpoint: { DEFAULTS: { method: string; url: string } } } | undefined> | undefined
  >;
  const folder = join(import.meta.dirname, "../../src/github");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
    file.endsWith(".ts"),
  );
  const text = files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
  const named = [...text.matchAll(/\brest\s*\.(\w+)\s*\.(\w+)\b/g)].map(([, part = "", name = ""]) => {
    const call = routes[part]?.[name];
    if (call === undefined) throw new Error(`Octokit has no ${part}.${name}`);
    // Without the names of its query (`{?name,label}`).
    return `${call.endpoint.DEFAULTS.method} ${call.endpoint.DEFAULTS.url.replace(/\{\?.*\}$/, "")}`;
  });
  const written = [...text.matchAll(/\.request\("([A-Z]+ \/[^"]+)"/g)].map(([, route = ""]) => route);
  const others = ["POST /app/installations/{installation_id}/access_tokens", "POST /graphql"];
  return [...new Set([...named, ...written, ...others].map(withoutNames))].sort();
}

function withoutNames(route: string): string {
  return route.replaceAll(/\{[^}]+\}/g, "{}");
}

/** Played on the quiet road only, where something is done by a call that nothing reads by. */
async function routesOf(scene: Scene): Promise<string[]> {
  const shop = bench.openShop();
  const effect = await scene.given(shop, bench);
  const github = shop.connect();
  for (let attempt = 1; attempt <= (scene.again === true ? 2 : 1); attempt += 1)
    await shop.perform(github, effect, attempt);
  return shop.calls().map(routeOf);
}

it(
  "every call that the source names is made, and so struck, in one of the scenes here or among the effects",
  { timeout: 60_000 },
  async () => {
    bench = await openBench();
    onTestFinished(() => bench.close());
    const struck = new Set<string>();
    for (const scene of READS)
      for (const call of (await play(scene, null)).calls) struck.add(withoutNames(routeOf(call)));
    for (const row of Object.values(ROWS))
      if (row !== "elsewhere")
        for (const scene of row.scenes as readonly Scene[])
          for (const route of await routesOf(scene)) struck.add(withoutNames(route));
    expect(routesInSource().filter((route) => !struck.has(route))).toEqual([]);
  },
);

describe("where GitHub never says what has to be known", () => {
  it("a command comes to nothing: its delivery is dead, said as an error, and counted", async () => {
    const story = await startStory({ environment: { METRICS_PORT: "0" } });
    onTestFinished(() => story.end());
    await story.settle();
    story.sandbox.faults.add({
      route: "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
      kind: { status: 500 },
      times: Infinity,
    });
    const command = await story.comment("/promote prod", "ana");
    await story.settle(24 * 60 * 60_000);
    expect(story.shop.reactions(command)).toEqual([]);
    expect(await story.store.jobCounts()).toMatchObject({ dead: 1 });
    const said = story.log.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said.filter(({ outcome }) => outcome === "given-up")).toMatchObject([
      { level: 50, webhook: "issue_comment", error: expect.stringContaining("500") },
    ]);
    const scrape = await (await fetch(story.metricsUrl ?? "")).text();
    expect(scrape).toMatch(/deliveries_translated_total\{event="issue_comment",outcome="given_up"\} 1/);
  });

  it("a repository that was taken away silently has not lost its config: it is out of reach", async () => {
    bench = await openBench();
    onTestFinished(() => bench.close());
    const shop = bench.openShop();
    const read = pushed("refs/heads/main")(shop, bench);
    const warm = shop.connect();
    await read(warm);
    shop.repository.leaveInstallation();
    await expect(read(warm)).rejects.toThrow(OutOfReachError);
  });
});
