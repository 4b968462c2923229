/**
 * Proof of delivery: the running system is asked until it has named the shipped version often enough in a row, or
 * until the deadline. Used for a component after its run and for the environment after all components.
 */
import { addressesOf, countsAfter, enoughOf, goodOf, neededOf, resultAtDeadline } from "./addresses.ts";
import type { ProbeConfig } from "./config/index.ts";
import { order, type Minutes } from "./decision.ts";
import { isGood } from "./evidence.ts";
import { expectedOf } from "./expected.ts";
import { tellsVersion } from "./reachability.ts";
import { crossOutTokens } from "./secrets.ts";
import type { Cargo, Evidence, Problem, ProbeState, Promotion } from "./promotion.ts";

/** How many looks are kept with a promotion: the first ones explain little, the last ones decide. Of many addresses fewer, since each look is as long as they are many. */
function evidenceKept(addresses: number): number {
  return Math.max(3, Math.floor(20 / addresses));
}

/** What one look gave, before it is judged. The shape of `src/probe`'s answers, as far as it matters here. */
export type Look =
  | { readonly kind: "observed"; readonly value: string }
  | { readonly kind: "answered" }
  | { readonly kind: "unreachable" | "refused" | "unreadable"; readonly reason: string };

/** Judges one look against what should run there. A leading `v` is no difference: `v1.5.0` is how many systems say it. */
export function judgeLook(look: Look, config: ProbeConfig, cargo: Cargo, at: number): Evidence {
  const { url } = config;
  if (look.kind === "answered") return { at, url, outcome: "answers", observed: null, detail: "" };
  if (look.kind !== "observed") {
    const outcome = look.kind === "unreadable" ? "other-version" : "no-answer";
    return { at, url, outcome, observed: null, detail: look.reason };
  }
  const isVersion =
    config.expect !== "sha" && (look.value === cargo.version || look.value === `v${cargo.version}`);
  const isSha = config.expect !== "version" && look.value === cargo.sha;
  return {
    at,
    url,
    outcome: isVersion || isSha ? "confirmed" : "other-version",
    // Shown, stored and signed: what a system says of itself by mistake goes no further.
    observed: crossOutTokens(look.value),
    detail: "",
  };
}

/** The probes at their beginning, one state for each configured probe: as of the first look, before which a system may have to settle. */
export function beginProof(configs: readonly ProbeConfig[], at: number): ProbeState[] {
  return configs.map(({ settleMs = 0 }) => ({
    confirmations: 0,
    looks: 0,
    startedAt: at + settleMs,
    evidence: [],
    result: "asking",
  }));
}

/** Orders the first look of each probe; of one that waits for reports, its deadline. */
export function askFirst(
  minutes: Minutes,
  promotion: Promotion,
  component: string | null,
  configs: readonly ProbeConfig[],
  at: number,
): void {
  for (const [index, config] of configs.entries()) {
    const { settleMs = 0, deadlineMs } = config;
    if (config.report === undefined) askAgain(minutes, promotion, component, index, config, 0, settleMs);
    else
      orderDeadline(minutes, promotion, component, index, at + settleMs + deadlineMs, settleMs + deadlineMs);
  }
}

/** Orders the next look of one probe. The id counts looks, so that a repeated decision orders none twice. */
export function askAgain(
  minutes: Minutes,
  promotion: Promotion,
  component: string | null,
  probe: number,
  config: ProbeConfig,
  look: number,
  delayMs: number,
): void {
  const wanted = expectedOf(promotion, component);
  // What is left as it is may be rolled out after all, and is then asked once more, for another release.
  const name = wanted.sha === promotion.cargo.sha ? "ask" : `ask-${wanted.version}`;
  order(
    minutes,
    `${name}:${promotion.id}:${component ?? ""}:${probe}:${look}`,
    {
      type: "askVersion",
      promotionId: promotion.id,
      component,
      probe,
      config,
      cargo: { ...promotion.cargo, ...wanted },
    },
    { delayMs },
  );
}

/** Orders the deadline of a probe that waits for reports. @param due epoch milliseconds */
export function orderDeadline(
  minutes: Minutes,
  { id: promotionId }: Pick<Promotion, "id">,
  component: string | null,
  probe: number,
  due: number,
  delayMs: number,
): void {
  const event = { type: "ReportsDue", at: due, promotionId, component, probe } as const;
  order(
    minutes,
    `reports:${promotionId}:${component ?? ""}:${probe}:${due}`,
    { type: "wake", event },
    { delayMs },
  );
}

/**
 * What a probe knows after one more look. A wrong version or silence begins the count again; only the deadline
 * ends the asking without a proof: `refuted` if the system named another version last, `unknown` if it said nothing.
 */
export function afterLook(state: ProbeState, config: ProbeConfig, evidence: Evidence): ProbeState {
  const counts = countsAfter(state, config, evidence);
  const confirmations = enoughOf(counts, config);
  const late = evidence.at - state.startedAt >= config.deadlineMs;
  const result =
    confirmations >= config.confirmations
      ? "confirmed"
      : late
        ? resultAtDeadline(counts, config, evidence)
        : "asking";
  return {
    ...state,
    confirmations,
    ...(counts.length > 1 ? { counts } : {}),
    looks: state.looks + 1,
    evidence: [...state.evidence, evidence].slice(-evidenceKept(counts.length)),
    result,
  };
}

/** The verdict over several probes: all must confirm; the first that did not says why. */
export function proofVerdict(
  probes: readonly ProbeState[],
  configs: readonly ProbeConfig[],
): { readonly done: false } | { readonly done: true; readonly problem: Problem | null } {
  const bad = probes.findIndex(({ result }) => result === "refuted" || result === "unknown");
  const probe = probes[bad];
  if (probe !== undefined) return { done: true, problem: problemOf(probe, configs[bad]) };
  return probes.every((probe) => probe.result === "confirmed")
    ? { done: true, problem: null }
    : { done: false };
}

function problemOf(probe: ProbeState, config: ProbeConfig | undefined): Problem {
  // Of reports, which nobody has asked for in any order, the one that stands in the way.
  const wrong = config?.report === undefined ? undefined : probe.evidence.findLast((one) => !isGood(one));
  const last = wrong ?? probe.evidence.at(-1);
  const detail = {
    url: last?.url ?? null,
    observed: last?.observed ?? null,
    detail: last?.detail ?? null,
    looks: probe.looks,
    ...(config === undefined || tellsVersion(config) ? {} : { reachability: true }),
    ...(config?.report === undefined
      ? {}
      : { reports: true, good: probe.confirmations, needed: config.confirmations }),
    ...(config === undefined || last?.addresses === undefined
      ? {}
      : { of: addressesOf(config).length, good: goodOf(last), needed: neededOf(config) }),
  };
  return { code: probe.result === "unknown" ? "no-answer" : "reported-other-version", detail };
}
