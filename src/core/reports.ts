/**
 * Report-in: systems that nobody can reach tell Waybill themselves what they run (`http/report.ts`). What they said since the run began is counted, node by
 * node: the last word of each. Without any until the deadline nobody knows.
 */
import type { ProbeConfig } from "./config/index.ts";
import { record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { EnvironmentEvent } from "./events.ts";
import { isGood } from "./evidence.ts";
import { expectedOf } from "./expected.ts";
import type { Evidence, ProbeState, Promotion, Step } from "./promotion.ts";
import { judgeLook, orderDeadline } from "./proof.ts";
import { settleStepProof } from "./rollout.ts";
import { rollOutAfterAll } from "./skips.ts";

type Reported = Extract<EnvironmentEvent, { type: "VersionReported" }>;

/** The last word of one node. */
export type Report = Pick<Reported, "at" | "component" | "secret" | "node" | "version" | "sha">;

/** The last words of so many nodes are remembered. */
const REPORTS_KEPT = 500;
const EVIDENCE_KEPT = 20;

/**
 * Remembers a report as the last word of its node; an older one than that changes nothing, and so does one that no rollout has ever waited for: a key that is
 * good for something else must not push out what counts.
 */
export function onReported(lane: EnvironmentLane, event: Reported, minutes: Minutes): EnvironmentLane {
  const { at, component, secret, node, version, sha } = event;
  const { reports = [] } = lane;
  const isAlike = (one: Report): boolean => one.component === component && one.secret === secret;
  const isKnown = lane.active !== null && isWaitedFor(lane.active, component, secret);
  if (!isKnown && !reports.some(isAlike)) return lane;
  const isSame = (one: Report): boolean => one.node === node && isAlike(one);
  const before = reports.find(isSame);
  if (before !== undefined && before.at > at) return lane;
  if (before?.version !== version || before.sha !== sha)
    record(minutes, "waybill", "version.reported", event.environment, { component, node, version, sha });
  const others = reports.filter((one) => !isSame(one));
  const now: Report = { at, component, secret, node, version, sha };
  return { ...lane, reports: [...others, now].slice(-REPORTS_KEPT) };
}

function isWaitedFor({ plan }: Promotion, component: string | null, secret: string): boolean {
  const { verify, components } = plan.environment;
  const probes = component === null ? verify : (components[component]?.verify ?? []);
  return probes.some(({ report }) => report?.secret === secret);
}

/** The deadline of reports has come, by the time at which it was ordered; a time in which the repository was parked does not count. */
export function onReportsDue(
  lane: EnvironmentLane,
  { at, promotionId, component, probe }: Extract<EnvironmentEvent, { type: "ReportsDue" }>,
  minutes: Minutes,
): EnvironmentLane {
  const { active } = lane;
  if (active?.id !== promotionId) return lane;
  const { verify, components } = active.plan.environment;
  const step = active.steps.find((one) => one.component === component);
  const state = (component === null ? active.probes : step?.probes)?.[probe];
  const config = (component === null ? verify : components[component ?? ""]?.verify)?.[probe];
  if (state?.result !== "asking" || config === undefined) return lane;
  const due = state.startedAt + config.deadlineMs;
  if (due > at) orderDeadline(minutes, active, component, probe, due, due - at);
  return lane;
}

/** The promotion, with what has been reported counted for all that waits for it. */
export function countReports(
  promotion: Promotion,
  reports: readonly Report[],
  at: number,
  minutes: Minutes,
): Promotion {
  const { environment } = promotion.plan;
  const counted = promotion.steps.reduce<Promotion>((now, { component, stage, correlationId }) => {
    const configs = environment.components[component]?.verify ?? [];
    const step = now.steps.find((one) => one.correlationId === correlationId);
    if (stage !== "proving" || step === undefined || !configs.some(isReport)) return now;
    return countForStep(now, step, configs, reports, at, minutes);
  }, promotion);
  if (counted.stage !== "proving" || !environment.verify.some(isReport)) return counted;
  const since = counted.preparedAt ?? counted.requestedAt;
  const probes = afterReports(counted, null, environment.verify, counted.probes, reports, since, at);
  return probes === null ? counted : { ...counted, probes };
}

function countForStep(
  promotion: Promotion,
  step: Step,
  configs: readonly ProbeConfig[],
  reports: readonly Report[],
  at: number,
  minutes: Minutes,
): Promotion {
  const { component, skipped, dispatchedAt, startedAt } = step;
  // What was left as it is has said long ago what it runs.
  const since = skipped === undefined ? (dispatchedAt ?? startedAt ?? at) : -Infinity;
  const probes = afterReports(promotion, component, configs, step.probes, reports, since, at);
  const isProven = (state: ProbeState, index: number): boolean =>
    state.result === "confirmed" || !isReport(configs[index]);
  if (skipped !== undefined && !(probes ?? step.probes).every(isProven))
    return rollOutAfterAll(promotion, step, minutes);
  return probes === null ? promotion : settleStepProof(promotion, step, probes, at, minutes);
}

function isReport(config: ProbeConfig | undefined): boolean {
  return config?.report !== undefined;
}

/** The states of a place's probes, with reports counted; null where nothing has changed. */
function afterReports(
  promotion: Promotion,
  component: string | null,
  configs: readonly ProbeConfig[],
  states: readonly ProbeState[],
  reports: readonly Report[],
  since: number,
  at: number,
): readonly ProbeState[] | null {
  const now = states.map((state, index) => {
    const config = configs[index];
    if (config?.report === undefined || state.result !== "asking") return state;
    const { secret } = config.report;
    const own = reports.filter(
      (one) => one.secret === secret && one.component === component && one.at >= since,
    );
    const cargo = { ...promotion.cargo, ...expectedOf(promotion, component) };
    return stateOf(
      state,
      config,
      own.map((one) => judgeReport(one, config, cargo)),
      at,
    );
  });
  return JSON.stringify(now) === JSON.stringify(states) ? null : now;
}

/** All that a node says has to be right, as far as it is asked for. */
function judgeReport(report: Report, config: ProbeConfig, cargo: Promotion["cargo"]): Evidence {
  const { at, node, version, sha } = report;
  const told = [config.expect === "sha" ? null : version, config.expect === "version" ? null : sha];
  const values = told.filter((value) => value !== null);
  const looks = values.map((value) => judgeLook({ kind: "observed", value }, config, cargo, at));
  const wrong = looks.find((look) => !isGood(look));
  const said = wrong ?? looks[0];
  const outcome = said?.outcome ?? "other-version";
  const detail = said === undefined ? "it did not say what it is asked for" : "";
  return { at, url: `report:${node}`, outcome, observed: said?.observed ?? null, detail };
}

function stateOf(state: ProbeState, config: ProbeConfig, said: readonly Evidence[], at: number): ProbeState {
  const confirmations = said.filter(isGood).length;
  const late = at - state.startedAt >= config.deadlineMs;
  const isWrong = confirmations < said.length;
  const atDeadline = isWrong ? "refuted" : "unknown";
  const result = confirmations >= config.confirmations ? "confirmed" : late ? atDeadline : "asking";
  const evidence = said.toSorted((one, other) => one.at - other.at).slice(-EVIDENCE_KEPT);
  return { ...state, confirmations, looks: said.length, evidence, result };
}
