/** What comments say of an environment's database, for templates: words for times, and the command that leads on. */
import type { DatabaseWords } from "../core/database/views.ts";
import { timeText } from "./times.ts";

/** The page of `database.hbs`. `done`: it is over, and went well. */
export function databasePage({ recovery, restore }: DatabaseWords, done = false): object {
  return {
    recovery:
      recovery === undefined
        ? null
        : { ...recovery, point: recovery.point === null ? null : timeText(recovery.point) },
    restore: restore === undefined ? null : { ...restore, point: timeText(restore.point), done },
  };
}
