/** What a repository is called, and where people find it: for whoever speaks of it outside of GitHub. */
import type { RepositoryIntroduction } from "../core/channels/ports.ts";
import type { LaneKey } from "../core/ports.ts";
import type { TeamTemplates } from "../core/team-templates.ts";
import { webUrl } from "./addresses.ts";
import type { GitHub } from "./client.ts";
import { patience } from "./failure.ts";
import { readTemplates } from "./templates.ts";

/** @throws RetryLaterError where GitHub says when to come back, or cannot be reached at all */
export async function introduceRepository(
  github: GitHub,
  { installation, repository }: LaneKey,
  templates: TeamTemplates | undefined,
  now: number,
): Promise<RepositoryIntroduction> {
  try {
    const client = await github.forRepository(installation, repository, true);
    const { owner, repo: name } = client;
    return { owner, name, url: webUrl(client), templates: await readTemplates(client, templates) };
  } catch (error) {
    throw patience(error, now);
  }
}
