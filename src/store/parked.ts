import { sql } from "kysely";
import type { ClaimedJob, Parking, RepositoryKey } from "../core/ports.ts";
import type { Database, Tables, Trx } from "./database.ts";
import { retryJob } from "./jobs/finish.ts";
import { literal } from "./jobs/states.ts";
import { rowsStatement } from "./rows.ts";

/** The name under which a repository's jobs are held. */
function holderName({
  installation,
  repository,
}: Pick<Tables["parked"], "installation" | "repository">): string {
  return `${installation}/${repository}`;
}

const parkingsOf = rowsStatement<Tables["parked"]>(
  { installation: "integer", repository: "integer" },
  (_columns, source) => sql<Tables["parked"]>`select parked.installation, parked.repository, parked.lost
    from ${source} join parked on parked.installation = r.installation and parked.repository = r.repository`,
);

/** Whether these repositories are parked, and for good; null for each that is not. */
export async function readParkings(
  database: Database,
  keys: readonly RepositoryKey[],
): Promise<readonly (Parking | null)[]> {
  const wanted = new Map(keys.map((key) => [holderName(key), key]));
  const rows = await parkingsOf(
    database,
    database.reader,
    [...wanted.values()].map(({ installation, repository }) => ({ installation, repository })),
  );
  const found = new Map(rows.map((row) => [holderName(row), { lost: row.lost === 1 }]));
  return keys.map((key) => found.get(holderName(key)) ?? null);
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
