/** The calls of a quiet road, each of which is struck by every fault. */
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
