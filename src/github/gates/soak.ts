/** For how long the environments before have run a release: by what their lanes know, and the commit graph. */
import type { Delivered, EnvironmentLane } from "../../core/environment.ts";
import type { SoakFacts, Soaked } from "../../core/gates/soak.ts";
import type { CommitSha } from "../../core/ids.ts";
import { staysOf } from "../../core/stays.ts";
import type { RepositoryClient } from "../client.ts";
import type { LookContext } from "../effects/effect.ts";
import { isWithin } from "../history.ts";
import type { Looker } from "./index.ts";

export const seeSoak: Looker<SoakFacts> = async (context, { plan, cargo }) => {
  const { client, lanes } = context;
  const { installation, repository } = client;
  const plans = (await lanes.repository(installation, repository))?.plans ?? [];
  const environments: Soaked[] = [];
  for (const environment of plan.environment.after) {
    const lane = await lanes.environment(installation, repository, environment);
    const isMergeDriven = plans.some(
      (one) => one.environment.name === environment && one.environment.promote === "merge",
    );
    environments.push({ environment, ...(await soakedIn(context, lane, cargo.sha, isMergeDriven)) });
  }
  return { environments };
};

async function soakedIn(
  { client }: LookContext,
  lane: EnvironmentLane | null,
  sha: CommitSha,
  isMergeDriven: boolean,
): Promise<Omit<Soaked, "environment">> {
  if (lane === null) return { since: null, longestMs: 0 };
  const first = isMergeDriven ? await firstThatCarries(client, sha, lane.delivered) : 0;
  const carries = (one: Delivered): boolean =>
    isMergeDriven ? lane.delivered.indexOf(one) >= first : one.sha === sha;
  const stays = staysOf(lane, carries, isMergeDriven);
  const ended = stays.flatMap(({ from, until }) => (until === null ? [] : [until - from]));
  return { since: stays.find(({ until }) => until === null)?.from ?? null, longestMs: Math.max(0, ...ended) };
}

/**
 * The place of the first build that carries a commit. Builds follow the branch, so that what comes after one that carries it does, too: a few
 * comparisons find it among many. Where the branch was rewritten in between, the newest build decides.
 */
async function firstThatCarries(
  client: RepositoryClient,
  sha: CommitSha,
  delivered: readonly Delivered[],
): Promise<number> {
  let lacking = -1;
  let carrying = delivered.length;
  for (
    let at = delivered.length - 1;
    at > lacking && at < carrying;
    at = Math.floor((lacking + carrying) / 2)
  ) {
    const build = delivered[at];
    if (build !== undefined && (await isWithin(client, sha, build.sha))) carrying = at;
    else lacking = at;
  }
  return carrying;
}
