/**
 * When the coming release is drawn again. The first merge after a quiet while is drawn at once; what follows on its heels waits for the end
 * of a pause and becomes one write. The draft release, which hardly anybody reads before it is published, has a longer pause.
 */
import { order, type Minutes } from "./decision.ts";
import type { NoticePlace, NoticeView } from "./release.ts";

const NOTICE_PAUSE_MS = 5_000;
const DRAFT_PAUSE_MS = 10 * 60_000;

/** When the places of one notice are drawn next, or were drawn last. Epoch milliseconds. */
export interface Draws {
  readonly serial: number;
  readonly noticeDue: number;
  readonly draftDue: number;
  /** A draft's name is its version: a changed one is drawn at once. */
  readonly draftVersion: string;
}

/** Orders the notice issue and the draft release of the coming version, and answers when they fall due. */
export function orderDraws(
  before: Draws | null,
  notice: NoticePlace,
  view: NoticeView,
  at: number,
  written: Readonly<Record<"notice" | "draft", boolean>>,
  minutes: Minutes,
): Draws {
  const { serial } = notice;
  const last = before?.serial === serial ? before : null;
  const noticeDue = nextDue(last?.noticeDue, at, NOTICE_PAUSE_MS);
  if (written.notice) orderNotice(notice, view, noticeDue - at, minutes);
  const draft = { type: "drawDraft", serial, draftReleaseId: notice.draftReleaseId, view } as const;
  const options = { serial: "notice", coalesce: true };
  const isRenamed = last !== null && last.draftVersion !== view.version;
  const draftDue = isRenamed ? at : nextDue(last?.draftDue, at, DRAFT_PAUSE_MS);
  const draws = { serial, noticeDue, draftDue, draftVersion: view.version };
  if (!written.draft) return draws;
  if (isRenamed) order(minutes, `draft-now:${serial}`, draft, options);
  // One that waits for its time takes the new view too: it must not draw the old name again.
  if (!isRenamed || last.draftDue > at)
    order(minutes, `draft:${serial}`, draft, {
      ...options,
      delayMs: isRenamed ? DRAFT_PAUSE_MS : draftDue - at,
    });
  return draws;
}

/** Orders the notice issue alone. */
export function orderNotice(notice: NoticePlace, view: NoticeView, delayMs: number, minutes: Minutes): void {
  const { serial, issue } = notice;
  order(
    minutes,
    `notice:${serial}`,
    { type: "drawNotice", serial, issue, view },
    { serial: "notice", coalesce: true, delayMs },
  );
}

/** A draft that still waits to be drawn has nothing to draw any more once its release is published: it takes this view and does nothing. */
export function settleDraft(
  { serial, draftReleaseId }: NoticePlace,
  view: NoticeView,
  minutes: Minutes,
): void {
  order(
    minutes,
    `draft:${serial}`,
    { type: "drawDraft", serial, draftReleaseId, view },
    { serial: "notice", coalesce: true },
  );
}

/** At once after a quiet while, else when the pause since the last one is over; one that waits already takes what is new along. */
function nextDue(last: number | undefined, at: number, pause: number): number {
  if (last === undefined || at >= last + pause) return at;
  // Replicas' clocks differ: nothing is ever put off by more than the pause.
  return Math.min(last > at ? last : last + pause, at + pause);
}
