/** The snapshots of a config that promotions keep: one for each environment. */
import { environmentsAfter, lastEnvironments, type Config } from "./config/index.ts";
import type { GitHubChannel } from "./config/github.ts";
import type { CommitSha } from "./ids.ts";
import type { PlanSnapshot } from "./promotion.ts";

/** One plan for each environment of the config, in its order. `branch` is the branch that releases come from. */
export function plansOf(config: Config, configSha: CommitSha, branch: string): PlanSnapshot[] {
  const ends = lastEnvironments(config).map((environment) => environment.name);
  return config.environments.map((environment) => ({
    configSha,
    environment,
    components: config.components,
    last: ends.includes(environment.name),
    next: environmentsAfter(config, environment.name)
      .filter((after) => after.promote === "manual")
      .map((after) => after.name),
    branch,
    onDefaultBranch: config.release.branch === null,
    tagPattern: config.release.tag,
    releaseOn: config.release.on,
    ...(config.silent === undefined ? {} : { silent: config.silent }),
    ...(config.receiptAsset === undefined ? {} : { receiptAsset: config.receiptAsset }),
    ...authorsIn(config, environment.name, ends),
    ...(config.prefix === undefined ? {} : { prefix: config.prefix }),
    ...(config.release.expected === undefined ? {} : { expected: config.release.expected }),
    ...(config.release.earlyAccess === undefined ? {} : { earlyAccess: config.release.earlyAccess }),
    ...(config.release.changelog === undefined ? {} : { changelog: config.release.changelog }),
    ...(config.channels === undefined ? {} : { channels: config.channels }),
    ...(config.release.assets === undefined ? {} : { assets: config.release.assets }),
  }));
}

/** How authors are told in one environment, where the config says something of it. */
function authorsIn(
  { tellsAuthors }: Config,
  environment: string,
  ends: readonly string[],
): Pick<PlanSnapshot, "authors"> {
  if (tellsAuthors === undefined) return {};
  const { environments, issues, labels } = tellsAuthors;
  return { authors: (environments ?? ends).includes(environment) ? { issues, labels } : null };
}

/** How the authors of what arrives are told; null where they are not. */
export function authorsToldBy({ authors, last }: Pick<PlanSnapshot, "authors" | "last">) {
  return authors === undefined ? (last ? { issues: false, labels: false } : null) : authors;
}

/** Whether something is to be written on GitHub. */
export function isWritten(plan: Pick<PlanSnapshot, "silent"> | undefined, channel: GitHubChannel): boolean {
  return plan?.silent?.includes(channel) !== true;
}
