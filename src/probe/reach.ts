/** Whether an address in a config would be asked, told before anything is asked: for the check of a pull request. */
import { isIP } from "node:net";
import type { Reach } from "../core/config/addresses.ts";
import { judgeAddress, type AllowedRange } from "./addresses.ts";
import { isSocket, readSocket, readTarget } from "./target.ts";

/** By the rules of the probe. No name is resolved: whoever opens a pull request must not find out by it what a network holds. */
export function createReach(allow: readonly AllowedRange[]): Reach {
  return (url) => {
    const reading = isSocket(url) ? readSocket(url) : readTarget(url);
    // How to allow it is said by whoever asks.
    if (!reading.ok) return { kind: "barred", reason: reading.reason.replace(/;.*$/s, "") };
    const { host, port } = "socket" in reading ? reading.socket : reading.target;
    // Where private addresses are allowed at all, a name inside of the network is not doubtful by its looks.
    if (isIP(host) === 0) return { kind: allow.length > 0 ? "open" : "unknown" };
    const verdict = judgeAddress(host, port, allow);
    if (verdict.allowed) return { kind: "open" };
    return { kind: "barred", reason: `it is not a public one (${verdict.denied})` };
  };
}
