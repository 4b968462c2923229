/** How a probe stands, for comments. */
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
}

/** A probe of an environment and its state. */
export function probeRow({ confirmations }: ProbeState, config: ProbeConfig | undefined): ProbeRow {
  const isOnlyReached = config !== undefined && !tellsVersion(config);
  return {
    url: config?.url ?? "",
    seen: confirmations,
    wanted: config?.confirmations ?? 0,
    ...(isOnlyReached ? { reachability: true } : {}),
  };
}
