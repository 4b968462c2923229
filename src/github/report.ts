/** Where a report belongs: GitHub tells which repository has that name now. */
import { z } from "zod";
import type { LaneEvent } from "../core/events.ts";
import type { InstallationId, RepositoryId } from "../core/ids.ts";
import type { Clock, LaneReader, RepositoryKey } from "../core/ports.ts";
import type { StoredReport } from "../core/report-in.ts";
import type { GitHub } from "./client.ts";
import { isNotFound, patience } from "./failure.ts";
import { saidTwice } from "./standing.ts";

interface ReportOptions {
  readonly github: GitHub;
  readonly lanes: LaneReader;
  readonly clock: Clock;
}

const idSchema = z.object({ id: z.int().positive() });
/** As long as a repository's name is believed elsewhere (`repositories.ts`). */
const KEPT_MS = 5 * 60_000;
const MOST_KEPT = 1_000;

/**
 * Makes what turns reports into events. One for an environment that no repository of that name has comes to nothing.
 * @throws RetryLaterError where GitHub asks for patience; any other failure of GitHub is thrown as it is, to be tried again
 */
export function createReportTranslator({ github, lanes, clock }: ReportOptions) {
  const known = new Map<string, { readonly key: RepositoryKey; readonly until: number }>();
  const keyOf = async (owner: string, repo: string): Promise<RepositoryKey | null> => {
    const name = `${owner}/${repo}`.toLowerCase();
    const found = known.get(name);
    if (found !== undefined && found.until > clock.now()) return found.key;
    const key = await readKey(github, owner, repo);
    if (known.size >= MOST_KEPT) known.clear();
    if (key !== null) known.set(name, { key, until: clock.now() + KEPT_MS });
    return key;
  };
  return async ({ owner, repo, secret, at, said }: StoredReport): Promise<LaneEvent[]> => {
    try {
      const key = await keyOf(owner, repo);
      if (key === null || !(await lanes.environments(key)).includes(said.environment)) return [];
      const { environment, component = null, version = null, sha = null, node = "" } = said;
      const what = { environment, component, secret, node, version, sha };
      return [{ lane: { ...key, environment }, event: { type: "VersionReported", at, ...what } }];
    } catch (error) {
      throw patience(error, clock.now());
    }
  };
}

/** Null where the App is not installed there, or there is no such repository. */
async function readKey(github: GitHub, owner: string, repo: string): Promise<RepositoryKey | null> {
  // https://docs.github.com/en/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app
  const installed = await saidTwice(
    () => github.app.request("GET /repos/{owner}/{repo}/installation", { owner, repo }),
    isNotFound,
  );
  if (installed === null) return null;
  const installation = idSchema.parse(installed.data).id as InstallationId;
  const octokit = await github.forInstallation(installation);
  // https://docs.github.com/en/rest/repos/repos#get-a-repository
  const found = await saidTwice(
    () => octokit.request("GET /repos/{owner}/{repo}", { owner, repo }),
    isNotFound,
  );
  return found === null ? null : { installation, repository: idSchema.parse(found.data).id as RepositoryId };
}
