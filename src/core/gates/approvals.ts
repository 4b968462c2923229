/**
 * Gate: enough people have approved the release for the environment, and nobody who may has rejected it. Looks at the words that the environment's lane has heard, and at who of those
 * people still has the right to give them. Bound to the commit and to the environment; whoever asked for it never counts.
 */
import { approvalsOf, rejectionsOf, requesterOf, type Approval } from "../approvals.ts";
import { roleIsAtLeast, type Role } from "../config/index.ts";
import type { ApprovalsConfig } from "../config/gates-model.ts";
import type { Person, Problem, Promotion } from "../promotion.ts";
import { judgedBy } from "./findings.ts";
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

/** How those who have approved stand, by the id that never changes hands. */
export interface ApprovalsFacts {
  readonly people: readonly ApproverFacts[];
}

export interface ApproverFacts {
  readonly id: number;
  /** Whether the config lets this person's word count, by role, id or team. */
  readonly entitled: boolean;
  /** Whether a change of the release is by this person; only where the config asks for it. */
  readonly author: boolean;
}

export interface ApprovalsHold {
  readonly gate: "approvals";
  readonly wanted: number;
  /** Logins of those whose approval counts. */
  readonly given: readonly string[];
  /** Approvals that do not count, and why. */
  readonly discounted: readonly {
    readonly login: string;
    readonly why: "requester" | "not-entitled" | "author";
  }[];
  /** Whose would. */
  readonly from: Pick<ApprovalsConfig, "role" | "teams"> & { readonly users: number };
  readonly excludeAuthors: boolean;
}

/** Waits until enough people have approved. One no is enough to refuse: the right to it was looked at when it was given, as whoever says it holds up and begins nothing. */
export function enoughHaveApproved({ at, promotion, approvals }: GateFacts): Verdict {
  const config = promotion.plan.environment.gates?.approvals;
  if (config === undefined) return PASS;
  const no = rejectionsOf(approvals, promotion.cargo, at, config.expiresMs);
  if (no.length > 0) return { verdict: "fail", problem: rejected(promotion, no, config) };
  const given = approvalsOf(approvals, promotion.cargo, at, config.expiresMs);
  const others = given.filter(({ by }) => by.id !== requesterOf(promotion.cause)?.id);
  const expires = Math.min(...given.map((one) => one.at + config.expiresMs));
  const next = expires === Infinity ? {} : { next: expires };
  const hold = holdOf(config, given, others);
  if (others.length < config.count) return { verdict: "wait", hold, ...next };
  return judgedBy("approvals", promotion.findings?.approvals, ({ people }) => {
    const counted = others.filter(({ by }) => whyNot(by, people, config) === null);
    if (counted.length >= config.count) return PASS;
    const discounted = others.flatMap(({ by }) => {
      const why = whyNot(by, people, config);
      return why === null ? [] : [{ login: by.login, why }];
    });
    const seen = { ...holdOf(config, given, counted), discounted: [...hold.discounted, ...discounted] };
    return { verdict: "wait", hold: seen, ...next, look: "approvals" };
  });
}

/** Of several the one that was written last is named, and how many others there are. */
function rejected(
  { environment, cargo }: Promotion,
  no: readonly Approval[],
  { expiresMs }: ApprovalsConfig,
): Problem {
  const [last] = no.toSorted((one, other) => other.commentId - one.commentId || other.ordinal - one.ordinal);
  return {
    code: "rejected",
    detail: {
      environment,
      version: cargo.version,
      login: last?.by.login ?? null,
      reason: last?.reason ?? null,
      others: no.length - 1,
      until: Math.max(...no.map(({ at }) => at + expiresMs)),
    },
  };
}

function whyNot(
  { id }: Person,
  people: readonly ApproverFacts[],
  config: ApprovalsConfig,
): "not-entitled" | "author" | null {
  const known = people.find((one) => one.id === id);
  if (known?.entitled !== true) return "not-entitled";
  return config.excludeAuthors && known.author ? "author" : null;
}

function holdOf(
  { count, role, users, teams, excludeAuthors }: ApprovalsConfig,
  given: readonly Approval[],
  counted: readonly Approval[],
): ApprovalsHold {
  const own = given.filter((one) => !counted.includes(one));
  return {
    gate: "approvals",
    wanted: count,
    given: counted.map(({ by }) => by.login),
    discounted: own.map(({ by }) => ({ login: by.login, why: "requester" })),
    from: { role, teams, users: users.length },
    excludeAuthors,
  };
}

/** The people whose words have to be looked at; none where too few have approved for it to matter. */
export function approversOf(
  promotion: Pick<Promotion, "cargo" | "cause" | "plan">,
  approvals: readonly Approval[],
  at: number,
): readonly Person[] {
  const config = promotion.plan.environment.gates?.approvals;
  if (config === undefined) return [];
  return approvalsOf(approvals, promotion.cargo, at, config.expiresMs).map(({ by }) => by);
}

/** Those whose approvals count for a promotion, by what was found out about them. */
export function countedApprovers({ at, promotion, approvals }: GateFacts): readonly Person[] {
  const config = promotion.plan.environment.gates?.approvals;
  const finding = promotion.findings?.approvals;
  if (config === undefined || finding?.kind !== "seen") return [];
  const { people } = finding.facts;
  return approversOf(promotion, approvals, at).filter(
    (by) => by.id !== requesterOf(promotion.cause)?.id && whyNot(by, people, config) === null,
  );
}

/** Whether a person's word counts, by role, by id, or as a member of one of these teams. */
export function mayApprove(
  { role: least, users, teams }: ApprovalsConfig,
  person: Person,
  role: Role | null,
  memberOf: readonly string[],
): boolean {
  if (users.includes(person.id) || teams.some((team) => memberOf.includes(team))) return true;
  return least !== null && role !== null && roleIsAtLeast(role, least);
}
