/**
 * The last look before anything runs: the right of the person, the commit behind the tag, the order of releases, the workflow
 * files at the ref. What was true at accept may not be true any more (PROMISES.md, threat 1).
 */
import { authorsToldBy } from "../../core/plans.ts";
import { closedIssues } from "../closing.ts";
import semver from "semver";
import type { Effect } from "../../core/effects.ts";
import type { EnvironmentEvent } from "../../core/events.ts";
import { findingsFor } from "../../core/gates/index.ts";
import { isAllowed } from "../../core/permission.ts";
import type { Problem, ShippedPull } from "../../core/promotion.ts";
import type { RepositoryClient } from "../client.ts";
import { isOnPlannedBranch, roleOf } from "../facts.ts";
import { findingsOf } from "../gates/index.ts";
import {
  commitOfTag,
  commitsBetween,
  findBase,
  firstPageOf,
  relationOf,
  releaseTags,
  withPulls,
  type FirstPage,
  type Relation,
} from "../history.ts";
import type { LookContext, Performer } from "./effect.ts";
import { fixesIn } from "./fixes.ts";
import { findMigrations, objectionOfFloor } from "./prepare-migrations.ts";
import { rehearsalsOf } from "./prepare-rehearsals.ts";
import { withCompared } from "./prepare-skips.ts";
import { planSteps } from "./prepare-steps.ts";
import { objectionOfQuarantine } from "./quarantine.ts";

type Prepare = Extract<Effect, { type: "prepareRollout" }>;
type Found = Extract<EnvironmentEvent, { type: "RolloutPrepared" | "RolloutRefused" }>;

export const prepareRollout: Performer<"prepareRollout"> = (context, effect) => lookBefore(context, effect);

/** What is found right before a rollout, as its lane hears it: what will be run, or why nothing. Changes nothing anywhere. */
export async function lookBefore(context: LookContext, effect: Prepare): Promise<readonly Found[]> {
  const { clock } = context;
  const { promotionId } = effect;
  const refused = (problem: Problem) =>
    [{ type: "RolloutRefused", at: clock.now(), promotionId, problem }] as const;
  const between = betweenOf(context, effect);
  const objection =
    (await personMayStill(context, effect)) ??
    (await cargoIsAsShown(context, effect)) ??
    (await isInOrder(context, effect, between)) ??
    (await objectionOfQuarantine(context, effect));
  if (objection !== null) return refused(objection);
  const migrations = await findMigrations(context, effect);
  const past = objectionOfFloor(migrations, effect);
  if (past !== null) return refused(past);
  const planned = await planSteps(context, effect);
  if (!planned.ok) return refused(planned.problem);
  const compared = await withCompared(context, effect, planned.steps);
  const shipped = await shippedChanges(context, effect, between);
  // A rollback may take the place of something else than what was delivered last.
  const running = effect.class === "rollback" ? null : (effect.replaces?.sha ?? null);
  const fixes = await fixesIn(context.client, { sha: effect.cargo.sha, running }, effect.fixes);
  const rehearsals = await rehearsalsOf(context, effect);
  // Last of all, so that as little time as can be lies between this look and what it lets begin.
  const wanted = findingsFor(effect);
  const findings =
    wanted.length === 0 ? null : await findingsOf(context, { ...effect, beginning: true }, wanted);
  return [
    {
      type: "RolloutPrepared",
      at: clock.now(),
      promotionId,
      steps: compared.map(({ calls: _calls, ...step }) => step),
      ...shipped,
      ...migrations,
      ...fixes,
      ...rehearsals,
      ...(findings === null ? {} : { findings }),
    },
  ];
}

/** What lies between what runs there and what is brought: read once, for the order of the two and for what is shipped. */
type Between = () => Promise<FirstPage | null>;

/** Null where only the order is asked for, which takes no commits, or there is nothing that it takes the place of. */
function betweenOf({ client }: LookContext, { cargo, cause, replaces, class: as }: Prepare): Between | null {
  if (replaces === null || as === "rollback" || cause.kind === "merge") return null;
  let page: Promise<FirstPage | null> | undefined;
  return () => (page ??= firstPageOf(client, replaces.sha, cargo.sha));
}

/** What must still hold right before a component is dispatched: the person's right, and the commit behind the tag. */
export async function objectionBeforeDispatch(
  context: LookContext,
  shown: Pick<Prepare, "cargo" | "cause" | "plan">,
): Promise<Problem | null> {
  return (await personMayStill(context, shown)) ?? tagIsAsShown(context, shown);
}

async function personMayStill(
  { client }: LookContext,
  { cause, plan }: Pick<Prepare, "cause" | "plan">,
): Promise<Problem | null> {
  if (cause.kind !== "command") return null;
  const role = await roleOf(client, cause.by);
  const { permission, name } = plan.environment;
  if (isAllowed(permission, cause.by, role)) return null;
  return {
    code: "not-allowed-any-more",
    detail: { login: cause.by.login, environment: name, needs: permission.role, role },
  };
}

/** The tag must still mean the commit that was accepted. */
async function tagIsAsShown(
  { client }: LookContext,
  { cargo }: Pick<Prepare, "cargo">,
): Promise<Problem | null> {
  if (cargo.tag === null) return null;
  const now = await commitOfTag(client, cargo.tag);
  return now === cargo.sha ? null : { code: "ref-moved", detail: { tag: cargo.tag, before: cargo.sha, now } };
}

/** The tag must still mean the commit, and the commit must be on the release branch, or be a hotfix's release. */
async function cargoIsAsShown(context: LookContext, effect: Prepare): Promise<Problem | null> {
  const { client } = context;
  const { cargo, plan } = effect;
  const moved = await tagIsAsShown(context, effect);
  if (moved !== null) return moved;
  // That it is a hotfix's was recorded when its tag was made or heard of, at this very commit; its branch may be gone by now.
  const isOfHotfix = cargo.hotfix !== undefined && cargo.tag !== null;
  if (isOfHotfix || (await isOnPlannedBranch(client, cargo.sha, plan))) return null;
  return { code: "off-branch", detail: { tag: cargo.tag ?? cargo.sha.slice(0, 12), branch: plan.branch } };
}

/**
 * An older release never lands after a newer one: by the commit graph, and only where that is silent by version (promise P3). What may have landed
 * counts like what has.
 */
async function isInOrder(
  { client }: LookContext,
  effect: Prepare,
  between: Between | null,
): Promise<Problem | null> {
  const { cargo, cause, replaces, unsure, plan } = effect;
  if (effect.class === "rollback") return null;
  for (const before of [replaces, unsure ?? null]) {
    if (
      before === null ||
      !(await isOlder(client, cargo, cause, before, before === replaces ? between : null))
    )
      continue;
    const detail = { version: cargo.version, environment: plan.environment.name, running: before.version };
    return {
      code: "older-than-delivered",
      detail: before === unsure ? { ...detail, unsure: true } : detail,
    };
  }
  return null;
}

async function isOlder(
  client: RepositoryClient,
  cargo: Prepare["cargo"],
  cause: Prepare["cause"],
  before: NonNullable<Prepare["replaces"]>,
  between: Between | null,
): Promise<boolean> {
  const found =
    between === null ? await relationOf(client, before.sha, cargo.sha) : relationIn(await between());
  // Builds of merged changes have no order by version: after a force-push or a revert a later one may be lower.
  const isLowerRelease = cause.kind !== "merge" && semver.lt(cargo.version, before.version);
  return found?.relation === "behind" || (found?.relation !== "ahead" && isLowerRelease);
}

function relationIn(page: FirstPage | null): { readonly relation: Relation } | null {
  return page === null ? null : { relation: page.data.status };
}

interface Shipped {
  readonly changeCount: number | null;
  readonly pulls: readonly ShippedPull[];
}

/** What this promotion brings that the environment lacks; on its first one, what the release itself brings. */
async function shippedChanges(
  { client }: LookContext,
  { cargo, cause, plan, replaces, class: as }: Prepare,
  between: Between | null,
): Promise<Shipped> {
  if (cause.kind === "merge") return { changeCount: null, pulls: [] };
  if (as === "rollback") {
    const back = replaces === null ? null : await relationOf(client, cargo.sha, replaces.sha);
    // What is taken back; nobody is told that a change of theirs has arrived.
    return { changeCount: back?.relation === "ahead" ? back.ahead : null, pulls: [] };
  }
  const base =
    replaces?.sha ??
    (await findBase(client, await releaseTags(client, plan.tagPattern), cargo.sha, cargo.tag ?? undefined))
      ?.sha ??
    null;
  if (base === null) return { changeCount: null, pulls: [] };
  const first = between === null ? null : await between();
  const range = await commitsBetween(client, base, cargo.sha, { first });
  const told = authorsToldBy(plan);
  if (!plan.last && told === null) return { changeCount: range.total, pulls: [] };
  const pulls = new Map<number, ShippedPull>();
  for (const { pull } of await withPulls(client, range.commits)) {
    if (pull)
      pulls.set(pull.number, {
        number: pull.number,
        title: pull.title,
        author: pull.author.login,
        bot: pull.author.bot,
      });
  }
  const closed = told?.issues === true ? await closedIssues(client, [...pulls.keys()]) : null;
  return {
    changeCount: range.total,
    pulls: [...pulls.values()]
      .toSorted((one, other) => one.number - other.number)
      .map((pull) => {
        const closes = closed?.get(pull.number);
        return closes === undefined ? pull : { ...pull, closes };
      }),
  };
}
