/**
 * The incident that a rollback is: one issue with what happened when, from the delivery of the bad version to the end of the pin. It is edited as it goes
 * on, and closed by people.
 */
import { order, record, type Minutes } from "../decision.ts";
import type { Delivered, EnvironmentLane } from "../environment.ts";
import type { EnvironmentEvent } from "../events.ts";
import type { PromotionId } from "../ids.ts";
import { classOf, type PlanSnapshot, type Promotion } from "../promotion.ts";

/** At most one edit of an issue in this time (EXPERIENCE.md). */
const EDIT_PAUSE_MS = 5_000;
/** More happens in no incident; of a longer one the beginning is kept, and what was last. */
const ENTRIES_KEPT = 60;
const FIRST_KEPT = 5;

/** Something that happened, as data: the sentences are in `templates/incident.hbs`. Times are epoch milliseconds. */
export type IncidentEntry =
  /** What was bad came; `by` null where it went by itself. */
  | { readonly kind: "came"; readonly at: number; readonly version: string; readonly by: string | null }
  /** Its rollout was left half done. */
  | { readonly kind: "half-done"; readonly at: number; readonly version: string }
  | {
      readonly kind: "asked";
      readonly at: number;
      readonly version: string;
      /** Null where Waybill goes back by itself. */
      readonly by: string | null;
      readonly reason: string | null;
      /** Where it was asked for; null for nowhere. */
      readonly on: number | null;
    }
  | { readonly kind: "back"; readonly at: number; readonly version: string }
  | {
      readonly kind: "not-back";
      readonly at: number;
      readonly version: string;
      readonly why: "failed" | "cancelled" | "refused" | "overtaken";
    }
  /** The pin is lifted: by a person (`by`), or by the delivery of another version. */
  | {
      readonly kind: "lifted";
      readonly at: number;
      readonly by: string | null;
      readonly version: string | null;
    };

/** What a lane keeps of its open incident. */
export interface Incident {
  /** The first rollback of it: by this its issue is found. */
  readonly id: PromotionId;
  /** Null as long as nobody has heard of its issue. */
  readonly issue: number | null;
  /** The repository takes no issues: it is told in the comments alone. */
  readonly untold?: true;
  /** The version that was gone back from first. */
  readonly from: string;
  readonly entries: readonly IncidentEntry[];
}

/** What the issue shows. */
export interface IncidentView {
  readonly environment: string;
  readonly from: string;
  /** What was gone back to last. */
  readonly to: string;
  /** In quarantine now; empty once the pin is lifted. */
  readonly bad: readonly string[];
  readonly entries: readonly IncidentEntry[];
}

type Drawn = Extract<EnvironmentEvent, { type: "IncidentDrawn" }>;
type GivenUp = Extract<EnvironmentEvent, { type: "EffectGivenUp" }>;

/** Whether an environment's rollbacks open issues. */
function opensIncident({ environment, last }: PlanSnapshot): boolean {
  return environment.rollback?.incident ?? last;
}

/** The lane after a decision, with what that has added to its incident; and the issue as it is to be now. */
export function withIncident(
  before: EnvironmentLane,
  after: EnvironmentLane,
  at: number,
  minutes: Minutes,
): EnvironmentLane {
  const known = after.incident ?? null;
  const asked = askedIn(before, after);
  const begun = known ?? (asked === null ? null : begin(asked, after));
  if (begun === null) return after;
  const lift = liftIn(before, after, at);
  const news = [...(asked === null ? [] : [askedEntry(asked)]), ...after.ended.flatMap(endEntry), ...lift];
  const incident: Incident = { ...begun, entries: kept([...begun.entries, ...news]) };
  const environment = asked?.environment ?? after.pin?.environment ?? before.pin?.environment;
  if (news.length > 0 && environment !== undefined)
    draw(incident, environment, after, known === null ? 0 : EDIT_PAUSE_MS, minutes);
  return { ...after, incident: (after.pin ?? null) === null ? null : incident };
}

/** The rollback that was accepted in this decision, where its environment keeps incidents. */
function askedIn(before: EnvironmentLane, after: EnvironmentLane): Promotion | null {
  const id = after.pin?.promotionId;
  if (id === undefined || id === before.pin?.promotionId) return null;
  const open = [after.active ?? [], after.waiting, after.ended].flat();
  // A pin that is there again after a rollback was cancelled is none that was asked for now.
  const found = open.find((one) => one.id === id) ?? null;
  return found !== null && opensIncident(found.plan) ? found : null;
}

function begin({ id, cargo }: Promotion, { pin, delivered, disturbed }: EnvironmentLane): Incident {
  const bad = pin?.bad ?? [];
  const came = bad.flatMap(({ sha }) => delivered.findLast((one) => one.sha === sha) ?? []).map(cameEntry);
  const isHalfDone = bad.some(({ sha }) => sha === disturbed?.sha);
  const halfDone: IncidentEntry[] =
    isHalfDone && disturbed ? [{ kind: "half-done", at: disturbed.at, version: disturbed.version }] : [];
  const entries = [...came, ...halfDone].toSorted((one, other) => one.at - other.at);
  return { id, issue: null, from: bad.at(-1)?.version ?? cargo.version, entries };
}

function cameEntry({ at, version, by }: Delivered): IncidentEntry {
  return { kind: "came", at, version, by: by ?? null };
}

function askedEntry({ cargo, cause, requestedAt, rollback, reportOn }: Promotion): IncidentEntry {
  return {
    kind: "asked",
    at: requestedAt,
    version: cargo.version,
    by: cause.kind === "command" ? cause.by.login : null,
    reason: rollback?.reason ?? null,
    on: reportOn,
  };
}

function endEntry(promotion: Promotion): IncidentEntry[] {
  if (classOf(promotion) !== "rollback") return [];
  const { stage, problem, cargo, finishedAt, requestedAt } = promotion;
  const ended = { at: finishedAt ?? requestedAt, version: cargo.version };
  if (stage === "delivered") return [{ kind: "back", ...ended }];
  if (problem?.code === "rollback-overtaken") return [{ kind: "not-back", ...ended, why: "overtaken" }];
  const why = stage === "cancelled" || stage === "failed" ? stage : "refused";
  return [{ kind: "not-back", ...ended, why }];
}

function liftIn(before: EnvironmentLane, after: EnvironmentLane, at: number): IncidentEntry[] {
  const isLifted = (before.pin ?? null) !== null && (after.pin ?? null) === null;
  if (!isLifted) return [];
  const delivered = after.ended.find((one) => one.stage === "delivered" && classOf(one) !== "rollback");
  const isByPerson = delivered === undefined && after.unpinned !== before.unpinned;
  const by = isByPerson ? (after.unpinned?.by ?? null) : null;
  return [{ kind: "lifted", at, by, version: delivered?.cargo.version ?? null }];
}

function kept(entries: readonly IncidentEntry[]): readonly IncidentEntry[] {
  if (entries.length <= ENTRIES_KEPT) return entries;
  return [...entries.slice(0, FIRST_KEPT), ...entries.slice(FIRST_KEPT - ENTRIES_KEPT)];
}

function draw(
  { id, issue, untold, from, entries }: Incident,
  environment: string,
  { pin, untold: unheard }: EnvironmentLane,
  delayMs: number,
  minutes: Minutes,
): void {
  if (untold === true || unheard !== null) return;
  const to = entries.findLast(({ kind }) => kind === "asked");
  const view: IncidentView = {
    environment,
    from,
    to: to?.kind === "asked" ? to.version : from,
    bad: (pin?.bad ?? []).map(({ version }) => version),
    entries,
  };
  order(
    minutes,
    `incident:${id}`,
    { type: "drawIncident", incident: id, issue, view },
    { delayMs, serial: `incident:${id}`, coalesce: true },
  );
}

/** Where the issue stands; null where the repository takes none. */
export function onIncidentDrawn(lane: EnvironmentLane, { incident: id, issue }: Drawn): EnvironmentLane {
  const { incident } = lane;
  if (incident?.id !== id) return lane;
  return { ...lane, incident: issue === null ? { ...incident, untold: true } : { ...incident, issue } };
}

/** GitHub did not take it, however often it was tried; whatever happens next is tried again with it. */
export function onIncidentGivenUp(
  lane: EnvironmentLane,
  { effect }: GivenUp,
  minutes: Minutes,
): EnvironmentLane {
  record(minutes, "waybill", "effect.given-up", lane.incident?.id ?? effect, { effect });
  return lane;
}
