/** What is said of a version that nobody promoted, for its template. */
import type { DriftView } from "../core/watch.ts";
import { durationText, timeText } from "./times.ts";

/** What `drift.hbs` shows. */
export function driftPage(view: DriftView): object {
  return {
    ...view,
    since: timeText(view.since),
    rightAt: timeText(view.rightAt),
    took: durationText(view.at - view.since),
    promote: view.release === null ? null : `/promote ${view.environment} ${view.release}`,
  };
}
