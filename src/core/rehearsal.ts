/**
 * What runs here is to be what the environments before have rehearsed. How each of them delivered the release is known from the promotion that did it;
 * here the plan of this rollout is compared with it: its components, what waits for what, and the workflow files that deploy. Nothing is held up by a
 * difference: people are to know of it. Of a release that was not delivered there, or of what an earlier Waybill did not store, nothing is said.
 *
 * Not compared is what each environment has for itself: inputs, hooks, limits, probes.
 */
import { record, type Minutes } from "./decision.ts";
import { classOf, type Promotion, type StepPlan } from "./promotion.ts";
import type { SkipState } from "./skips.ts";
import { isComponent } from "./step-stage.ts";

/** One component of a rollout, as far as rollouts are compared by it. */
export interface RehearsedPart {
  readonly component: string;
  readonly needs: readonly string[];
  /** The file's name in `.github/workflows`. */
  readonly workflow: string;
  /** The id of that file's blob; absent in what an earlier Waybill has planned: then nobody knows which version it was. */
  readonly blob?: string;
  /** What it was dispatched on where that was not the release's own ref. */
  readonly ref?: string;
  /** Set where it was left as it was. */
  readonly left?: true;
}

/** How an environment before delivered this very release, when it did so last. */
export interface Rehearsal {
  readonly environment: string;
  /** In the order of its plan; never empty. */
  readonly parts: readonly RehearsedPart[];
}

/**
 * One difference. `here` is this rollout, `there` the rehearsal.
 * - `added`: only here · `missing`: only there
 * - `left`: left as it is here, and rolled out there · `not-left`: the other way round
 * - `after`: waits for `needs`, and did not there · `not-after`: the other way round
 * - `ahead`: where only so many go at a time, it goes before `of`, after which it went there
 * - `workflow`: another file deploys it · `ref`: that file, but the one on another ref; null is the release's own
 * - `version`: that file, but it is not the same
 */
export type Difference = { readonly component: string } & (
  | { readonly kind: "added" | "missing" | "left" | "not-left" }
  | { readonly kind: "after" | "not-after"; readonly needs: readonly string[] }
  | { readonly kind: "ahead"; readonly of: string }
  | { readonly kind: "workflow"; readonly here: string; readonly there: string }
  | {
      readonly kind: "ref";
      readonly workflow: string;
      readonly here: string | null;
      readonly there: string | null;
    }
  | { readonly kind: "version"; readonly workflow: string }
);

/** So many environments before are compared with: no pipeline that people can follow has more, and each is kept with the promotion. */
export const MOST_REHEARSALS = 10;
/** So many differences of one environment are written down. */
const MOST_RECORDED = 50;

/** How a promotion went, or is to go; null where it was never planned. */
export function rehearsalOf({
  environment,
  steps,
}: Pick<Promotion, "environment" | "steps">): Rehearsal | null {
  const parts = partsOf(steps);
  return parts.length === 0 ? null : { environment, parts };
}

function partsOf(steps: readonly (StepPlan & SkipState)[]): RehearsedPart[] {
  return steps
    .filter(isComponent)
    .map(({ component, needs, workflow, blob, ref, skipped }): RehearsedPart => ({
      component,
      needs,
      workflow,
      ...(blob === undefined ? {} : { blob }),
      ...(ref === undefined ? {} : { ref }),
      ...(skipped === undefined ? {} : { left: true }),
    }));
}

/** The promotion with what is to be compared with, where anything differs, or may come to: what is left as it is may be rolled out after all. */
export function withRehearsals(
  promotion: Promotion,
  rehearsals: readonly Rehearsal[] = [],
  minutes: Minutes,
): Promotion {
  const rehearsed = rehearsals.filter(
    ({ parts }) =>
      differencesFrom(promotion, parts).length > 0 ||
      [...parts, ...partsOf(promotion.steps)].some(({ left }) => left === true),
  );
  if (rehearsed.length === 0) return promotion;
  const compared = { ...promotion, rehearsed };
  for (const { environment, differences } of differencesIn(compared))
    record(minutes, "waybill", "rollout.unrehearsed", promotion.id, {
      environment,
      count: differences.length,
      differences: differences.slice(0, MOST_RECORDED),
    });
  return compared;
}

/** What differs from how each environment before delivered the release, as the rollout stands now; only those from which anything does. */
export function differencesIn(
  promotion: Promotion,
): readonly { readonly environment: string; readonly differences: readonly Difference[] }[] {
  return (promotion.rehearsed ?? [])
    .map(({ environment, parts }) => ({ environment, differences: differencesFrom(promotion, parts) }))
    .filter(({ differences }) => differences.length > 0);
}

function differencesFrom(promotion: Promotion, there: readonly RehearsedPart[]): readonly Difference[] {
  const parallel = promotion.plan.environment.rollout?.parallel ?? Infinity;
  const found = differencesBetween(partsOf(promotion.steps), there, parallel);
  // What goes back leaves as it is what does not differ from what runs here; how the release came to another environment has no bearing on that.
  return classOf(promotion) === "rollback"
    ? found.filter(({ kind }) => kind !== "left" && kind !== "not-left")
    : found;
}

/**
 * In what a rollout differs from another one of the same release.
 *
 * @param parallel how many components may be under way at a time here: with fewer than there are, the order of the config decides who goes first
 */
export function differencesBetween(
  here: readonly RehearsedPart[],
  there: readonly RehearsedPart[],
  parallel = Infinity,
): readonly Difference[] {
  const known = new Map(there.map((part) => [part.component, part]));
  const names = new Set(here.map(({ component }) => component));
  const both = here.filter(({ component }) => known.has(component));
  const order = inOrder(here, there, new Set(both.map(({ component }) => component)));
  const isInLine = order.length === 0 && parallel < here.length;
  return [
    ...here.flatMap(({ component }) => (known.has(component) ? [] : [{ kind: "added", component } as const])),
    ...there.flatMap(({ component }) =>
      names.has(component) ? [] : [{ kind: "missing", component } as const],
    ),
    ...both.flatMap((part) => inPart(part, known.get(part.component) ?? part)),
    ...order,
    ...(isInLine
      ? inLine(
          both,
          there.filter(({ component }) => names.has(component)),
        )
      : []),
  ];
}

/** What is left as it is on either side is deployed by no file there. */
function inPart(here: RehearsedPart, there: RehearsedPart): readonly Difference[] {
  const { component, workflow } = here;
  const isLeft = here.left === true;
  if (isLeft !== (there.left === true)) return [{ kind: isLeft ? "left" : "not-left", component }];
  if (isLeft) return [];
  if (workflow !== there.workflow)
    return [{ kind: "workflow", component, here: workflow, there: there.workflow }];
  if (here.ref !== there.ref)
    return [{ kind: "ref", component, workflow, here: here.ref ?? null, there: there.ref ?? null }];
  const isKnown = here.blob !== undefined && there.blob !== undefined;
  return isKnown && here.blob !== there.blob ? [{ kind: "version", component, workflow }] : [];
}

/**
 * What waits for what, among the components that both have. It counts what comes after what, and not by which needs: one that is needed besides,
 * and would have been waited for anyway, changes nothing.
 */
function inOrder(
  here: readonly RehearsedPart[],
  there: readonly RehearsedPart[],
  both: ReadonlySet<string>,
): readonly Difference[] {
  const now = needsAmong(here, both);
  const then = needsAmong(there, both);
  return [...both].flatMap((component): Difference[] => {
    const [before, beforeThen] = [allBefore(component, now), allBefore(component, then)];
    const gained = (now.get(component) ?? []).filter((need) => !beforeThen.has(need));
    const lost = (then.get(component) ?? []).filter((need) => !before.has(need));
    return [
      ...(gained.length === 0 ? [] : [{ kind: "after", component, needs: gained } as const]),
      ...(lost.length === 0 ? [] : [{ kind: "not-after", component, needs: lost } as const]),
    ];
  });
}

/** By component what it needs; in place of what is not in both, what that needs in turn. */
function needsAmong(
  parts: readonly RehearsedPart[],
  both: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const needs = new Map(parts.map((part) => [part.component, part.needs]));
  const among = (names: readonly string[], seen: Set<string>): readonly string[] =>
    names.flatMap((name) => {
      if (both.has(name)) return [name];
      if (seen.has(name)) return [];
      seen.add(name);
      return among(needs.get(name) ?? [], seen);
    });
  return new Map(
    [...both].map((component) => [component, [...new Set(among(needs.get(component) ?? [], new Set()))]]),
  );
}

/** Everything that has to be there before a component begins. */
function allBefore(component: string, needs: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    for (const need of needs.get(name) ?? []) {
      if (found.has(need)) continue;
      found.add(need);
      visit(need);
    }
  };
  visit(component);
  return found;
}

/** The first place at which two lists of the same components part; nothing where they do not. */
function inLine(here: readonly RehearsedPart[], there: readonly RehearsedPart[]): readonly Difference[] {
  const at = here.findIndex(({ component }, index) => component !== there[index]?.component);
  const [first, of] = [here[at]?.component, there[at]?.component];
  return first === undefined || of === undefined ? [] : [{ kind: "ahead", component: first, of }];
}
