/** Whether something listens at a TCP port: a connection that is opened, and closed at once. Nothing is sent, and nothing read. */
import { connect } from "node:net";
import type { Guard } from "./exchange.ts";
import { FROM_ELSEWHERE, inTime, isPinned, pinnedLookup } from "./pinned.ts";
import { codeOf, pinAddresses, readSocket, type PinnedAddress, type Socket } from "./target.ts";

/** As `Exchanged` of `exchange.ts`, but that there is nothing to read. */
export type Connected =
  | { readonly kind: "connected"; readonly address: string }
  | { readonly kind: "unreachable"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string; readonly address?: string };

/**
 * Connects to `tcp://HOST:PORT`, guarded as an HTTP request is (`exchange.ts`). Never rejects: what goes wrong is a result.
 *
 * @param timeoutMs for resolving and connecting
 */
export async function tryConnection(url: string, timeoutMs: number, guard: Guard): Promise<Connected> {
  const reading = readSocket(url);
  if (!reading.ok) return { kind: "refused", reason: reading.reason };
  const { socket } = reading;
  return inTime(timeoutMs, async (signal): Promise<Connected> => {
    const pin = await pinAddresses(socket, guard.allow, guard.resolve);
    if (pin.kind === "unresolved") return { kind: "unreachable", reason: pin.reason };
    if (pin.kind === "refused") return pin;
    if (signal.aborted) return { kind: "unreachable", reason: "the time was up before it was connected to" };
    return open(socket, pin.addresses, signal);
  });
}

function open(
  { host, port }: Socket,
  addresses: readonly PinnedAddress[],
  signal: AbortSignal,
): Promise<Connected> {
  return new Promise((answer) => {
    const connection = connect({ host, port, lookup: pinnedLookup(addresses), autoSelectFamily: true });
    signal.addEventListener("abort", () => connection.destroy(), { once: true });
    connection.once("error", (error) => {
      answer({ kind: "unreachable", reason: `the connection failed (${codeOf(error)})` });
    });
    connection.once("connect", () => {
      const address = connection.remoteAddress ?? "";
      connection.destroy();
      answer(isPinned(address, addresses) ? { kind: "connected", address } : FROM_ELSEWHERE);
    });
  });
}
