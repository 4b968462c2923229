/**
 * How commands are written in a repository. All of Waybill knows them as `/promote prod`; a config may want a word before them, `/waybill promote prod`, where
 * other bots of the repository have commands of the same names. The word is taken off where comments are read, and put on where text is written, by what
 * the lane knew of the config when it ordered the effect.
 */
import { newMinutes, order, type Decision } from "./decision.ts";
import type { Effect, PlannedEffect } from "./effects.ts";
import type { WaybillEvent } from "./events.ts";
import type { PlanSnapshot } from "./promotion.ts";

/** What lanes and effects keep: the word without its slash; absent where commands have none. */
export interface Spoken {
  readonly prefix?: string;
}

/** Events that only a command makes: their config has no prefix where they say none. */
const COMMANDED: ReadonlySet<WaybillEvent["type"]> = new Set<WaybillEvent["type"]>([
  "CommandsAnswered",
  "ReleaseRequested",
  "NotesAsked",
  "VersionHeld",
  "VersionLetGo",
  "HotfixRequested",
  "HotfixSettled",
  "PersonResolved",
  "PersonCancelled",
  "ReleaseApproved",
  "ReleaseRejected",
  "ApprovalWithdrawn",
  "EnvironmentFrozen",
  "EnvironmentUnfrozen",
  "EnvironmentUnpinned",
  "ReleaseUnquarantined",
]);

/** Effects that write nothing which names a command. */
const WORDLESS: ReadonlySet<Effect["type"]> = new Set<Effect["type"]>([
  "tellLane",
  "wake",
  "askVersion",
  "askMeasures",
]);

/** A command as it is written in a repository. @param text as all of Waybill knows it, `/promote prod` */
export function asSpoken(text: string, prefix: string | null | undefined): string {
  return prefix === null || prefix === undefined ? text : text.replace(/^\//, `/${prefix} `);
}

/** The event, with the word that its commands were written with. */
export function spokenWith<Event extends WaybillEvent>(event: Event, prefix: string | null): Event {
  return prefix === null ? event : { ...event, prefix };
}

/**
 * The decision, with the prefix that the lane knows by now in its state and in what it has ordered. From whichever event the repository's lane hears of
 * another one, it tells the environments, where something may wait that names commands.
 */
export function withSpoken<State extends Spoken & { readonly plans?: readonly PlanSnapshot[] }>(
  { state, effects, audit }: Decision<State>,
  event: WaybillEvent,
): Decision<State> {
  const told = toldBy(event);
  const prefix = told === undefined ? state.prefix : (told ?? undefined);
  const isSame = prefix === state.prefix;
  const all = isSame ? effects : [...effects, ...renamed(state.plans ?? [], prefix ?? null, event.at)];
  return {
    state: isSame ? state : { ...state, prefix },
    effects: prefix === undefined ? all : all.map((planned) => stamped(planned, prefix)),
    audit,
  };
}

function stamped(planned: PlannedEffect, prefix: string): PlannedEffect {
  return WORDLESS.has(planned.effect.type) ? planned : { ...planned, effect: { ...planned.effect, prefix } };
}

/** A config with another prefix: every environment hears of it, so that what waits there names its commands as they are heard now. */
export interface CommandsRenamed {
  readonly type: "CommandsRenamed";
  readonly at: number;
  /** Null: commands have none any more. */
  readonly word: string | null;
}

/** Has the environments of a repository told that commands are written otherwise from now on. */
function renamed(plans: readonly PlanSnapshot[], word: string | null, at: number): PlannedEffect[] {
  const minutes = newMinutes();
  for (const { environment } of plans)
    order(minutes, `renamed:${environment.name}:${at}`, {
      type: "tellLane",
      environment: environment.name,
      event: { type: "CommandsRenamed", at, word },
    });
  return minutes.effects;
}

/** What an event says of the config's prefix: null that there is none, undefined where it says nothing. */
function toldBy(event: WaybillEvent & Spoken): string | null | undefined {
  if (event.prefix !== undefined) return event.prefix;
  if (event.type === "CommandsRenamed") return event.word;
  const [plan] = plansIn(event);
  if (plan !== undefined) return plan.prefix ?? null;
  return COMMANDED.has(event.type) ? null : undefined;
}

function plansIn(event: WaybillEvent): readonly PlanSnapshot[] {
  if ("plans" in event) return event.plans;
  return event.type === "PromotionRequested" ? [event.request.plan] : [];
}
