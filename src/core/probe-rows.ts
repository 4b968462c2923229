/** How a probe stands, for comments. */
import { addressesOf, goodOf, neededOf } from "./addresses.ts";
import type { ProbeConfig } from "./config/index.ts";
import type { ProbeState } from "./evidence.ts";
import { tellsVersion } from "./reachability.ts";

/** One line of what the running system is asked. */
export interface ProbeRow {
  readonly url: string;
  /** Good answers in a row, and how many are wanted. */
  readonly seen: number;
  readonly wanted: number;
  /** It tells no version, only that something answers; absent where it does. */
  readonly reachability?: true;
  /** Nobody is asked: nodes report by themselves; absent where that is not so. */
  readonly reports?: true;
  /** How many addresses it asks, how many have to say it, and how many did in the last look; absent where it asks one. */
  readonly several?: { readonly of: number; readonly needed: number; readonly good: number };
}

/** A probe of an environment and its state. */
export function probeRow({ confirmations, evidence }: ProbeState, config: ProbeConfig | undefined): ProbeRow {
  const isOnlyReached = config !== undefined && !tellsVersion(config);
  const last = evidence.at(-1);
  const good = last === undefined ? 0 : goodOf(last);
  return {
    ...(config?.urls === undefined ? {} : { several: { ...severalOf(config), good } }),
    url: config?.url ?? "",
    seen: confirmations,
    wanted: config?.confirmations ?? 0,
    ...(config?.report === undefined ? {} : { reports: true }),
    ...(isOnlyReached ? { reachability: true } : {}),
  };
}

/** How many addresses a probe asks, and how many are enough. */
export function severalOf(config: ProbeConfig): { readonly of: number; readonly needed: number } {
  return { of: addressesOf(config).length, needed: neededOf(config) };
}
