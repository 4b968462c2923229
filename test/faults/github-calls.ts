/** The calls of a quiet road, each of which is struck by every fault. */
import { FAULTS, type FaultName } from "./github-bench.ts";
import type { CallRecord } from "../../src/sandbox/record.ts";

/** A call by its route, and how many of that route go before it. */
export interface Call {
  readonly route: string;
  readonly after: number;
}

/** The server learns these once; they are the same for everything that it does. */
const CONNECTING = [
  "POST /app/installations/{installation_id}/access_tokens",
  "GET /installation/repositories",
  "GET /app",
];

/** `GET /repos/{owner}/{repo}/issues`, as the stand-in names it. */
export function routeOf(call: CallRecord): string {
  return `${call.method} ${call.route ?? call.path}`;
}

/** What is to be struck: of each route the first calls, `connects` also those by which the server gets to know where it is. */
export function callsAmong(records: readonly CallRecord[], connects: boolean): Call[] {
  const seen = new Map<string, number>();
  return records.flatMap((call) => {
    const route = routeOf(call);
    const after = seen.get(route) ?? 0;
    seen.set(route, after + 1);
    // From the third time on it is asked for the same reason.
    if (after > 1) return [];
    return CONNECTING.includes(route) && !connects ? [] : [{ route, after }];
  });
}

/** A fault that strikes at a call: once, or each time from then on. */
export interface Blow extends Call {
  readonly kind: FaultName;
  readonly stays: boolean;
}

/** A call that only reads comes to the same whether its answer was lost on the way there or on the way back. */
const WRITES_ONLY: readonly FaultName[] = ["timeout after", "reset after"];
/** Of these, one that reads hears for good what it hears by others: a refusal, a server's trouble, no answer. */
const READS_ONCE: readonly FaultName[] = ["409", "502", "reset before"];

/** GraphQL writes by the verb by which it reads: it counts as a write. */
export function isReading(route: string): boolean {
  return route.startsWith("GET ");
}

/** Everything that is tried at a call. What stays from the second call of a route on has let the first one through: the first one tells. */
export function blowsAt(call: Call): Blow[] {
  const reads = isReading(call.route);
  return (Object.keys(FAULTS) as FaultName[]).flatMap((kind) => {
    if (reads && WRITES_ONLY.includes(kind)) return [];
    const staysToo = call.after === 0 && !(reads && READS_ONCE.includes(kind));
    return (staysToo ? [false, true] : [false]).map((stays) => ({ ...call, kind, stays }));
  });
}

/** For writes that are struck by all faults elsewhere, one of each kind: not there, refused, a limit, trouble before it is done and after it. */
export const ONE_OF_EACH_WRITE: ReadonlySet<FaultName> = new Set([
  "404",
  "422",
  "429",
  "502",
  "reset after",
  "malformed JSON",
]);
/** The same for what only reads: whoever asks may catch that something is not there, or that nothing is said. */
export const ONE_OF_EACH_READ: ReadonlySet<FaultName> = new Set(["404", "502"]);
