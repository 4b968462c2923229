/**
 * `demo --once --faults`: the story once in peace, then once more for every way in which GitHub can fail, each fault striking once at every kind
 * of call of the road. Each time everything must end as it did in peace; what "everything" is, is a digest.
 */
import { createHash } from "node:crypto";
import type { FaultKind, WebhookFault } from "../../sandbox/faults.ts";
import { COMPONENTS, ownComments, reportedVersion } from "./look.ts";
import { createNarrator, type Narrator, type StepResult } from "./narrator.ts";
import { openScene, type Scene } from "./scene.ts";
import { playStory } from "./story.ts";

/** One way of failing. */
interface Fault {
  readonly name: string;
  /** What strikes once at each kind of call … */
  readonly kind?: FaultKind;
  /** … or only at those whose route fits, where striking everywhere would only take long. */
  readonly only?: RegExp;
  readonly webhooks?: WebhookFault;
}

/** A call has 15 s to be answered, so only what a promotion hangs on is left without an answer. */
const VITAL = /^POST .*(\/dispatches|\/deployments|\/statuses|\/comments)$/;
const ALWAYS = 1_000;

const FAULTS: readonly Fault[] = [
  { name: "a timeout before the write", kind: "timeout-before", only: VITAL },
  { name: "a timeout after the write", kind: "timeout-after", only: VITAL },
  { name: "401", kind: { status: 401 } },
  { name: "403", kind: { status: 403 } },
  {
    name: "403 secondary limit",
    kind: { status: 403, message: "You have exceeded a secondary rate limit.", retryAfter: 1 },
  },
  { name: "404", kind: { status: 404 } },
  { name: "409", kind: { status: 409 } },
  { name: "422", kind: { status: 422 } },
  { name: "429", kind: { status: 429, retryAfter: 1 } },
  { name: "500", kind: { status: 500 } },
  { name: "502", kind: { status: 502 } },
  { name: "a reset before the write", kind: "reset-before" },
  { name: "a reset after the write", kind: "reset-after" },
  { name: "malformed JSON", kind: "malformed-answer" },
  { name: "an empty 200", kind: "empty-answer" },
  { name: "404 just after create", kind: "not-found-after-create" },
  { name: "webhooks doubled", webhooks: { kind: "double", times: ALWAYS } },
  { name: "webhooks out of order", webhooks: { kind: "reorder", times: ALWAYS } },
  { name: "webhooks of runs lost", webhooks: { kind: "lose", event: "workflow_run", times: ALWAYS } },
];

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
 * Plays all of it, and says of each fault how it ended.
 * @returns whether every story ended as the one in peace.
 * @throws Interrupted, and what openScene throws
 */
export async function playFaults(narrator: Narrator, signal: AbortSignal): Promise<boolean> {
  narrator.begin("In peace", "The story as it is without any fault, which all others are compared with.");
  const peace = await playOnce(null, [], signal);
  narrator.end({ step: "in peace", ok: peace.failed === null, detail: accountOf(peace, peace.end) });
  if (peace.failed !== null) return false;
  narrator.begin("Under every fault", `Each strikes once at each of ${peace.routes.length} kinds of calls.`);
  let same = 0;
  const waiting = [...FAULTS];
  const work = async (): Promise<void> => {
    for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) {
      const played = await playOnce(fault, peace.routes, signal);
      const ok = played.failed === null && digestOf(played.end) === digestOf(peace.end);
      if (ok) same += 1;
      narrator.end({ step: fault.name, ok, detail: `${fault.name}: ${accountOf(played, peace.end)}` });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const detail = `${same} of ${FAULTS.length} faults end as peace does, ${digestOf(peace.end)}`;
  narrator.end({ step: "faults", ok: same === FAULTS.length, detail });
  return same === FAULTS.length;
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
  const options = { once: true, json: true, faults: true, repo: null };
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
  return lines.map((line) => line.replaceAll(/\b[am]\d+\.\w+|\d{5,}/g, "N")).sort();
}

function headline(body: string): string {
  return body.split("\n").find((line) => line.startsWith("#")) ?? "";
}
