/** What every guarded connection has: addresses that were judged, and a time after which nobody waits for it any more. */
import type { LookupFunction } from "node:net";
import type { PinnedAddress } from "./target.ts";

/** Answers a socket that asks for an address with those that were judged, whatever the name means by now. */
export function pinnedLookup(addresses: readonly PinnedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all === true || first === undefined) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

/** Whether a connection goes to one of the addresses that were judged. */
export function isPinned(address: string, pinned: readonly PinnedAddress[]): boolean {
  return pinned.some((pin) => pin.address === address || `::ffff:${pin.address}` === address);
}

// The pin rests on Node asking our `lookup`; should that ever change, no answer counts rather than a wrong one.
export const FROM_ELSEWHERE = {
  kind: "unreachable",
  reason: "the answer came from another address than the one judged",
} as const;

/** No answer in time. */
interface Late {
  readonly kind: "unreachable";
  readonly reason: string;
}

/** What `work` comes to, or that it was too late after `timeoutMs`. Its signal is aborted either way: whatever still hangs on a connection ends then. */
export async function inTime<Found>(
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<Found>,
): Promise<Found | Late> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  try {
    return await Promise.race([work(deadline.signal), whenAborted(deadline.signal, timeoutMs)]);
  } finally {
    clearTimeout(timer);
    deadline.abort();
  }
}

function whenAborted(signal: AbortSignal, timeoutMs: number): Promise<Late> {
  return new Promise((answer) => {
    const reason = `there was no whole answer within ${timeoutMs} ms`;
    signal.addEventListener("abort", () => answer({ kind: "unreachable", reason }), { once: true });
  });
}
