/** What was announced of a release, kept when it is tagged, so that its receipts can say what came of that. */
import { expectedUntil, type ExpectedDate } from "../calendar/expected.ts";
import type { NotesModel } from "../notes/index.ts";
import type { NotesSnapshot } from "../release.ts";
import { instant, type AnnouncedReceipt, type DeliveryReceipt } from "./receipt.ts";

/** So many changes are named of each kind; the counts are of all. */
const NAMED = 50;

/** The notice as it last stood against the release that was tagged. Plain data: it is stored with the release. */
export interface ReleaseAnnouncement {
  /** The version that was announced. */
  readonly version: string;
  readonly expected: ExpectedDate | null;
  /** How many changes the notice showed. */
  readonly changes: number;
  /** Commits of changes that the release has and the notice had not; at most 50 of so many. */
  readonly added: { readonly count: number; readonly commits: readonly string[] };
  /** Commits of changes that the notice had and the release has not. */
  readonly dropped: { readonly count: number; readonly commits: readonly string[] };
}

/** What the notice said last. */
interface Announced {
  readonly version: string;
  readonly notes: NotesSnapshot;
  readonly expected: ExpectedDate | null;
}

/** Compares what was announced with what was tagged. */
export function announcementOf(announced: Announced, released: NotesSnapshot): ReleaseAnnouncement {
  const before = commitsOf(announced.notes.model);
  const now = commitsOf(released.model);
  return {
    version: announced.version,
    expected: announced.expected,
    changes: before.size,
    added: listed([...now].filter((sha) => !before.has(sha))),
    dropped: listed([...before].filter((sha) => !now.has(sha))),
  };
}

/** The receipt, with what was announced of its release. */
export function withAnnouncement(
  receipt: DeliveryReceipt,
  announcement: ReleaseAnnouncement | undefined,
): DeliveryReceipt {
  if (announcement === undefined) return receipt;
  const { expected, ...rest } = announcement;
  const until = expected === null ? null : instant(expectedUntil(expected));
  const announced: AnnouncedReceipt = {
    ...rest,
    expected: until,
    late: until === null ? null : receipt.when.finished > until,
  };
  return { ...receipt, announced };
}

function listed(commits: readonly string[]): ReleaseAnnouncement["added"] {
  return { count: commits.length, commits: commits.slice(0, NAMED) };
}

function commitsOf({ sections, breaking }: NotesModel): Set<string> {
  const all = [...sections.flatMap(({ entries }) => entries), ...breaking];
  return new Set(all.map(({ sha }) => sha));
}
