/** What the stories of hotfixes are told about: production runs 1.5.0 at `a1`, and ana asks for a hotfix of it in comment 77 on issue 7. */
import type { RepositoryEvent } from "../../src/core/events.ts";
import type { ForwardPortState, HotfixFit } from "../../src/core/hotfix-events.ts";
import type { HotfixWord, WantedHotfix } from "../../src/core/hotfix-model.ts";
import type { Cut, Release } from "../../src/core/release.ts";
import { ana, NOON, notes, plansFor, sha } from "./given.ts";

export const BRANCH = "hotfix/1.5.1";
const plans = plansFor("environments:\n  staging: { promote: auto }\n  prod: {}\n");

export function word(commentId = 77, text = "/hotfix"): HotfixWord {
  const permission = { role: "maintain", users: [] } as const;
  return { by: ana, commentId, ordinal: 1, issue: 7, text, permission };
}

export function wanted(more: Partial<WantedHotfix> = {}): WantedHotfix {
  return {
    branch: BRANCH,
    base: { version: "1.5.0", tag: "v1.5.0", sha: sha("a1") },
    environment: "prod",
    releaseBranch: "main",
    asked: word(),
    ...more,
  };
}

export const asked = (more: Partial<WantedHotfix> = {}, at = NOON): RepositoryEvent => ({
  type: "HotfixRequested",
  at,
  hotfix: wanted(more),
});

export const opened: RepositoryEvent = { type: "HotfixOpened", at: NOON + 1_000, branch: BRANCH };

/** The branch was looked at: `head` null where it is gone. */
export function moved(
  head: string | null,
  more: { version?: string; fit?: HotfixFit; at?: number } = {},
): RepositoryEvent {
  const { version = "1.5.1", fit = "pure", at = NOON + 2_000 } = more;
  return {
    type: "HotfixMoved",
    at,
    branch: BRANCH,
    head: head === null ? null : sha(head),
    fit,
    version,
    plans,
  };
}

export function cutOf(version: string, head: string): Cut {
  return { version, tag: `v${version}`, sha: sha(head), branch: BRANCH, cause: { kind: "hotfix" } };
}

export const made = (version: string, head: string): RepositoryEvent => ({
  type: "TagCut",
  at: NOON + 3_000,
  cut: cutOf(version, head),
});

/** Its tag was heard of. */
export function patched(version: string, head: string, more: Partial<Release> = {}): RepositoryEvent {
  const hotfix = { branch: BRANCH, overtaken: false };
  const release: Release = {
    version,
    tag: `v${version}`,
    sha: sha(head),
    prerelease: false,
    hotfix,
    ...more,
  };
  return { type: "ReleaseTagged", at: NOON + 4_000, release, notes: notes(sha(head), 1), plans };
}

export const portSeen = (port: ForwardPortState, at = NOON + 5_000): RepositoryEvent => ({
  type: "ForwardPortSeen",
  at,
  branch: BRANCH,
  port,
});

export const open = (conflicts: boolean | null = false, files: readonly string[] = []): ForwardPortState => ({
  state: "open",
  number: 9,
  conflicts,
  files,
});

/** From the command to the release of 1.5.1 at `b1`, whose forward-port is #9. */
export const RELEASED: readonly RepositoryEvent[] = [
  asked(),
  opened,
  moved("b1"),
  made("1.5.1", "b1"),
  patched("1.5.1", "b1"),
  portSeen(open()),
];
