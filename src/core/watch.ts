/**
 * The time after a delivery: the running system is asked again and again, and a version that nobody promoted is said aloud, once. Nothing is done about
 * it: that is for people. A look costs one question to the running system, and none to GitHub.
 */
import { tellOfDrift, toldOfDrift } from "./channels/drift.ts";
import type { Recipient } from "./channels/telling.ts";
import type { ProbeConfig } from "./config/index.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import { isGood, type Evidence } from "./evidence.ts";
import { expectedOf, type Expected } from "./expected.ts";
import type { PromotionId } from "./ids.ts";
import type { Cargo, Promotion } from "./promotion.ts";
import { tellsVersion } from "./reachability.ts";
import { everRan, isComponent } from "./step-stage.ts";

/** What is watched since the last delivery. */
export interface Watch {
  readonly environment: string;
  readonly promotionId: PromotionId;
  readonly cargo: Cargo;
  /** The issue of the delivery's thread; null: what is said goes to the notice. */
  readonly reportOn: number | null;
  readonly since: number;
  /** Null: until something else is delivered. */
  readonly until: number | null;
  readonly everyMs: number;
  readonly probes: readonly WatchedProbe[];
  /** Who is told of it outside of GitHub; absent where nobody is. */
  readonly recipients?: readonly Recipient[];
  /** Set while it was said that nobody answers. */
  readonly quiet?: true;
}

/** One probe that is asked again. */
export interface WatchedProbe {
  /** Null where the environment as a whole is asked. */
  readonly component: string | null;
  readonly probe: number;
  readonly config: ProbeConfig;
  readonly wanted: Expected;
  /** How many looks were ordered: the name of the next. */
  readonly round: number;
  /** It is not asked any more, as the time is over. */
  readonly over: boolean;
  /** When it named any version last; null while it never has. */
  readonly heardAt: number | null;
  /** When it named the right one last. */
  readonly rightAt: number;
  /** How often in a row it has named the right one. */
  readonly right: number;
  /** Another version, and how often in a row it was named; null where the last look named none. */
  readonly other: { readonly observed: string; readonly count: number; readonly since: number } | null;
  /** Another version that was named often enough, and since when; null where it is as it was delivered. */
  readonly drift: Drift | null;
}

/** A version that nobody promoted. */
export interface Drift {
  readonly observed: string;
  /** When it was seen first, epoch milliseconds. */
  readonly since: number;
}

/**
 * What is said of it.
 * - `other`: another version runs · `back`: the right one runs again · `silent`: nobody has answered for so long that nobody knows
 */
export interface DriftView {
  readonly template: "drift";
  readonly what: "other" | "back" | "silent";
  readonly environment: string;
  /** Null where the environment as a whole was asked. */
  readonly component: string | null;
  readonly url: string;
  /** What is to run there. */
  readonly version: string;
  /** The release that was delivered; null for a build, which nobody can promote by hand. */
  readonly release: string | null;
  readonly observed: string | null;
  /** When the other version was seen first; of silence, when the last answer was, or the delivery. */
  readonly since: number;
  /** When the right one was seen last. */
  readonly rightAt: number;
  readonly at: number;
}

type Observed = Extract<EnvironmentEvent, { type: "VersionObserved" }>;

/** Where it is watched without an end, so long a silence is said. */
const SILENCE_MS = 24 * 60 * 60_000;

/** What is watched after promotions have come to their ends: each delivery begins anew, and what else began there ends it. */
export function watchAfter(
  before: Watch | null,
  ended: readonly Promotion[],
  at: number,
  minutes: Minutes,
): Watch | null {
  return ended.reduce<Watch | null>((watch, promotion) => {
    if (promotion.stage === "delivered") return beginWatch(promotion, at, minutes);
    // What runs there is not what was delivered last; and that is said already.
    return promotion.steps.some(everRan) ? null : watch;
  }, before);
}

function beginWatch(promotion: Promotion, at: number, minutes: Minutes): Watch | null {
  const { plan, environment, steps, cargo, reportOn, id: promotionId } = promotion;
  const { watch, verify, components } = plan.environment;
  if (watch === undefined) return null;
  const asked = [
    ...verify.map((config, probe) => ({ component: null, config, probe })),
    ...steps
      .filter(isComponent)
      .flatMap(({ component }) =>
        (components[component]?.verify ?? []).map((config, probe) => ({ component, config, probe })),
      ),
  ];
  const probes = asked.flatMap(({ component, config, probe }): WatchedProbe[] => {
    // Nobody can be asked where the system reports by itself.
    if (!tellsVersion(config) || config.report !== undefined) return [];
    const wanted = expectedOf(promotion, component);
    const fresh = { round: 0, over: false, heardAt: null, rightAt: at, right: 0, other: null, drift: null };
    return [{ component, probe, config, wanted, ...fresh }];
  });
  if (probes.length === 0) return null;
  const until = watch.forMs === null ? null : at + watch.forMs;
  const { everyMs } = watch;
  const begun: Watch = {
    environment,
    promotionId,
    cargo,
    reportOn,
    since: at,
    until,
    everyMs,
    probes,
    ...toldOfDrift(
      plan,
      probes.some(({ component }) => component === null)
        ? null
        : probes.flatMap(({ component }) => component ?? []),
    ),
  };
  for (const probe of probes) orderLook(begun, probe, everyMs, minutes);
  return begun;
}

function orderLook(watch: Watch, asked: WatchedProbe, delayMs: number, minutes: Minutes): void {
  const { promotionId, cargo } = watch;
  const { component, probe, config, wanted, round } = asked;
  order(
    minutes,
    `watch:${promotionId}:${component ?? ""}:${probe}:${round}`,
    { type: "askVersion", promotionId, component, probe, config, cargo: { ...cargo, ...wanted } },
    { delayMs },
  );
}

/** Whether an answer is one of the watch, and not of a proof. */
export function isWatched({ watch, active }: EnvironmentLane, event: Observed): boolean {
  return watch?.promotionId === event.promotionId && active?.id !== event.promotionId;
}

/** One more look at what was delivered. While something else is under way there, it says nothing. */
export function onWatched(lane: EnvironmentLane, event: Observed, minutes: Minutes): EnvironmentLane {
  const watch = lane.watch ?? null;
  const asked = watch?.probes.find((one) => one.component === event.component && one.probe === event.probe);
  if (watch === null || asked === undefined || asked.over) return lane;
  const { at, evidence } = event;
  const looked = afterLook(asked, evidence);
  const seen = lane.active === null ? looked : { ...looked, right: 0, other: null };
  const said = lane.active === null ? sayDrift(lane, watch, asked, seen, at, minutes) : seen;
  const isOver = watch.until !== null && at >= watch.until;
  const next: WatchedProbe = { ...said, round: asked.round + 1, over: isOver };
  if (!isOver) orderLook(watch, next, pauseOf(watch, next), minutes);
  const probes = watch.probes.map((one) => (one === asked ? next : one));
  const after = sayNothing({ ...watch, probes }, at, minutes);
  // What nobody promoted stays known until something is delivered over it.
  const isDone = probes.every(({ over, drift }) => over && drift === null);
  return { ...lane, watch: isDone ? null : after };
}

/** What a probe has said by now. Whatever names no version counts for nothing, and ends what was said in a row. */
function afterLook(asked: WatchedProbe, evidence: Evidence): WatchedProbe {
  const { at, observed } = evidence;
  if (isGood(evidence)) return { ...asked, heardAt: at, rightAt: at, right: asked.right + 1, other: null };
  if (evidence.outcome === "no-answer" || observed === null) return { ...asked, right: 0, other: null };
  const { other } = asked;
  const isSame = other?.observed === observed;
  const named = { observed, count: isSame ? other.count + 1 : 1, since: isSame ? other.since : at };
  return { ...asked, heardAt: at, right: 0, other: named };
}

/** What is not sure yet is asked again soon; what is, at its pace. */
function pauseOf({ everyMs }: Watch, { config, other, drift, right }: WatchedProbe): number {
  const isSuspect = other !== null && other.observed !== drift?.observed;
  const isBetter = drift !== null && right > 0;
  return isSuspect || isBetter ? Math.min(config.intervalMs, everyMs) : everyMs;
}

/** Says that another version runs, or the right one again, as soon as that is sure. */
function sayDrift(
  lane: EnvironmentLane,
  watch: Watch,
  before: WatchedProbe,
  seen: WatchedProbe,
  at: number,
  minutes: Minutes,
): WatchedProbe {
  const { config, other, right, drift } = seen;
  if (drift !== null && right >= config.confirmations) {
    record(minutes, "waybill", "environment.back", watch.cargo.version, { component: seen.component });
    say(watch, viewOf(watch, seen, "back", drift.since, at), minutes);
    return { ...seen, drift: null };
  }
  if (other === null || other.count < config.confirmations || other.observed === drift?.observed) return seen;
  const { observed, since } = other;
  record(minutes, "waybill", "environment.drifted", watch.cargo.version, {
    component: seen.component,
    observed,
    since,
    rightAt: before.rightAt,
  });
  // Who deployed it by hand was named when that was seen.
  if (!isByHand(lane, observed)) say(watch, viewOf(watch, seen, "other", since, at), minutes);
  return { ...seen, drift: { observed, since } };
}

function isByHand({ disturbed }: EnvironmentLane, observed: string): boolean {
  const byHand = disturbed?.byHand;
  return byHand !== undefined && [byHand.version, `v${byHand.version}`, byHand.sha].includes(observed);
}

/** Says once that nobody has answered: for the whole of the time, or for a day where there is no end. */
function sayNothing(watch: Watch, at: number, minutes: Minutes): Watch {
  const silent = watch.probes.find(({ heardAt, over }) => {
    if (watch.until !== null) return over && heardAt === null;
    return at - (heardAt ?? watch.since) >= SILENCE_MS;
  });
  const { quiet, ...heard } = watch;
  if (silent === undefined) return watch.until === null ? heard : watch;
  if (quiet === true) return watch;
  record(minutes, "waybill", "environment.silent", watch.cargo.version, { component: silent.component });
  const since = silent.heardAt ?? watch.since;
  say(watch, viewOf(watch, silent, "silent", since, at), minutes);
  return { ...watch, quiet: true };
}

function viewOf(
  { environment, cargo }: Watch,
  { component, config, wanted, other, rightAt }: WatchedProbe,
  what: DriftView["what"],
  since: number,
  at: number,
): DriftView {
  const observed = what === "other" ? (other?.observed ?? null) : null;
  const { version } = wanted;
  return {
    template: "drift",
    what,
    environment,
    component,
    url: config.url,
    version,
    release: cargo.tag === null ? null : cargo.version,
    observed,
    since,
    rightAt,
    at,
  };
}

/** On the thread of the delivery; where there is none, on the notice. */
function say(
  { promotionId, reportOn: issue, recipients = [] }: Watch,
  view: DriftView,
  minutes: Minutes,
): void {
  tellOfDrift(recipients, promotionId, issue, view, minutes);
  const marker = `drift-${promotionId}-${view.what}-${view.at}`;
  if (issue !== null) order(minutes, marker, { type: "comment", issue, marker, view });
  else
    order(minutes, `tell:${marker}`, {
      type: "tellLane",
      environment: "",
      event: { type: "DriftSeen", at: view.at, marker, view },
    });
}

/** Goes on where the questions were dropped, as those of a repository that was lost are. */
export function watchAgain(lane: EnvironmentLane, minutes: Minutes): EnvironmentLane {
  const { watch } = lane;
  if (lane.untold === null || watch === undefined || watch === null) return lane;
  const probes = watch.probes.map((one) => ({ ...one, round: one.round + 1, right: 0, other: null }));
  for (const probe of probes.filter(({ over }) => !over)) orderLook(watch, probe, 0, minutes);
  return { ...lane, watch: { ...watch, probes } };
}

/** What runs in an environment in place of what was delivered, as far as it says so itself; null where nothing else does. */
export function driftIn({ watch }: Pick<EnvironmentLane, "watch">): Drift | null {
  return watch?.probes.find(({ drift }) => drift !== null)?.drift ?? null;
}
