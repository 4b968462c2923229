/** What is said of a hotfix in the thread of its command, and the lane with it changed. */
import type { Minutes } from "./decision.ts";
import { hotfixesOf, type Hotfix } from "./hotfix-model.ts";
import { sayOnNotice, withSaid } from "./notices.ts";
import type { Problem } from "./promotion.ts";
import type { RepositoryLane } from "./repository.ts";
import type { HotfixView } from "./hotfix-views.ts";

interface HotfixWords {
  readonly what: HotfixView["what"];
  /** Tells this word from the others that are said of the hotfix. */
  readonly marker: string;
  readonly version?: string;
  readonly by?: string;
  readonly sha?: string;
  readonly problem?: Problem;
  readonly files?: readonly string[];
  /** Where it is said; the thread of the command unless another one is named. */
  readonly issue?: number;
}

/** Says something of a hotfix, once. */
export function sayOfHotfix(
  lane: RepositoryLane,
  hotfix: Hotfix,
  { what, marker, issue, ...more }: HotfixWords,
  minutes: Minutes,
): RepositoryLane {
  const { branch, base, environment, releaseBranch, asked, released, port } = hotfix;
  const name = `${branch}-${asked.commentId}-${marker}`;
  if (lane.said.includes(name)) return lane;
  const view: HotfixView = {
    template: "hotfix",
    what,
    branch,
    base: base.version,
    environment,
    releaseBranch,
    version: more.version ?? released?.version ?? null,
    by: more.by ?? asked.by.login,
    sha: more.sha ?? base.sha,
    pull: port?.number ?? null,
    files: more.files ?? [],
    problem: more.problem ?? null,
  };
  sayOnNotice(issue ?? asked.issue, name, view, minutes);
  return withSaid(lane, name);
}

/** The lane with a hotfix as it is now. */
export function withHotfix(lane: RepositoryLane, hotfix: Hotfix): RepositoryLane {
  return {
    ...lane,
    hotfixes: hotfixesOf(lane).map((one) => (one.branch === hotfix.branch ? hotfix : one)),
  };
}

/** The lane when a hotfix is over: its branch is no more than any other. */
export function withoutHotfix(lane: RepositoryLane, branch: string): RepositoryLane {
  return { ...lane, hotfixes: hotfixesOf(lane).filter((one) => one.branch !== branch) };
}
