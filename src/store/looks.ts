import type { InstallationId, RepositoryId } from "../core/ids.ts";
import type { LookSubject, LookTimes, StoredLook } from "../core/reconciling.ts";
import type { Database, Trx } from "./database.ts";
import { fromJson, toJson } from "./text.ts";

/** Looks that belong to no tenant stand under this number, which GitHub gives nobody. */
const NOBODY = 0;

interface TimesRow {
  readonly kind: LookSubject["kind"];
  readonly installation: number;
  readonly repository: number;
  readonly looked_at: number;
  readonly pause: number;
}

function subjectOf({ kind, installation, repository }: TimesRow): LookSubject {
  return kind === "repository"
    ? { kind, installation: installation as InstallationId, repository: repository as RepositoryId }
    : { kind };
}

function keyOf(subject: LookSubject) {
  const { kind } = subject;
  return kind === "repository"
    ? { kind, installation: subject.installation, repository: subject.repository }
    : { kind, installation: NOBODY, repository: NOBODY };
}

/** When each subject was looked at last. */
export async function readLookTimes(database: Database): Promise<LookTimes[]> {
  const rows = await database.reader
    .selectFrom("look")
    .select(["kind", "installation", "repository", "looked_at", "pause"])
    .execute();
  return rows.map((row) => ({ subject: subjectOf(row), lookedAt: row.looked_at, pauseMs: row.pause }));
}

/** The last look at a subject; null where there was none. */
export async function readLook(database: Database, subject: LookSubject): Promise<StoredLook | null> {
  const { kind, installation, repository } = keyOf(subject);
  const row = await database.reader
    .selectFrom("look")
    .select(["looked_at", "pause", "failures", "memory"])
    .where("kind", "=", kind)
    .where("installation", "=", installation)
    .where("repository", "=", repository)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { looked_at: lookedAt, pause: pauseMs, failures, memory } = row;
  return { subject, lookedAt, pauseMs, failures, memory: fromJson(memory) };
}

/** Deletes what is known of looks at a subject. */
export async function forgetLook(trx: Trx, subject: LookSubject): Promise<void> {
  const { kind, installation, repository } = keyOf(subject);
  await trx
    .deleteFrom("look")
    .where("kind", "=", kind)
    .where("installation", "=", installation)
    .where("repository", "=", repository)
    .execute();
}

/** Writes a look over the last one at its subject. */
export async function saveLook(trx: Trx, look: StoredLook): Promise<void> {
  const row = {
    looked_at: look.lookedAt,
    pause: look.pauseMs,
    failures: look.failures,
    memory: toJson(look.memory),
  };
  await trx
    .insertInto("look")
    .values({ ...keyOf(look.subject), ...row })
    .onConflict((conflict) => conflict.columns(["kind", "installation", "repository"]).doUpdateSet(row))
    .execute();
}
