/** Waybill's calls to GitHub, counted by the stand-in's own record of them. */
import type { CallRecord } from "../src/sandbox/record.ts";
import type { Story } from "../test/support/story.ts";

/** Asked for once in minutes or hours, whatever happens: the token, the repository's name and the App's name. */
const NOT_THE_WORK = /^(POST \/app\/|GET \/app$|GET \/installation\/repositories)/;

/** How often each operation was called. */
export type Counts = ReadonlyMap<string, number>;

function isOurWork(call: CallRecord): boolean {
  return call.actor.startsWith("installation:") && !NOT_THE_WORK.test(`${call.method} ${call.route ?? ""}`);
}

/** `POST …/deployments`; of GraphQL also whether it reads or writes: `POST /graphql (mutation)`. */
function operationOf(call: CallRecord): string {
  const name = `${call.method} ${(call.route ?? call.path).replace("/repos/{owner}/{repo}", "…")}`;
  if (call.route !== "/graphql") return name;
  const { query = "" } = (call.requestBody ?? {}) as { query?: string };
  return `${name} (${query.startsWith("mutation") ? "mutation" : "query"})`;
}

/** Whether GitHub counts it as one that writes, which are paced a second apart. */
function isWrite(operation: string): boolean {
  return !operation.startsWith("GET ") && !operation.endsWith("(query)");
}

/** Whether a call of Waybill's own writes. */
export function isOurWrite(call: CallRecord): boolean {
  return isOurWork(call) && isWrite(operationOf(call));
}

/** What Waybill calls while something is done. */
export async function counted(story: Story, act: () => Promise<void>): Promise<Counts> {
  const { calls } = story.sandbox.record;
  const from = calls.length;
  await act();
  const counts = new Map<string, number>();
  for (const call of calls.slice(from).filter(isOurWork)) {
    const name = operationOf(call);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** All calls. */
export function total(counts: Counts): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

/** Of all calls those that write. */
export function writes(counts: Counts): number {
  return total(new Map([...counts].filter(([operation]) => isWrite(operation))));
}

/** Prints what was counted, against the naive count, by operation. */
export function report(name: string, counts: Counts, naive: number, goal?: string): void {
  const calls = total(counts);
  const against = `${(calls / naive).toFixed(2)} × naive (${naive})`;
  process.stdout.write(
    `${name.padEnd(52)} ${String(calls).padStart(3)} calls, ${String(writes(counts)).padStart(2)} write  ${against}${goal === undefined ? "" : `; goal: ${goal}`}\n`,
  );
  for (const [operation, count] of [...counts].toSorted(
    ([one, most], [other, more]) => more - most || (one < other ? -1 : 1),
  ))
    process.stdout.write(`    ${String(count).padStart(3)}  ${operation}\n`);
}

/** The most that fell into any such span of time. */
export function mostWithin(moments: readonly number[], spanMs: number): number {
  const within = (from: number): number =>
    moments.filter((moment) => moment >= from && moment < from + spanMs).length;
  return Math.max(0, ...moments.map(within));
}
