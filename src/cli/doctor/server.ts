/** The server on this machine, asked for its health. */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import { json } from "node:stream/consumers";
import { z } from "zod";
import { type Check, codeOf, ok, problem, unknown, warning } from "./check.ts";

const LIMIT_MS = 5_000;
const statusSchema = z.object({ status: z.string().max(40) });
/** Addresses that mean "all of this machine's": it is asked on loopback. */
const EVERYWHERE: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

/** Checks `server`. @param host and port: where it is set to listen */
export async function checkServer({ host, port }: { host: string; port: number }): Promise<Check> {
  if (port === 0) return unknown("server", "PORT is 0, so only its log says where the server listens.");
  const name = EVERYWHERE[host] ?? host;
  const address = `${isIPv6(name) ? `[${name}]` : name}:${port}`;
  try {
    const alive = await statusAt(address, "/livez");
    if (alive.said !== "alive") {
      const found = `Something that is not Waybill answers at ${address} (status ${alive.status}).`;
      return problem("server", found, "Stop it, or set another PORT.");
    }
    const ready = await statusAt(address, "/readyz");
    if (ready.status === 200) return ok("server", `It runs at ${address}, and is ready.`);
    const found = `It runs at ${address}, but takes no webhooks: ${ready.said ?? ready.status}.`;
    return problem("server", found, "See its log: it is stopping, or its database does not answer.");
  } catch (error) {
    const why = codeOf(error) ?? (error instanceof Error ? error.name : "unknown error");
    return warning(
      "server",
      `Nothing answers at ${address} (${why}).`,
      "Start it with `npm start`, or run the doctor where it runs.",
    );
  }
}

/** @throws what the connection failed with, or what reading its answer did */
async function statusAt(address: string, path: string): Promise<{ status: number; said: string | null }> {
  // Not by `fetch`: that goes through the proxy, which leads away from this machine.
  const asked = get(`http://${address}${path}`, { agent: false, signal: AbortSignal.timeout(LIMIT_MS) });
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  const read = statusSchema.safeParse(await json(response).catch(() => null));
  return { status: response.statusCode ?? 0, said: read.success ? read.data.status : null };
}
