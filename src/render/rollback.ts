/** What comments say of rollbacks, for templates: words for times, and the commands that lead on. */
import type { IncidentEntry, IncidentView } from "../core/rollback/incident.ts";
import type { PinView, RollbackWords } from "../core/rollback/views.ts";
import type { FailureView, PromotionHead } from "../core/views.ts";
import { timeText } from "./times.ts";

/** What every comment about a promotion says of rollbacks; nothing of any other. `done`: it is over. */
export function rollbackPage({ rollback, todays, past }: RollbackWords, done = false): object {
  return {
    rollback: rollback ?? null,
    todays: todays ?? [],
    past: past === undefined ? null : { ...past, done },
  };
}

/** A rollback as a command that gives a reason, for people to fill in. */
export function reasonedRollback(environment: string, version: string | null): string {
  return ["/rollback", environment, ...(version === null ? [] : [version]), '--reason "…"'].join(" ");
}

/** The same, with the database put back before. */
export function restoringRollback(environment: string, version: unknown): string {
  return `/rollback ${environment} ${String(version)} --restore --reason "…"`;
}

/** The command that goes back from something that has failed: with a reason where it takes one. */
export function backOf({ environment, migrations }: FailureView): string {
  const takesReason = (migrations?.floor ?? null) !== null;
  return takesReason ? reasonedRollback(environment, null) : `/rollback ${environment}`;
}

/** The pin of an environment; null for none. */
export function pinPage(pin: PinView | null | undefined, environment: string): object | null {
  if (pin === null || pin === undefined) return null;
  return { ...pin, at: timeText(pin.at), count: pin.bad.length, unpin: unpinOf(environment) };
}

/** The command that lifts a pin. */
export function unpinOf(environment: string): string {
  return `/unpin ${environment}`;
}

/** The command that asks for the same once more. */
export function againOf({ rollback, environment, version }: PromotionHead): string {
  return `/${rollback === undefined ? "promote" : "rollback"} ${environment} ${version}`;
}

/** The issue of an incident. */
export function incidentPage(view: IncidentView): object {
  const { environment, bad, entries } = view;
  const pin = { bad, count: bad.length, unpin: unpinOf(environment) };
  return {
    ...view,
    pin: bad.length === 0 ? null : pin,
    entries: entries.map(entryPage),
  };
}

/** Every field that a sentence about one may name. */
function entryPage({ at, ...entry }: IncidentEntry): object {
  const all = { version: null, by: null, reason: null, on: null, why: null };
  return { ...all, ...entry, at: timeText(at) };
}
