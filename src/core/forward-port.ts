/**
 * Bringing a hotfix forward: one pull request from its branch to the release branch, opened when the hotfix is released and followed until it is merged.
 * Until then no release of the release branch has the fix; environments hear what counts as having it.
 */
import { order, record, type Minutes } from "./decision.ts";
import type { ForwardPortState, HotfixEvent } from "./hotfix-events.ts";
import { registeredHotfix, type ForwardPort, type Hotfix } from "./hotfix-model.ts";
import { sayOfHotfix, withHotfix, withoutHotfix } from "./hotfix-words.ts";
import type { CommitSha } from "./ids.ts";
import type { KnownRelease } from "./release.ts";
import type { RepositoryLane } from "./repository.ts";

/** GitHub works out whether a pull request conflicts after it was asked for it; usually within seconds. */
const CONFLICT_PAUSE_MS = 5_000;
const MOST_LOOKS = 6;
/** After this time it is said once that it is still open. */
const OPEN_LONG_MS = 3 * 24 * 60 * 60_000;

type EventOf<Type> = Extract<HotfixEvent, { type: Type }>;
type Open = Extract<ForwardPortState, { state: "open" }>;
type Merged = Extract<ForwardPortState, { state: "merged" }>;

const NEW: ForwardPort = { stage: "ordered", number: null, saidConflict: false, looks: 0 };

/** Has the pull request opened. One that is open already takes the newer release along. */
export function beginForwardPort(lane: RepositoryLane, hotfix: Hotfix, minutes: Minutes): RepositoryLane {
  const { branch, base, releaseBranch, released, asked, environment } = hotfix;
  if (released === null) return lane;
  const { version, tag, sha } = released;
  order(minutes, `forward-port:${branch}:${version}`, {
    type: "openForwardPort",
    branch,
    to: releaseBranch,
    sha,
    view: { version, tag, base: base.version, branch, releaseBranch, environment, thread: asked.issue },
  });
  const port = hotfix.port?.stage === "open" ? hotfix.port : NEW;
  return withHotfix(lane, { ...hotfix, port });
}

/** The pull request was looked at. */
export function onForwardPortSeen(
  lane: RepositoryLane,
  { branch, port: seen, at }: EventOf<"ForwardPortSeen">,
  minutes: Minutes,
): RepositoryLane {
  const hotfix = registeredHotfix(lane, branch);
  if (hotfix === null || hotfix.port === null || hotfix.released === null) return lane;
  const { port, released } = hotfix;
  switch (seen.state) {
    case "open":
      return onOpen(lane, hotfix, seen, at, minutes);
    case "merged":
      return onMerged(lane, hotfix, seen, at, minutes);
    case "contained":
      record(minutes, "waybill", "hotfix.over", branch, { contained: true });
      tellPorted(lane, released, { pull: port.number, port: released.sha }, at, minutes);
      return withoutHotfix(lane, branch);
    case "closed": {
      if (port.stage === "closed") return lane;
      record(minutes, "github", "forward-port.closed", branch, { pull: seen.number });
      const closed: Hotfix = { ...hotfix, port: { ...port, number: seen.number, stage: "closed" } };
      const words = { what: "closed", marker: `closed-${at}` } as const;
      return sayOfHotfix(withHotfix(lane, closed), closed, words, minutes);
    }
    case "branch-gone":
    case "refused": {
      const failed: Hotfix = { ...hotfix, port: { ...port, stage: "closed" } };
      const problem = seen.state === "refused" ? { problem: seen.problem } : {};
      const words = { what: "not-opened", marker: `not-opened-${released.version}`, ...problem } as const;
      return sayOfHotfix(withHotfix(lane, failed), failed, words, minutes);
    }
  }
}

function onOpen(
  lane: RepositoryLane,
  hotfix: Hotfix,
  { number, conflicts, files }: Open,
  at: number,
  minutes: Minutes,
): RepositoryLane {
  const { branch, released, port: before } = hotfix;
  if (released === null || before === null) return lane;
  const isNew = before.number !== number;
  if (isNew) {
    record(minutes, "waybill", "forward-port.opened", branch, { pull: number });
    tellPorted(lane, released, { pull: number, port: null }, at, minutes);
    remindLater(branch, number, at, minutes);
  }
  const looks = conflicts === null ? before.looks + 1 : 0;
  if (conflicts === null && looks < MOST_LOOKS)
    order(
      minutes,
      `look-at-forward-port:${branch}:${number}:${at}`,
      { type: "lookAtForwardPort", branch, number },
      { delayMs: CONFLICT_PAUSE_MS * looks },
    );
  const saysConflict = conflicts === true && !before.saidConflict;
  const port: ForwardPort = {
    stage: "open",
    number,
    looks,
    saidConflict: (before.saidConflict && !isNew) || saysConflict,
  };
  const open: Hotfix = { ...hotfix, port };
  const next = withHotfix(lane, open);
  if (!saysConflict) return next;
  const words = { what: "conflicts", marker: `conflicts-${number}`, issue: number, files } as const;
  return sayOfHotfix(next, open, words, minutes);
}

/** It is merged: whatever has this commit has the fix. While another release of the branch is being made, that one is still to be brought. */
function onMerged(
  lane: RepositoryLane,
  hotfix: Hotfix,
  { number, commit }: Merged,
  at: number,
  minutes: Minutes,
): RepositoryLane {
  const { branch, released, cut } = hotfix;
  if (released === null) return lane;
  record(minutes, "github", "forward-port.merged", branch, { pull: number, commit });
  tellPorted(lane, released, { pull: number, port: commit }, at, minutes);
  const isOver = cut === null || cut.sha === released.sha;
  return isOver ? withoutHotfix(lane, branch) : withHotfix(lane, { ...hotfix, port: null });
}

function remindLater(branch: string, number: number, at: number, minutes: Minutes): void {
  const event = { type: "ForwardPortDue", at: at + OPEN_LONG_MS, branch, number } as const;
  order(minutes, `forward-port-due:${branch}:${number}`, { type: "wake", event }, { delayMs: OPEN_LONG_MS });
}

/** It has been open for long: said once. That one was closed was said at that time. */
export function onForwardPortDue(
  lane: RepositoryLane,
  { branch, number }: EventOf<"ForwardPortDue">,
  minutes: Minutes,
): RepositoryLane {
  const hotfix = registeredHotfix(lane, branch);
  if (hotfix?.port?.number !== number || hotfix.port.stage !== "open") return lane;
  return sayOfHotfix(lane, hotfix, { what: "open-long", marker: `open-long-${number}` }, minutes);
}

/** Tells every environment what counts as having a fix, besides its own commit. */
export function tellPorted(
  { plans }: RepositoryLane,
  { version, sha }: KnownRelease,
  { pull, port }: { readonly pull: number | null; readonly port: CommitSha | null },
  at: number,
  minutes: Minutes,
): void {
  for (const { environment } of plans) {
    const { name } = environment;
    order(minutes, `ported:${name}:${version}:${pull ?? "none"}:${port ?? "open"}`, {
      type: "tellLane",
      environment: name,
      event: { type: "HotfixPorted", at, environment: name, version, fix: sha, pull, port },
    });
  }
}
