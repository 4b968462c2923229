/**
 * The gates of an environment, in the order in which they are asked: the first that does not pass is the first that people see. Nothing holds a
 * rollback but what is at work there already, and a hotfix passes by what the environment's `hotfix` says.
 */
import { USUAL_HOTFIX_GATES, type HotfixGate } from "../config/gates-model.ts";
import { classOf, type Problem, type Promotion } from "../promotion.ts";
import { enoughHaveApproved } from "./approvals.ts";
import { checksHaveSucceeded } from "./checks.ts";
import { externalServicesAgree } from "./external.ts";
import type { FindingName } from "./findings.ts";
import { environmentIsNotFrozen } from "./freeze.ts";
import type { GateFacts, Held, Verdict } from "./gate.ts";
import { losesNoHotfix } from "./hotfix.ts";
import { releaseIsNotKeptBack } from "./kept-back.ts";
import { frozenSince, isStillWanted } from "./long-hold.ts";
import { versionIsNotHeld } from "./on-hold.ts";
import { nothingElseIsAtWork } from "./out-of-band.ts";
import { environmentIsNotPinned } from "./pinned.ts";
import { releaseHasSoaked } from "./soak.ts";
import { windowIsOpen } from "./windows.ts";

interface Gate {
  readonly judge: (facts: GateFacts) => Verdict;
  /** The word of the config that lets a hotfix pass by it; `asked` and `not-asked` where the config has no say. */
  readonly hotfix: HotfixGate | "asked" | "not-asked";
  /** Whether it holds a rollback, too. */
  readonly rollback?: boolean;
  /** What it has to find out right before anything begins; null where an environment's config does not name the gate. */
  readonly finds?: (subject: GateSubject) => FindingName | null;
  /** The same for one that looks at nothing, and that a plan names where it is open. */
  readonly shows?: (subject: GateSubject) => "window" | null;
}

/** What decides on which gates a promotion is asked by. */
export type GateSubject = Pick<Promotion, "class" | "plan">;

const GATES: readonly Gate[] = [
  { judge: nothingElseIsAtWork, hotfix: "asked", rollback: true },
  { judge: versionIsNotHeld, hotfix: "asked" },
  { judge: environmentIsNotPinned, hotfix: "asked" },
  { judge: releaseIsNotKeptBack, hotfix: "asked" },
  { judge: environmentIsNotFrozen, hotfix: "freeze" },
  {
    judge: windowIsOpen,
    hotfix: "windows",
    shows: ({ plan }) => (plan.environment.gates?.windows === undefined ? null : "window"),
  },
  {
    judge: releaseHasSoaked,
    hotfix: "soak",
    finds: ({ plan }) => namedIn(plan.environment.gates?.soakMs, "soak"),
  },
  {
    judge: checksHaveSucceeded,
    hotfix: "checks",
    finds: ({ plan }) => namedIn(plan.environment.gates?.checks, "checks"),
  },
  {
    judge: enoughHaveApproved,
    hotfix: "approvals",
    finds: ({ plan }) => namedIn(plan.environment.gates?.approvals, "approvals"),
  },
  {
    judge: externalServicesAgree,
    hotfix: "external",
    finds: ({ plan }) => namedIn(plan.environment.gates?.external, "external"),
  },
  { judge: losesNoHotfix, hotfix: "asked" },
  { judge: isStillWanted, hotfix: "asked" },
];

function namedIn(config: unknown, name: FindingName): FindingName | null {
  return config === undefined ? null : name;
}

function isAsked({ hotfix, rollback = false }: Gate, subject: GateSubject): boolean {
  switch (classOf(subject)) {
    case "rollback":
      return rollback;
    case "normal":
      return true;
    case "hotfix":
      if (hotfix === "asked" || hotfix === "not-asked") return hotfix === "asked";
      // A plan of an earlier Waybill does not name every gate.
      return { ...USUAL_HOTFIX_GATES, ...subject.plan.environment.hotfix }[hotfix] === "keep";
  }
}

/** What has to be found out for a promotion right before it begins. */
export function findingsFor(subject: GateSubject): readonly FindingName[] {
  return GATES.flatMap((gate) => (isAsked(gate, subject) ? (gate.finds?.(subject) ?? []) : []));
}

/** The gates that the config names and that a promotion is asked by, as people know them. */
export function namedGates(subject: GateSubject): readonly (FindingName | "window")[] {
  return GATES.filter((gate) => isAsked(gate, subject)).flatMap(
    ({ finds, shows }) => finds?.(subject) ?? shows?.(subject) ?? [],
  );
}

type Wait = Extract<Verdict, { verdict: "wait" }>;

/** What the gates come to: why it is to be refused, or what it waits for; nothing where it may begin. */
export interface Judgement {
  readonly problem: Problem | null;
  readonly waits: readonly Wait[];
}

/** Asks the gates that a promotion of this class is asked by. */
export function judge(facts: GateFacts): Judgement {
  const verdicts = GATES.filter((gate) => isAsked(gate, facts.promotion)).map((gate) => gate.judge(facts));
  const waits = verdicts.filter((one) => one.verdict === "wait");
  const failed = verdicts.find((one) => one.verdict === "fail");
  // What is only being looked at says less than what is known to be missing.
  const isLooking = ({ hold }: Wait): boolean => hold.gate === "looking";
  return {
    problem: failed?.problem ?? null,
    waits: [...waits.filter((one) => !isLooking(one)), ...waits.filter(isLooking)],
  };
}

/** How a promotion is held by what it waits for; null where it waits for nothing. A hold goes on from the moment at which its first one began. */
export function heldBy({ promotion, at }: GateFacts, { waits }: Judgement): Held | null {
  const [first, ...others] = waits.map(({ hold }) => hold);
  if (first === undefined) return null;
  const isFrozen = [first, ...others].some(({ gate }) => gate === "freeze" || gate === "long-hold");
  const before = promotion.held === undefined ? null : frozenSince(promotion.held);
  return {
    since: promotion.held?.since ?? at,
    hold: first,
    ...(others.length === 0 ? {} : { also: others }),
    ...(isFrozen ? { frozenSince: before ?? at } : {}),
  };
}
