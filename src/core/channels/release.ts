/** What channels are told of releases: what the notice says aloud, and that they were made. */
import type { ExpectedDate } from "../calendar/expected.ts";
import type { Minutes } from "../decision.ts";
import type { BreakingChange, NotesModel } from "../notes/index.ts";
import type { Release } from "../release.ts";
import type { RepositoryLane, Upcoming } from "../repository.ts";
import type { ReleaseMessage } from "./message.ts";
import { orderMessage, recipientsOf } from "./telling.ts";

/** How many breaking changes a message lists. */
const BREAKING_LISTED = 20;

/** What differs from one word about the coming release to the next. */
interface Word {
  readonly event: ReleaseMessage["event"];
  /** Parts it from all else that is told of this release. */
  readonly name: string;
  readonly at: number;
  /** What breaks, where that is not all of it. */
  readonly breaking?: readonly BreakingChange[];
  readonly expected?: ExpectedDate | null;
  readonly was?: ExpectedDate | null;
}

/** Tells of the coming release. */
export function tellOfUpcoming(
  lane: Pick<RepositoryLane, "plans" | "notice">,
  { version, head, notes }: Upcoming,
  word: Word,
  minutes: Minutes,
): void {
  const about = { version, tag: null, sha: head, issue: lane.notice?.issue ?? null };
  tell(lane, about, notes.model, notes.commitCount, word, minutes);
}

/** Tells that a release was made. */
export function tellOfRelease(
  lane: Pick<RepositoryLane, "plans">,
  { version, tag, sha, hotfix }: Release,
  notes: Upcoming["notes"],
  issue: number | null,
  at: number,
  minutes: Minutes,
): void {
  const event = hotfix === undefined ? "released" : "hotfix";
  const word = { event, name: `${event}:${tag}:${sha}`, at } as const;
  tell(lane, { version, tag, sha, issue }, notes.model, notes.commitCount, word, minutes);
}

function tell(
  { plans }: Pick<RepositoryLane, "plans">,
  about: Pick<ReleaseMessage, "version" | "tag" | "sha" | "issue">,
  model: NotesModel,
  changeCount: number,
  { event, name, at, breaking = model.breaking, expected = null, was = null }: Word,
  minutes: Minutes,
): void {
  const channels = plans[0]?.channels;
  if (channels === undefined) return;
  const components = componentsOf(model);
  const message: ReleaseMessage = {
    about: "release",
    event,
    name,
    at,
    ...about,
    changeCount,
    breaking: breaking.slice(0, BREAKING_LISTED),
    more: Math.max(0, breaking.length - BREAKING_LISTED),
    components,
    expected,
    was,
  };
  orderMessage(recipientsOf(channels, { event, place: null, components }), message, minutes);
}

/** Null where a change is nobody's: then it may concern any. */
function componentsOf({ sections }: NotesModel): readonly string[] | null {
  const entries = sections.flatMap((section) => section.entries);
  const named = entries.flatMap(({ component }) => component ?? []);
  return named.length < entries.length || named.length === 0 ? null : [...new Set(named)];
}
