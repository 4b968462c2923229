/**
 * `demo --once --faults`: the story once in peace, then once more for every way in which GitHub can fail, or for those that were named, each fault
 * striking once at every kind of call of the road. Each time everything must end as it did in peace; what "everything" is, is a digest.
 */
import { createHash } from "node:crypto";
import type { Fault } from "./fault-list.ts";
import { COMPONENTS, ownComments, reportedVersion } from "./look.ts";
import { createNarrator, type Narrator, type StepResult } from "./narrator.ts";
import { openScene, type Scene } from "./scene.ts";
import { playStory } from "./story.ts";

/** So many stories at a time: each has a stand-in and a server of its own, and mostly waits. */
const AT_ONCE = 6;
const PATIENCE_MS = 240_000;
/** The server looks again soon, so that nobody waits long for what a fault has swallowed. */
const SETTINGS = { WAYBILL_POLL_SECONDS: "2", WAYBILL_LOST_ANSWER_WAIT_SECONDS: "4" };

interface Played {
  readonly failed: StepResult | null;
  /** Everything that people can see in the end, a line a thing. */
  readonly end: readonly string[];
  readonly seconds: number;
  /** The kinds of calls that the server made, and how many were struck. */
  readonly routes: readonly string[];
  readonly struck: number;
}

/**
 * Plays the story in peace and under each of these faults, and says of each how it ended. What does not have to know which calls the story makes
 * is played beside the one in peace.
 * @returns whether every story ended as the one in peace.
 * @throws Interrupted, and what openScene throws
 */
export async function playFaults(
  faults: readonly Fault[],
  narrator: Narrator,
  signal: AbortSignal,
): Promise<boolean> {
  const givenUp = new AbortController();
  const until = AbortSignal.any([signal, givenUp.signal]);
  const peace = playPeace(faults, narrator, until);
  // Without it, there is nothing to compare the others with.
  peace.then(({ failed }) => failed === null || givenUp.abort()).catch(() => givenUp.abort());
  const waiting = faults.toSorted((one, other) => Number(isByRoute(one)) - Number(isByRoute(other)));
  let same = 0;
  const work = async (): Promise<void> => {
    for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) {
      const played = await playOnce(fault, isByRoute(fault) ? (await peace).routes : [], until);
      const { end } = await peace;
      const ok = played.failed === null && digestOf(played.end) === digestOf(end);
      if (ok) same += 1;
      narrator.end({ step: fault.name, ok, detail: `${fault.name}: ${accountOf(played, end)}` });
    }
  };
  const played = await Promise.allSettled([peace, ...Array.from({ length: AT_ONCE - 1 }, work)]);
  const { failed, end } = await peace;
  if (failed !== null) return false;
  for (const one of played) if (one.status === "rejected") throw one.reason;
  const detail = `${same} of ${faults.length} faults end as peace does, ${digestOf(end)}`;
  narrator.end({ step: "faults", ok: same === faults.length, detail });
  return same === faults.length;
}

async function playPeace(faults: readonly Fault[], narrator: Narrator, signal: AbortSignal): Promise<Played> {
  narrator.begin("In peace", "The story as it is without any fault, which all others are compared with.");
  const peace = await playOnce(null, [], signal);
  narrator.end({ step: "in peace", ok: peace.failed === null, detail: accountOf(peace, peace.end) });
  if (peace.failed !== null) return peace;
  const title = `Under ${faults.length === 1 ? "a fault" : `${faults.length} faults`}`;
  const kinds = `${peace.routes.length} kinds of calls`;
  narrator.begin(title, `What goes wrong with calls strikes once at each of ${kinds}.`);
  return peace;
}

/** Whether it strikes at each kind of call by its route, so that these have to be known. */
function isByRoute({ kind }: Fault): boolean {
  return kind !== undefined && kind !== "not-found-after-create";
}

function accountOf({ failed, end, seconds, struck }: Played, wanted: readonly string[]): string {
  const cost = `${Math.round(seconds)} s, ${struck} calls struck, ${digestOf(end)}`;
  if (failed !== null) return `${cost}; step ${failed.step}: ${failed.detail}`;
  const missing = beyond(wanted, end).map((line) => `missing: ${line}`);
  const added = beyond(end, wanted).map((line) => `instead: ${line}`);
  return [cost, ...missing.slice(0, 3), ...added.slice(0, 3)].join("; ");
}

/** What the one has more often than the other. */
function beyond(one: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return one.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
}

function digestOf(end: readonly string[]): string {
  return createHash("sha256").update(end.join("\n")).digest("hex").slice(0, 12);
}

async function playOnce(
  fault: Fault | null,
  routes: readonly string[],
  signal: AbortSignal,
): Promise<Played> {
  const started = performance.now();
  const options = { once: true, json: true, faults: [], repo: null };
  const scene = await openScene(options, signal, { settings: SETTINGS, patienceMs: PATIENCE_MS });
  try {
    if (fault !== null) arm(scene, fault, routes);
    const results: StepResult[] = [];
    const quiet = createNarrator(
      { stdout: (line) => void results.push(JSON.parse(line) as StepResult), stderr: () => undefined },
      true,
    );
    await playStory(scene, quiet, true);
    const { calls } = scene.sandbox.record;
    const own = calls.filter((call) => call.actor === "app" || call.actor.startsWith("installation:"));
    return {
      failed: results.find((result) => !result.ok) ?? null,
      end: await endOf(scene),
      seconds: (performance.now() - started) / 1_000,
      routes: [...new Set(own.map((call) => `${call.method} ${call.route ?? call.path}`))],
      struck: calls.filter((call) => call.fault !== null).length,
    };
  } finally {
    await scene.close(false);
  }
}

function arm({ sandbox }: Scene, { kind, only, webhooks }: Fault, routes: readonly string[]): void {
  if (webhooks !== undefined) sandbox.faults.webhooks(webhooks);
  if (kind === "not-found-after-create") sandbox.faults.add({ route: "*", kind });
  else if (kind !== undefined)
    for (const route of routes) if (only?.test(route) ?? true) sandbox.faults.add({ route, kind });
}

/** Everything that people can see in the end, without times, and without the numbers that things happen to have. */
async function endOf(scene: Scene): Promise<string[]> {
  const { repository, sandbox } = scene;
  const versions: string[] = [];
  for (const environment of ["dev", "staging", "prod"])
    for (const component of COMPONENTS)
      versions.push(
        `${environment} ${component} ${(await reportedVersion(scene, component, environment)) ?? "none"}`,
      );
  const lines = [
    ...versions,
    ...sandbox.record.deployments.map(
      (one) => `run ${one.environment} ${one.component} ${one.version} ${one.outcome}`,
    ),
    ...ownComments(scene).map(
      (one) => `comment #${one.issueNumber} ${one.marker ?? ""} ${headline(one.body)}`,
    ),
    ...repository.comments().map(
      (one) =>
        `reactions ${one.author} ${repository
          .reactions(one.id)
          .map((it) => it.content)
          .sort()
          .join()}`,
    ),
    ...repository.issues().map((one) => `issue ${one.title} ${one.state}`),
    ...repository.releases().map((one) => `release ${one.tagName} ${one.name} ${one.draft}`),
    ...repository
      .deployments()
      .map((one) => `deployment ${one.environment} ${one.task} ${one.state ?? "none"}`),
  ];
  return lines.map((line) => line.replaceAll(/\b[amu]\d+\.\w+|\bkept-back-[0-9a-f-]+|\d{5,}/g, "N")).sort();
}

function headline(body: string): string {
  return body.split("\n").find((line) => line.startsWith("#")) ?? "";
}
