/**
 * `/hotfix` in the repository's lane: the branch is asked for, made, or given up. What is merged into it is released in `hotfix-release.ts`, and
 * brought to the release branch in `forward-port.ts`.
 */
import { nameOf } from "./commands/command.ts";
import { lateAfterParking } from "./commands/late.ts";
import { order, record, type Minutes } from "./decision.ts";
import { onForwardPortDue, onForwardPortSeen, tellPorted } from "./forward-port.ts";
import type { HotfixEvent } from "./hotfix-events.ts";
import {
  HOTFIX_LETTER,
  hotfixesOf,
  registeredHotfix,
  type Hotfix,
  type HotfixWord,
  type WantedHotfix,
} from "./hotfix-model.ts";
import { onHotfixMoved } from "./hotfix-release.ts";
import { sayOfHotfix, withHotfix, withoutHotfix } from "./hotfix-words.ts";
import { withSaid } from "./notices.ts";
import type { Problem } from "./promotion.ts";
import type { RepositoryLane } from "./repository.ts";
import { refuseInWords } from "./telling.ts";

/** More of them at a time are a mistake, or an attack. */
const MOST_HOTFIXES = 20;
/** By then every attempt at a branch has come to its end; what was dropped meanwhile must not stand in the way for ever. */
const ORDER_COUNTS_MS = 24 * 60 * 60_000;

type EventOf<Type> = Extract<HotfixEvent, { type: Type }>;

/** What has happened to a hotfix of the repository. */
export function onHotfixEvent(lane: RepositoryLane, event: HotfixEvent, minutes: Minutes): RepositoryLane {
  switch (event.type) {
    case "HotfixRequested":
      return onRequested(lane, event, minutes);
    case "HotfixOpened":
      return onOpened(lane, event, minutes);
    case "HotfixRefused":
      return onRefused(lane, event, minutes);
    case "HotfixMoved":
      return onHotfixMoved(lane, event, minutes);
    case "ForwardPortSeen":
      return onForwardPortSeen(lane, event, minutes);
    case "ForwardPortDue":
      return onForwardPortDue(lane, event, minutes);
    case "HotfixSettled":
      return onSettled(lane, event, minutes);
  }
}

/** A person asks for a hotfix. The comment is the key: heard again, it is decided already. */
function onRequested(
  lane: RepositoryLane,
  { hotfix, at }: EventOf<"HotfixRequested">,
  minutes: Minutes,
): RepositoryLane {
  const { asked, branch, base, environment } = hotfix;
  const name = nameOf(HOTFIX_LETTER, asked);
  if (lane.said.includes(name)) return lane;
  react(asked, "eyes", minutes);
  const known = withSaid(lane, name);
  const others = hotfixesOf(lane).filter((one) => one.stage === "open" || at - one.at < ORDER_COUNTS_MS);
  const problem = objectionTo(hotfix, others);
  if (problem !== null) {
    refuse(asked, problem, minutes);
    return known;
  }
  record(minutes, `user:${asked.by.id}`, "hotfix.requested", branch, {
    environment,
    base: base.version,
    sha: base.sha,
  });
  order(minutes, `hotfix:${name}`, { type: "openHotfix", hotfix });
  const ordered: Hotfix = {
    ...hotfix,
    stage: "ordered",
    at,
    head: null,
    cut: null,
    released: null,
    port: null,
  };
  return { ...known, hotfixes: [...others.filter((one) => one.branch !== branch), ordered] };
}

/** One hotfix of a release at a time: a second one is another pull request to the same branch. */
function objectionTo({ base, branch }: WantedHotfix, others: readonly Hotfix[]): Problem | null {
  const twin = others.find((one) => one.base.tag === base.tag || one.branch === branch);
  if (twin !== undefined)
    return {
      code: "hotfix-under-way",
      detail: {
        branch: twin.branch,
        base: twin.base.version,
        by: twin.asked.by.login,
        environment: twin.environment,
      },
    };
  if (others.length < MOST_HOTFIXES) return null;
  return { code: "hotfix-under-way", detail: { branch: others[0]?.branch ?? branch, many: MOST_HOTFIXES } };
}

function onOpened(
  lane: RepositoryLane,
  { branch, at }: EventOf<"HotfixOpened">,
  minutes: Minutes,
): RepositoryLane {
  const ordered = orderedHotfix(lane, branch);
  if (ordered === null) return lane;
  const { asked, base, environment } = ordered;
  record(minutes, "waybill", "hotfix.opened", branch, { environment, base: base.version, sha: base.sha });
  react(asked, "rocket", minutes);
  const opened: Hotfix = { ...ordered, stage: "open", at, head: base.sha };
  return sayOfHotfix(withHotfix(lane, opened), opened, { what: "opened", marker: "opened" }, minutes);
}

function onRefused(
  lane: RepositoryLane,
  { branch, problem }: EventOf<"HotfixRefused">,
  minutes: Minutes,
): RepositoryLane {
  const ordered = orderedHotfix(lane, branch);
  if (ordered === null) return lane;
  refuse(ordered.asked, problem, minutes);
  return withoutHotfix(lane, branch);
}

function orderedHotfix(lane: RepositoryLane, branch: string): Hotfix | null {
  return hotfixesOf(lane).find((one) => one.branch === branch && one.stage === "ordered") ?? null;
}

/** A person's word that the release branch has all that it needs of the fix: from its commit of now on, it counts as having it. */
function onSettled(
  lane: RepositoryLane,
  { branch, word, tip, at }: EventOf<"HotfixSettled">,
  minutes: Minutes,
): RepositoryLane {
  const name = nameOf(HOTFIX_LETTER, word);
  const hotfix = registeredHotfix(lane, branch);
  if (lane.said.includes(name)) return lane;
  react(word, "eyes", minutes);
  const known = withSaid(lane, name);
  if (hotfix === null || hotfix.released === null) {
    refuse(word, { code: "no-such-hotfix", detail: { written: branch, known: null } }, minutes);
    return known;
  }
  record(minutes, `user:${word.by.id}`, "hotfix.settled", branch, { tip });
  react(word, "rocket", minutes);
  tellPorted(lane, hotfix.released, { pull: hotfix.port?.number ?? null, port: tip }, at, minutes);
  const words = {
    what: "settled",
    marker: "settled",
    by: word.by.login,
    sha: tip,
    issue: word.issue,
  } as const;
  return sayOfHotfix(withoutHotfix(known, branch), hotfix, words, minutes);
}

/**
 * The repository may be acted in again: a branch that a person asked for long before, and that was held meanwhile, is not made now. The order that
 * waits is given another sense; where it has been carried out, the branch stands and counts.
 */
export function refuseLateHotfixes(
  lane: RepositoryLane,
  parked: { readonly since: number; readonly at: number },
  minutes: Minutes,
): void {
  for (const { stage, at, head: _head, cut: _cut, released: _released, port: _port, ...hotfix } of hotfixesOf(
    lane,
  )) {
    const late = stage === "ordered" ? lateAfterParking(hotfix.asked.text, at, parked) : null;
    if (late === null) continue;
    const id = `hotfix:${nameOf(HOTFIX_LETTER, hotfix.asked)}`;
    order(minutes, id, { type: "openHotfix", hotfix, late }, { coalesce: true });
  }
}

function react({ commentId }: HotfixWord, content: "eyes" | "rocket" | "-1", minutes: Minutes): void {
  const name = content === "eyes" ? "eyes" : "end";
  order(minutes, `react:${commentId}:${name}`, { type: "react", commentId, content });
}

function refuse(word: HotfixWord, problem: Problem, minutes: Minutes): void {
  const { by, commentId, issue, text } = word;
  record(minutes, `user:${by.id}`, "command.refused", String(commentId), {
    command: text,
    code: problem.code,
  });
  react(word, "-1", minutes);
  refuseInWords({ name: nameOf(HOTFIX_LETTER, word), issue, by, command: text }, problem, minutes);
}
