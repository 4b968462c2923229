/**
 * Components that are left as they are: where the config wants it (`rollout.skipUnchanged`), those of which nothing has changed since they were rolled
 * out here last. What a component is compared with is what it runs itself, never what was delivered last: that may have left it as it was, and two such
 * deliveries in a row would lose a change. And where anything is not known for certain, it is rolled out.
 */
import type { ComponentConfig } from "./config/index.ts";
import { record, type Minutes } from "./decision.ts";
import type { EnvironmentLane } from "./environment.ts";
import type { Expected } from "./expected.ts";
import type { CommitSha } from "./ids.ts";
import { componentsOfPaths } from "./notes/components.ts";
import { isTouchedSince } from "./out-of-band.ts";
import type { Placement } from "./placed.ts";
import { askFirst, beginProof } from "./proof.ts";
import type { Promotion, Step, StepPlan } from "./promotion.ts";
import { anyTellsVersion } from "./reachability.ts";
import { isComponent } from "./step-stage.ts";

/** What was found when a component's files were compared, before its rollout. */
export interface ComparedFiles {
  /** The commit that they were compared with: that of the release that brought the component. */
  readonly since: CommitSha;
  /** `unknown` where GitHub does not tell. */
  readonly files: "same" | "changed" | "unknown";
}

/** What a step's plan says for this. */
export interface SkipPlan {
  /** The id of the workflow file's blob (Git's SHA-1, in hexadecimal digits); absent in what an earlier Waybill has planned. */
  readonly blob?: string;
  /** Of what the config gives it, but for what differs with every release; absent where nothing is left as it is. */
  readonly digest?: string;
  /** Absent where nobody has looked. */
  readonly compared?: ComparedFiles;
}

/** What came of it for a step. */
export interface SkipState {
  /** The release that it runs and is left in; absent where it is rolled out. */
  readonly skipped?: Expected;
  /** Absent where the config leaves nothing as it is. */
  readonly notSkipped?: NotSkipped;
}

/**
 * Why a component is rolled out:
 * - `first`: it is not known what brought it here · `disturbed`: something else than what was delivered last may run here
 * - `by-hand`: a run that Waybill did not start may have touched it · `unknown`: GitHub does not tell which files have changed
 * - `changed`: its files have · `workflow`, `inputs`: they have not, but what deploys it has, or what that is given
 * - `whole`: another one is, and the environment is asked for its version as a whole · `answer`: it did not name the version that it is to run
 */
export type NotSkipped =
  | "first"
  | "disturbed"
  | "by-hand"
  | "unknown"
  | "changed"
  | "workflow"
  | "inputs"
  | "whole"
  | "answer";

/** A component whose files can be compared, with what it runs. */
type Runs = Extract<Placement, { kind: "runs" }> &
  Required<Pick<Extract<Placement, { kind: "runs" }>, "means">>;

type Ground = Pick<EnvironmentLane, "delivered" | "placed" | "disturbed" | "outOfBand">;

function isWanted({ plan }: Promotion): boolean {
  return plan.environment.rollout?.skipUnchanged === true;
}

/** Actions of the repository itself, by which any of its workflows may deploy. */
const OWN_ACTIONS = ".github/actions/**";
const ALL_WORKFLOWS = ".github/workflows/**";

/**
 * Whether a component's files have changed: those that it names, those that mark its migrations, and those that its workflow is made of.
 *
 * @param changed the files that differ, from the repository's root; null where GitHub does not tell
 * @param deployed by which file in `.github/workflows`, and whether that calls others
 */
export function filesOf(
  { name, paths, migration }: ComponentConfig,
  changed: readonly string[] | null,
  deployed: { readonly workflow: string; readonly calls: boolean },
): ComparedFiles["files"] {
  if (changed === null) return "unknown";
  if (changed.length === 0) return "same";
  const own = [OWN_ACTIONS, deployed.calls ? ALL_WORKFLOWS : `.github/workflows/${deployed.workflow}`];
  // No paths at all are all paths.
  const all = paths.length === 0 ? [] : [...paths, ...(migration?.paths ?? []), ...own];
  return componentsOfPaths(changed, [{ name, paths: all }]).length === 0 ? "same" : "changed";
}

/** What a component runs, or why it is rolled out whatever has changed. */
function groundFor(lane: Ground, promotion: Promotion, component: string): Runs | NotSkipped {
  const disturbed = lane.disturbed ?? null;
  const runs = lane.placed?.[component];
  if (disturbed !== null && !wasSkippedBefore(disturbed, promotion, component)) return "disturbed";
  if (lane.delivered.length === 0 || runs?.kind !== "runs" || runs.means === undefined) return "first";
  if (isTouchedSince(lane, runs.means.at)) return "by-hand";
  return { ...runs, means: runs.means };
}

/** Whether all that disturbs is the attempt of which this is the retry, and that one had left the component as it is. */
function wasSkippedBefore(
  { kind, promotionId }: NonNullable<Ground["disturbed"]>,
  { retry, resumed }: Promotion,
  component: string,
): boolean {
  const isItsOwn = kind === "failed" && retry !== undefined && promotionId === retry.of;
  return (
    isItsOwn && resumed?.done.some((one) => one.component === component && one.skipped !== undefined) === true
  );
}

/** The commits with which the components' files are to be compared before a rollout; nothing where none may be left as it is. */
export function comparisonsFor(
  lane: Ground,
  promotion: Promotion,
): { readonly compare?: Readonly<Record<string, CommitSha>> } {
  if (!isWanted(promotion)) return {};
  const compare = promotion.plan.components.flatMap(({ name }) => {
    const runs = groundFor(lane, promotion, name);
    return typeof runs === "string" ? [] : [[name, runs.sha] as const];
  });
  return compare.length === 0 ? {} : { compare: Object.fromEntries(compare) };
}

/** By component: what it runs, where it is left so; else why it is rolled out. Empty where the config leaves nothing as it is. */
export type Skips = ReadonlyMap<string, Runs | NotSkipped>;

/** Judges which components are left as they are. Asked when all was looked at, as a run by hand may have ended meanwhile. */
export function skipsOf(lane: Ground, promotion: Promotion, plans: readonly StepPlan[]): Skips {
  if (!isWanted(promotion)) return new Map();
  const components = plans.filter(isComponent);
  const judged = components.map((plan) => [plan.component, judge(lane, promotion, plan)] as const);
  if (!anyTellsVersion(promotion.plan.environment.verify) || isOneRelease(judged.map(([, one]) => one)))
    return new Map(judged);
  return new Map(judged.map(([name, one]) => [name, typeof one === "string" ? one : "whole"]));
}

function judge(lane: Ground, promotion: Promotion, plan: StepPlan): Runs | NotSkipped {
  const runs = groundFor(lane, promotion, plan.component);
  if (typeof runs === "string") return runs;
  const { compared, blob, digest } = plan;
  if (compared === undefined || compared.since !== runs.sha || compared.files === "unknown") return "unknown";
  if (compared.files === "changed") return "changed";
  // On a branch it runs by another file than the release's own, with all that this one may call.
  if (blob !== runs.means.blob || plan.ref !== undefined) return "workflow";
  return digest === runs.means.digest ? runs : "inputs";
}

/** Whether all components are left in one release: which the environment as a whole can then be asked for. */
function isOneRelease(all: readonly (Runs | NotSkipped)[]): boolean {
  const [first] = all;
  if (first === undefined || typeof first === "string") return false;
  return all.every(
    (one) => typeof one === "object" && one.sha === first.sha && one.version === first.version,
  );
}

/** The promotion, with what has not changed left as it is. */
export function leaveUnchanged(promotion: Promotion, skips: Skips, at: number, minutes: Minutes): Promotion {
  const steps = promotion.steps.map((step): Step => {
    const judged = step.carried === undefined && isComponent(step) ? skips.get(step.component) : undefined;
    if (judged === undefined) return step;
    return typeof judged === "string"
      ? { ...step, notSkipped: judged }
      : leave(promotion, step, judged, at, minutes);
  });
  return { ...promotion, steps };
}

/** It counts as rolled out; where it can be asked, once it has named the version that it is to run. */
function leave(promotion: Promotion, step: Step, { version, sha }: Runs, at: number, minutes: Minutes): Step {
  const skipped: Expected = { version, sha };
  record(minutes, "waybill", "step.skipped", step.correlationId, { component: step.component, ...skipped });
  const probes = promotion.plan.environment.components[step.component]?.verify ?? [];
  if (probes.length === 0) return { ...step, skipped, stage: "succeeded", finishedAt: at };
  // Nothing was done to it that would have to settle.
  const settled = probes.map(({ settleMs: _none, ...probe }) => probe);
  const asking: Step = { ...step, skipped, stage: "proving", probes: beginProof(settled, at) };
  const shown: Promotion = { ...promotion, steps: [asking] };
  askFirst(minutes, shown, step.component, settled, at);
  return asking;
}

/** It did not name the version that it is to run, so it is rolled out after all; all of them, where the environment is asked as a whole. */
export function rollOutAfterAll(promotion: Promotion, step: Step, minutes: Minutes): Promotion {
  record(minutes, "waybill", "step.not-skipped", step.correlationId, { component: step.component });
  const isAsked = anyTellsVersion(promotion.plan.environment.verify);
  const steps = promotion.steps.map((one): Step => {
    if (one === step) return begunAnew(one, "answer");
    return isAsked && one.skipped !== undefined ? begunAnew(one, "whole") : one;
  });
  return { ...promotion, steps };
}

function begunAnew({ skipped: _skipped, ...step }: Step, notSkipped: NotSkipped): Step {
  return { ...step, notSkipped, stage: "pending", finishedAt: null, probes: [] };
}

/** A component that was left as it is, and what it runs. */
export interface KeptComponent {
  readonly component: string;
  readonly version: string;
}

/** The components that run an earlier release than the one delivered last, which left them as they are; none where anything else may run. */
export function keptIn({ delivered, placed = {}, disturbed = null }: Ground): readonly KeptComponent[] {
  const version = delivered.at(-1)?.version;
  if (disturbed !== null || version === undefined) return [];
  return Object.entries(placed).flatMap(([component, runs]) =>
    runs.kind === "runs" && runs.means !== undefined && runs.version !== version
      ? [{ component, version: runs.version }]
      : [],
  );
}

/** By what a step has brought its component, to be compared with later; nothing where that is not wanted, or cannot be told. */
export function meansOf(promotion: Promotion, step: Step): { readonly means?: Means } {
  const { blob, digest, ref, dispatchedAt } = step;
  const isKnown = blob !== undefined && digest !== undefined && ref === undefined && dispatchedAt !== null;
  return isWanted(promotion) && isKnown ? { means: { at: dispatchedAt, blob, digest } } : {};
}

/** By what a component was rolled out. */
export interface Means {
  /** When its run was dispatched, epoch milliseconds. */
  readonly at: number;
  readonly blob: NonNullable<StepPlan["blob"]>;
  readonly digest: NonNullable<StepPlan["digest"]>;
}
