/**
 * The receipt of a delivery, as data: what, where, when, who, how it was verified, what it replaced, and the way back. It is made of the promotion that
 * is stored and of nothing else. docs/receipts.md describes each field; moments are ISO 8601 in UTC.
 */
import type { ReleaseAnnouncement } from "./announcement.ts";
import type { CommitSha, PromotionId } from "../ids.ts";
import {
  classOf,
  commandFor,
  type Evidence,
  type ProbeState,
  type Promotion,
  type PromotionClass,
  type Step,
} from "../promotion.ts";
import type { ProbeConfig } from "../config/index.ts";
import type { AddressEvidence } from "../evidence.ts";
import { performanceWords, type MeasuredRow } from "../measures.ts";
import { severalOf } from "../probe-rows.ts";
import { tellsVersion } from "../reachability.ts";
import { crossOutTokens } from "../secrets.ts";
import { isComponent } from "../step-stage.ts";
import { isProven } from "../views.ts";

/** A person, by the id that never changes hands. */
interface Named {
  readonly id: number;
  readonly login: string;
}

/** What one probe saw of the running system. */
export interface ProbeReceipt {
  /** A URL, or `tcp://HOST:PORT`; `report:NAME` where nodes report by themselves, signed by the secret of that name. */
  readonly url: string;
  /** What it can prove: that a `version` runs, or only that something answers (`reachability`). Absent in receipts of an earlier Waybill: `version`. */
  readonly proves: "version" | "reachability";
  readonly result: ProbeState["result"];
  /** How many answers in a row named the version, and how many were wanted. */
  readonly confirmations: number;
  readonly wanted: number;
  /** How many addresses it has, and how many of them had to say it; absent where it has one. */
  readonly several?: { readonly of: number; readonly needed: number };
  /** How often it was asked; the last answers are the evidence. */
  readonly looks: number;
  readonly evidence: readonly {
    readonly at: string;
    readonly outcome: Evidence["outcome"];
    readonly observed: string | null;
    readonly detail?: string;
    /** What each address said, of the last look of a probe of several; else absent. */
    readonly addresses?: readonly AddressReceipt[];
  }[];
}

/** What one address of several said. */
export interface AddressReceipt {
  readonly url: string;
  readonly outcome: Evidence["outcome"];
  readonly observed: string | null;
  readonly detail?: string;
}

/** One component's part of the delivery. */
export interface ComponentReceipt {
  readonly name: string;
  /** What it runs: of a component that was left as it is, an earlier release. */
  readonly version: string;
  readonly commit: CommitSha;
  /** `deployed` here; `carried` over from the attempt before; `unchanged`: left as it is. */
  readonly how: "deployed" | "carried" | "unchanged";
  readonly workflow: string;
  readonly run: {
    readonly id: number;
    readonly url: string | null;
    readonly conclusion: string | null;
  } | null;
  /** GitHub's id of its deployment. */
  readonly deployment: number | null;
  readonly started: string | null;
  readonly finished: string | null;
  /** Which attempt of its run this was. */
  readonly attempt: number;
  /** Whose word it is that its run has done its work; null where the run itself said so. */
  readonly word: string | null;
  readonly probes: readonly ProbeReceipt[];
}

/** What is delivered where, when, by whom; the predicate of the statement that is signed, but for what only the edge knows. */
export interface DeliveryReceipt {
  readonly promotion: PromotionId;
  readonly kind: PromotionClass;
  readonly release: {
    readonly version: string;
    readonly tag: string | null;
    readonly ref: string;
    readonly commit: CommitSha;
    /** The branch of the hotfix that it is; null where it is none. */
    readonly hotfix: string | null;
  };
  readonly environment: { readonly name: string; readonly url: string | null };
  readonly when: {
    readonly requested: string;
    readonly started: string;
    readonly finished: string;
    /** When the running system named the version last; null where it was not asked. */
    readonly observed: string | null;
  };
  readonly who: {
    readonly cause: "command" | "auto" | "merge";
    readonly requested: Named | null;
    readonly comment: number | null;
    readonly issue: number | null;
    readonly approved: readonly Named[];
    readonly reason: string | null;
  };
  readonly components: readonly ComponentReceipt[];
  readonly verification: {
    /** `observed`: the running system said so itself · `workflows`: only the workflows did */
    readonly by: "observed" | "workflows";
    /** Those of the environment as a whole; a component's own are with it. */
    readonly probes: readonly ProbeReceipt[];
    /** Workflows of the team's own that verified it; absent where there were none. */
    readonly workflows?: readonly {
      readonly workflow: string;
      readonly run: ComponentReceipt["run"];
      readonly finished: string | null;
    }[];
  };
  /** How the system performed, by numbers of the team's own; absent where none were taken. */
  readonly performance?: readonly MeasuredRow[];
  readonly changes: { readonly commits: number | null; readonly pulls: readonly number[] };
  /** Null where nothing was announced, or nobody remembers. */
  readonly announced: AnnouncedReceipt | null;
  readonly replaced: {
    readonly version: string | null;
    readonly commit: CommitSha | null;
    /** What was deployed past Waybill over that; null where nothing was. */
    readonly byHand: string | null;
  } | null;
  /** The command that goes back; null where there is nothing to go back to. */
  readonly rollback: string | null;
  /** The commit of the config that it went by. */
  readonly config: { readonly commit: CommitSha };
}

/** What was announced against what came. */
export interface AnnouncedReceipt extends Omit<ReleaseAnnouncement, "expected"> {
  /** When it was expected, at the latest; null where no date was named. */
  readonly expected: string | null;
  /** Whether it was delivered later than that; null where no date was named. */
  readonly late: boolean | null;
}

/** The receipt of a delivered promotion. Texts that people or systems wrote are without what looks like a credential. */
export function deliveryReceipt(promotion: Promotion): DeliveryReceipt {
  const { id, cargo, environment, plan, cause, requestedAt, approvedBy = [] } = promotion;
  const finished = promotion.finishedAt ?? requestedAt;
  const probes = probeReceipts(plan.environment.verify, promotion.probes);
  const components = promotion.steps.filter(isComponent).map((step) => componentReceipt(promotion, step));
  return {
    promotion: id,
    kind: classOf(promotion),
    release: {
      version: cargo.version,
      tag: cargo.tag,
      ref: cargo.ref,
      commit: cargo.sha,
      hotfix: cargo.hotfix ?? null,
    },
    environment: { name: environment, url: plan.environment.url ?? null },
    when: {
      requested: instant(requestedAt),
      started: instant(promotion.startedAt ?? finished),
      finished: instant(finished),
      observed: lastSeen([...probes, ...components.flatMap((one) => one.probes)]),
    },
    who: {
      cause: cause.kind,
      requested: cause.kind === "command" ? named(cause.by) : null,
      comment: cause.kind === "command" ? cause.commentId : null,
      issue: cause.kind === "command" ? cause.issue : null,
      approved: approvedBy.map(named),
      reason: crossedOut(promotion.rollback?.reason ?? null),
    },
    components,
    verification: {
      by: isProven(promotion) ? "observed" : "workflows",
      probes,
      ...verifyingRuns(promotion.steps),
    },
    ...performanceWords(promotion),
    changes: { commits: promotion.changeCount, pulls: promotion.pulls.map(({ number }) => number) },
    announced: null,
    replaced: replacedBy(promotion),
    rollback: wayBack(promotion),
    config: { commit: plan.configSha },
  };
}

function verifyingRuns(steps: readonly Step[]): Pick<DeliveryReceipt["verification"], "workflows"> {
  const runs = steps.filter(({ verifies }) => verifies === true);
  if (runs.length === 0) return {};
  const workflows = runs.map((step) => ({
    workflow: step.workflow,
    run: runOf(step),
    finished: step.finishedAt === null ? null : instant(step.finishedAt),
  }));
  return { workflows };
}

function runOf({ runId, runUrl, conclusion }: Step): ComponentReceipt["run"] {
  return runId === null ? null : { id: runId, url: runUrl, conclusion: conclusion ?? null };
}

function replacedBy({ replaces, replacesByHand }: Promotion): DeliveryReceipt["replaced"] {
  if (replaces === null && replacesByHand === undefined) return null;
  const { version = null, sha = null } = replaces ?? {};
  return { version, commit: sha, byHand: replacesByHand ?? null };
}

function wayBack({ replaces, cargo, environment }: Promotion): string | null {
  if (replaces === null || replaces.version === cargo.version) return null;
  const back = { version: replaces.version, sha: replaces.sha, tag: null, ref: "" };
  return commandFor({ class: "rollback", environment, cargo: back });
}

function componentReceipt({ cargo, plan }: Promotion, step: Step): ComponentReceipt {
  const { component, skipped, carried, workflow, attempts = [] } = step;
  const runs = skipped ?? cargo;
  return {
    name: component,
    version: runs.version,
    commit: runs.sha,
    how: skipped !== undefined ? "unchanged" : carried !== undefined ? "carried" : "deployed",
    workflow,
    run: runOf(step),
    deployment: step.deploymentId,
    started: step.startedAt === null ? null : instant(step.startedAt),
    finished: step.finishedAt === null ? null : instant(step.finishedAt),
    attempt: attempts.length + 1,
    word: step.word ?? null,
    probes: probeReceipts(plan.environment.components[component]?.verify ?? [], step.probes),
  };
}

function probeReceipts(configs: readonly ProbeConfig[], states: readonly ProbeState[]): ProbeReceipt[] {
  return states.map((state, index) => {
    const config = configs[index];
    const last = state.evidence.length - 1;
    return {
      url: crossOutTokens(config?.url ?? state.evidence.at(-1)?.url ?? ""),
      proves: isReachability(config) ? "reachability" : "version",
      result: state.result,
      confirmations: state.confirmations,
      wanted: config?.confirmations ?? 0,
      ...(config?.urls === undefined ? {} : { several: severalOf(config) }),
      looks: state.looks,
      evidence: state.evidence.map(({ at, addresses, ...look }, nr) => ({
        at: instant(at),
        ...saidIn(look),
        // Those of earlier looks would make it long, and say no more.
        ...(addresses === undefined || nr < last
          ? {}
          : { addresses: addresses.map((one) => ({ url: crossOutTokens(one.url), ...saidIn(one) })) }),
      })),
    };
  });
}

function saidIn({ outcome, observed, detail }: AddressEvidence): Omit<AddressReceipt, "url"> {
  return {
    outcome,
    observed: crossedOut(observed),
    ...(detail === "" ? {} : { detail: crossOutTokens(detail) }),
  };
}

function isReachability(config: ProbeConfig | undefined): boolean {
  return config !== undefined && !tellsVersion(config);
}

function lastSeen(probes: readonly ProbeReceipt[]): string | null {
  const seen = probes.flatMap(({ evidence }) =>
    evidence.flatMap(({ at, outcome }) => (outcome === "confirmed" ? [at] : [])),
  );
  // ISO 8601 in UTC sorts as text.
  return seen.toSorted().at(-1) ?? null;
}

function named({ id, login }: { readonly id: number; readonly login: string }): Named {
  return { id, login };
}

function crossedOut(text: string | null): string | null {
  return text === null ? null : crossOutTokens(text);
}

/** A moment as ISO 8601 in UTC, to the millisecond. */
export function instant(at: number): string {
  return new Date(at).toISOString();
}
