import { sql } from "kysely";
import type { ClaimedJob, Parking, RepositoryKey } from "../core/ports.ts";
import type { Database, Trx } from "./database.ts";
import { retryJob } from "./jobs/finish.ts";
import { literal } from "./jobs/states.ts";
import { statement } from "./statement.ts";

/** The name under which a repository's jobs are held. */
function holderName({ installation, repository }: RepositoryKey): string {
  return `${installation}/${repository}`;
}

/** Asked for with nearly every job. */
const parkingOf = statement<RepositoryKey, { readonly lost: number }>(
  (slot) => sql`select lost from parked
    where installation = ${slot("installation")} and repository = ${slot("repository")}`,
);

/** Whether a repository is parked, and for good; null where it is not. */
export async function readParking(database: Database, key: RepositoryKey): Promise<Parking | null> {
  const { installation, repository } = key;
  const [row] = await parkingOf(database.dialect, database.reader, { installation, repository });
  return row === undefined ? null : { lost: row.lost === 1 };
}

/** Parks a repository, or with null takes it up again; either way, what was held comes up now and finds out how things stand. */
export async function setParking(
  trx: Trx,
  key: RepositoryKey,
  parking: Parking | null,
  now: number,
): Promise<void> {
  const { installation, repository } = key;
  // The row first: whoever is about to hold a job waits here for us, and then sees what we wrote.
  await (parking === null
    ? trx
        .deleteFrom("parked")
        .where("installation", "=", installation)
        .where("repository", "=", repository)
        .execute()
    : trx
        .insertInto("parked")
        .values({ installation, repository, lost: parking.lost ? 1 : 0 })
        .onConflict((conflict) =>
          conflict.columns(["installation", "repository"]).doUpdateSet({ lost: parking.lost ? 1 : 0 }),
        )
        .execute());
  if (parking !== null && !parking.lost) return;
  await trx
    .updateTable("job")
    .set({ run_at: now, held: null })
    .where("held", "=", holderName(key))
    .where("state", "=", literal("ready"))
    .execute();
}

/**
 * Puts a job back to wait until its repository is no longer parked, at the latest until `until`; it comes up at once where it is not
 * parked by now. Its attempt does not count. Throws FenceLostError if it is no longer this owner's.
 */
export async function holdJob(
  database: Database,
  trx: Trx,
  job: ClaimedJob,
  key: RepositoryKey,
  times: { readonly until: number; readonly now: number },
): Promise<void> {
  // Held against whoever takes the repository up again: that job must not be put to sleep after the others were woken.
  const parked = await trx
    .selectFrom("parked")
    .select("lost")
    .where("installation", "=", key.installation)
    .where("repository", "=", key.repository)
    .$if(database.dialect === "postgres", (query) => query.modifyEnd(sql`for share`))
    .executeTakeFirst();
  const isHeld = parked !== undefined && parked.lost === 0;
  await retryJob(database, trx, job, {
    runAt: isHeld ? times.until : times.now,
    error: "its repository is parked",
    keepAttempt: true,
    held: isHeld ? holderName(key) : null,
    now: times.now,
  });
}
