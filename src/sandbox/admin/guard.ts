import type { IncomingMessage } from "node:http";
import type { World } from "../world.ts";

const LOOPBACK = new Set(["127.0.0.1", "::1", "::ffff:127.0.0.1"]);

/**
 * Whether a request may steer the stand-in: from this machine, addressed to this machine (so no other site's name
 * resolves to us), and not sent by another site's page.
 */
export function maySteer(world: World, incoming: IncomingMessage): boolean {
  const { host, origin } = incoming.headers;
  const name = (host ?? "").replace(/:\d+$/, "");
  if (!LOOPBACK.has(incoming.socket.remoteAddress ?? "")) return false;
  if (!["127.0.0.1", "localhost", "[::1]"].includes(name)) return false;
  return origin === undefined || origin === world.url || origin === `http://${host ?? ""}`;
}
