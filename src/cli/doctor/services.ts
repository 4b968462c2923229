/**
 * Services that a config names as gates (docs/gates.md): each of them is asked by a signed question, so without the secret to sign by none is asked, and
 * what waits for them waits for ever. Looked for only where a config names any.
 */
import { z } from "zod";
import { type Check, counted, listed, ok, unknown, warning } from "./check.ts";
import { storedGates } from "./stored-gates.ts";

const HOSTS_NAMED = 5;

const gatesSchema = z.object({ external: z.array(z.object({ url: z.string() })).optional() });

/**
 * Checks `services`; nothing where no config names any.
 *
 * @param signs whether there is a key to sign questions by; null where WAYBILL_GATE_SECRET is wrong
 */
export async function checkServices(
  signs: boolean | null,
  databaseUrl: string,
  cwd: string,
): Promise<Check[]> {
  const asked = (await askedServices(databaseUrl, cwd)).filter(({ hosts }) => hosts.length > 0);
  if (asked.length === 0) return [];
  if (signs === null) return [unknown("services", "WAYBILL_GATE_SECRET is wrong.")];
  const installations = [...new Set(asked.map(({ installation }) => String(installation)))];
  const hosts = [...new Set(asked.flatMap((one) => one.hosts))];
  const named = hosts.length > HOSTS_NAMED ? [...hosts.slice(0, HOSTS_NAMED), "others"] : hosts;
  const whose = `of installation${installations.length === 1 ? "" : "s"} ${listed(installations)}`;
  const configs = counted(asked.length, "config", "configs");
  const what = `${configs} ${whose} ${asked.length === 1 ? "has" : "have"} services asked before anything begins: ${listed(named)}`;
  if (signs) return [ok("services", `${what}. Questions to them are signed.`)];
  const found = `${what}. WAYBILL_GATE_SECRET is not set, so none of them is asked, and what waits for them goes on waiting.`;
  const mend = 'Set it to what `echo "whsec_$(openssl rand -base64 32)"` prints, here and at the services.';
  return [warning("services", found, mend)];
}

interface Asked {
  readonly installation: number;
  /** Without the path, which may be nobody else's business. */
  readonly hosts: readonly string[];
}

/** One for each repository whose lane may name services. */
async function askedServices(databaseUrl: string, cwd: string): Promise<readonly Asked[]> {
  const stored = await storedGates(databaseUrl, cwd, '"external":[', gatesSchema);
  return stored.map(({ installation, gates }) => ({
    installation,
    hosts: gates
      .flatMap(({ external = [] }) => external)
      .map(({ url }) => URL.parse(url)?.host ?? "an address that cannot be read"),
  }));
}
