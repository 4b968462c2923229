/**
 * What only some configs need: to know who is in an organisation's teams, where an environment's gates count their approvals. Nobody else has to
 * grant it, so it is looked for only where a config asks for it.
 */
import { z } from "zod";
import { type Check, counted, listed, ok, unknown, warning } from "./check.ts";
import type { App } from "./connection.ts";
import type { GitHubAsked } from "./github.ts";
import { OPTIONAL_PERMISSIONS } from "./manifest.ts";
import { storedGates } from "./stored-gates.ts";

const grantedSchema = z.object({ html_url: z.string(), permissions: z.record(z.string(), z.string()) });
const gatesSchema = z.object({ approvals: z.object({ teams: z.array(z.string()) }).optional() });

const WANTED = Object.entries(OPTIONAL_PERMISSIONS).map(([name, level]) => `${name}: ${level}`);

/** Checks `teams`; nothing where no config counts approvals of teams. */
export async function checkTeams(
  github: GitHubAsked,
  app: App,
  databaseUrl: string,
  cwd: string,
): Promise<Check[]> {
  const asking = await installationsThatAsk(databaseUrl, cwd);
  if (asking.length === 0) return [];
  const what = `${counted(asking.length, "installation has", "installations have")} a config that counts approvals of teams`;
  if (app.permissions["members"] === undefined) {
    const mend = `Grant it on the App's settings page, then accept it for ${listed(asking.map(String))}.`;
    return [warning("teams", `${what}, but the App lacks ${listed(WANTED)}.`, mend)];
  }
  const lacking: string[] = [];
  for (const id of asking) {
    const answer = await github.ask("GET", `/app/installations/${id}`);
    const read = grantedSchema.safeParse("failed" in answer ? null : answer.body);
    if (!read.success) return [unknown("teams", `GitHub did not show installation ${id}.`)];
    if (read.data.permissions["members"] === undefined) lacking.push(read.data.html_url);
  }
  if (lacking.length === 0) return [ok("teams", `${what}, and Waybill may read who is in them.`)];
  const found = `${what}, but ${listed(WANTED)} is not accepted everywhere.`;
  return [
    warning("teams", found, `Its owner has to accept the App's new permissions on ${listed(lacking)}.`),
  ];
}

/** The ids of installations in whose repositories an environment's gates name teams. */
async function installationsThatAsk(databaseUrl: string, cwd: string): Promise<readonly number[]> {
  const stored = await storedGates(databaseUrl, cwd, '"teams":["', gatesSchema);
  const asking = stored.filter(({ gates }) =>
    gates.some(({ approvals }) => (approvals?.teams ?? []).length > 0),
  );
  return [...new Set(asking.map(({ installation }) => installation))];
}
