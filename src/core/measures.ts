/**
 * How the system performed: numbers of a team's own, asked for before a rollout, when all components are out, and when the release has been seen. They are
 * evidence in the receipt and decide nothing; what does not answer is left out, and holds up a delivery for no longer than one question takes.
 */
import type { HeaderValue } from "./config/model.ts";
import { order, type Minutes } from "./decision.ts";
import type { PromotionId } from "./ids.ts";
import type { Promotion } from "./promotion.ts";

/** One number that a service of the team's is asked for. */
export interface MeasureConfig {
  readonly name: string;
  /** What it is counted in, such as `ms`; empty for a bare number. */
  readonly unit: string;
  readonly url: string;
  /** Where the number stands in a JSON answer. */
  readonly json: string;
  readonly headers?: Readonly<Record<string, HeaderValue>>;
  readonly timeoutMs: number;
}

/** What an environment's config says of it. */
export interface MeasuresConfig {
  readonly numbers: readonly MeasureConfig[];
  /** How long after the release was seen the last numbers are taken. */
  readonly afterMs: number;
}

/** - `before` the first run · `during`: all components are out, and are about to be looked at · `after`: it was seen to run */
export type MeasurePhase = "before" | "during" | "after";

/** A number, or why there is none: fit for publishing. */
export type MeasuredValue = { readonly value: number } | { readonly missing: string };

/** The answers of one moment, in the order of the config. */
export interface Measured {
  readonly at: number;
  readonly values: readonly MeasuredValue[];
}

export type Measurements = Readonly<Partial<Record<MeasurePhase, Measured>>>;

/** What is said of one number. */
export interface MeasuredRow extends Pick<MeasureConfig, "name" | "unit"> {
  readonly before: MeasuredValue | null;
  readonly during: MeasuredValue | null;
  readonly after: MeasuredValue | null;
}

/** The event of one moment's answers. */
export interface MeasuresTaken {
  readonly type: "MeasuresTaken";
  readonly at: number;
  readonly promotionId: PromotionId;
  readonly phase: MeasurePhase;
  readonly values: readonly MeasuredValue[];
}

function configOf({ plan }: Promotion): MeasuresConfig | null {
  return plan.environment.measure ?? null;
}

/** Orders the questions of a moment, where the config has any. */
export function askMeasures(promotion: Promotion, phase: MeasurePhase, minutes: Minutes): void {
  const config = configOf(promotion);
  if (config === null) return;
  order(
    minutes,
    `measure:${promotion.id}:${phase}`,
    { type: "askMeasures", promotionId: promotion.id, phase, numbers: config.numbers },
    { delayMs: phase === "after" ? config.afterMs : 0 },
  );
}

/** Whether the last numbers are still to come: the receipt, which is never written again, waits for them. */
export function awaitsMeasures(promotion: Promotion): boolean {
  return configOf(promotion) !== null && promotion.measured?.after === undefined;
}

/** The promotion with a moment's answers; those that were taken already stay. */
export function withMeasures(promotion: Promotion, { phase, at, values }: MeasuresTaken): Promotion {
  const { measured = {} } = promotion;
  return measured[phase] === undefined
    ? { ...promotion, measured: { ...measured, [phase]: { at, values } } }
    : promotion;
}

/** No answer to any of them. */
export function noMeasures(numbers: readonly MeasureConfig[], missing: string): readonly MeasuredValue[] {
  return numbers.map(() => ({ missing }));
}

/** What an answer says: a number as JSON writes it, also within a text, as Prometheus has it. */
export function readMeasure(text: string): MeasuredValue {
  const value = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(value) ? { value } : { missing: "the answer is no number" };
}

/** A row for each number of the config; none where nothing was asked. */
function measuredRows(promotion: Promotion): readonly MeasuredRow[] {
  const { measured } = promotion;
  if (measured === undefined) return [];
  return (configOf(promotion)?.numbers ?? []).map(({ name, unit }, index) => {
    const at = (phase: MeasurePhase): MeasuredValue | null => measured[phase]?.values[index] ?? null;
    return { name, unit, before: at("before"), during: at("during"), after: at("after") };
  });
}

/** What a receipt says of it, as a field that is absent where there is nothing to say. */
export function performanceWords(promotion: Promotion): { readonly performance?: readonly MeasuredRow[] } {
  const performance = measuredRows(promotion);
  return performance.length === 0 ? {} : { performance };
}
