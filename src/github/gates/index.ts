/**
 * What gates need to know of the world outside of their lane, looked at when it is needed. One file a finding. What cannot be found out is a finding,
 * too: the promotion waits, says so, and it is tried again.
 */
import type { FindingName, GateFindings, GateQuestion } from "../../core/gates/findings.ts";
import { RetryLaterError } from "../../core/ports.ts";
import { isBelieved, type LookContext, type Performer } from "../effects/effect.ts";
import { failureOf } from "../failure.ts";
import { seeApprovals } from "./approvals.ts";
import { seeChecks } from "./checks.ts";
import { seeExternal } from "./external.ts";
import { seeSoak } from "./soak.ts";

/** Finds out what one gate needs; throws where it cannot. */
export type Looker<Facts> = (context: LookContext, question: GateQuestion) => Promise<Facts>;

type FactsOf<Name extends FindingName> = Extract<NonNullable<GateFindings[Name]>, { kind: "seen" }>["facts"];

/** By the finding: one line each. Those that are not looked at through GitHub are not here. */
const LOOKERS: { readonly [Name in FindingName]: Looker<FactsOf<Name>> } = {
  soak: seeSoak,
  checks: seeChecks,
  approvals: seeApprovals,
  external: seeExternal,
};

/** Attempts after which what GitHub does not let be seen is said, about half a minute after the first. */
const PATIENT_ATTEMPTS = 6;

export const lookAtGates: Performer<"lookAtGates"> = async (context, effect) => {
  const { promotionId, nr, names } = effect;
  const findings = await findingsOf(context, effect, names);
  return [{ type: "GatesSeen", at: context.clock.now(), promotionId, nr, findings }];
};

/** Looks at what these gates need. @throws what is to be tried again at once, or when GitHub has said to come back */
export async function findingsOf(
  context: LookContext,
  question: GateQuestion,
  names: readonly FindingName[],
): Promise<GateFindings> {
  const findings: Record<string, unknown> = {};
  for (const name of names) {
    if (Object.hasOwn(LOOKERS, name)) findings[name] = await findingOf(context, question, name);
  }
  return findings;
}

async function findingOf(context: LookContext, question: GateQuestion, name: FindingName) {
  const at = context.clock.now();
  try {
    return { kind: "seen", at, facts: await LOOKERS[name](context, question) };
  } catch (error) {
    return { kind: "unseen", at, message: reasonOf(error, context) };
  }
}

/** @throws the error, where trying again soon may help */
function reasonOf(error: unknown, context: LookContext): string {
  const { attempt, clock } = context;
  const failure = failureOf(error, clock.now());
  if (failure.kind === "limited" || error instanceof RetryLaterError) throw error;
  const isTold = isBelieved(context, error);
  if (!isTold && attempt < PATIENT_ATTEMPTS) throw error;
  return failure.message;
}
