import type { InstallationId, PromotionId, RepositoryId } from "../core/ids.ts";
import type { LaneKey, RepositoryKey, StoredLane, StoredPromotion } from "../core/ports.ts";
import type { Database, Trx } from "./database.ts";
import { fromJson, storableText, toJson } from "./text.ts";

interface PromotionRow {
  readonly id: string;
  readonly rev: number;
  readonly open: number;
  readonly data: string;
}

function storedPromotion(row: PromotionRow): StoredPromotion {
  return { id: row.id as PromotionId, rev: row.rev, open: row.open === 1, data: fromJson(row.data) };
}

function byId(a: StoredPromotion, b: StoredPromotion): number {
  // Sorted here: PostgreSQL would sort by its locale and SQLite by bytes.
  return a.id < b.id ? -1 : 1;
}

/** Creates the lane if it is new, locks it until the transaction ends, and loads it with its open promotions. */
export async function lockLane(database: Database, trx: Trx, key: LaneKey): Promise<StoredLane> {
  const environment = storableText(key.environment);
  const lane = trx
    .selectFrom("lane")
    .select(["rev", "state"])
    .where("installation", "=", key.installation)
    .where("repository", "=", key.repository)
    .where("environment", "=", environment)
    .$if(database.dialect === "postgres", (query) => query.forUpdate());
  let row = await lane.executeTakeFirst();
  if (row === undefined) {
    const { installation, repository } = key;
    await trx
      .insertInto("lane")
      .values({ installation, repository, environment, rev: 0, state: "null" })
      .onConflict((conflict) => conflict.columns(["installation", "repository", "environment"]).doNothing())
      .execute();
    row = await lane.executeTakeFirstOrThrow();
  }
  // A statement of its own, after the lock: only so does it see what the lock's last holder has written.
  const promotions = await trx
    .selectFrom("promotion")
    .select(["id", "rev", "open", "data"])
    .where("installation", "=", key.installation)
    .where("repository", "=", key.repository)
    .where("environment", "=", environment)
    .where((eb) => eb("open", "=", eb.lit(1)))
    .execute();
  return {
    rev: row.rev,
    state: fromJson(row.state),
    promotions: promotions.map(storedPromotion).sort(byId),
  };
}

/** Reads a lane and its open promotions as of one moment, without locking; null if there is none. */
export async function readLane(database: Database, key: LaneKey): Promise<StoredLane | null> {
  // One statement, so that lane and promotions are of the same moment.
  const rows = await database.reader
    .selectFrom("lane")
    .leftJoin("promotion", (join) =>
      join
        .onRef("promotion.installation", "=", "lane.installation")
        .onRef("promotion.repository", "=", "lane.repository")
        .onRef("promotion.environment", "=", "lane.environment")
        .on((eb) => eb("promotion.open", "=", eb.lit(1))),
    )
    .select(["lane.rev as laneRev", "lane.state", "promotion.id", "promotion.rev", "promotion.open"])
    .select("promotion.data")
    .where("lane.installation", "=", key.installation)
    .where("lane.repository", "=", key.repository)
    .where("lane.environment", "=", storableText(key.environment))
    .execute();
  const first = rows[0];
  if (first === undefined) return null;
  const promotions = rows.flatMap(({ id, rev, open, data }) =>
    id === null || rev === null || open === null || data === null
      ? []
      : [storedPromotion({ id, rev, open, data })],
  );
  return { rev: first.laneRev, state: fromJson(first.state), promotions: promotions.sort(byId) };
}

/** Every repository of which there is a lane, by installation and id; of one installation where it is named. */
export async function knownRepositories(
  database: Database,
  installation?: InstallationId,
): Promise<RepositoryKey[]> {
  const rows = await database.reader
    .selectFrom("lane")
    .select(["installation", "repository"])
    .$if(installation !== undefined, (query) => query.where("installation", "=", installation ?? 0))
    .distinct()
    .orderBy("installation")
    .orderBy("repository")
    .execute();
  return rows.map((row) => ({
    installation: row.installation as InstallationId,
    repository: row.repository as RepositoryId,
  }));
}

/** The environments of a repository of which there is a lane, by name. */
export async function environmentsOf(
  database: Database,
  { installation, repository }: RepositoryKey,
): Promise<string[]> {
  const rows = await database.reader
    .selectFrom("lane")
    .select("environment")
    .where("installation", "=", installation)
    .where("repository", "=", repository)
    .where("environment", "<>", "")
    .execute();
  return rows.map(({ environment }) => environment).sort();
}

/** Writes the lane's state where `rev` is the stored one, which then is one higher; throws otherwise: somebody wrote without the lock. */
export async function saveLane(trx: Trx, key: LaneKey, rev: number, state: unknown): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable("lane")
    .set({ rev: rev + 1, state: toJson(state) })
    .where("installation", "=", key.installation)
    .where("repository", "=", key.repository)
    .where("environment", "=", storableText(key.environment))
    .where("rev", "=", rev)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n) throw new Error(`lane ${describe(key)} is not at revision ${rev}`);
}

/** Inserts a promotion (`rev` 0; stored as 1) or updates it where `rev` is the stored one (then one higher); throws otherwise. */
export async function savePromotion(trx: Trx, key: LaneKey, promotion: StoredPromotion): Promise<void> {
  const { installation, repository } = key;
  const environment = storableText(key.environment);
  const id = storableText(promotion.id);
  const values = {
    rev: promotion.rev + 1,
    open: promotion.open ? 1 : 0,
    data: toJson(promotion.data),
  };
  const written =
    promotion.rev === 0
      ? await trx
          .insertInto("promotion")
          .values({ installation, repository, id, environment, ...values })
          .onConflict((conflict) => conflict.columns(["installation", "repository", "id"]).doNothing())
          .executeTakeFirst()
          .then((result) => result.numInsertedOrUpdatedRows)
      : await trx
          .updateTable("promotion")
          .set(values)
          .where("installation", "=", installation)
          .where("repository", "=", repository)
          .where("id", "=", id)
          .where("environment", "=", environment)
          .where("rev", "=", promotion.rev)
          .executeTakeFirst()
          .then((result) => result.numUpdatedRows);
  if (written !== 1n)
    throw new Error(`promotion ${id} of lane ${describe(key)} is not at revision ${promotion.rev}`);
}

/** Reads one promotion, open or ended, without locking; null if there is none. */
export async function readPromotion(
  database: Database,
  installation: InstallationId,
  repository: RepositoryId,
  id: PromotionId,
): Promise<StoredPromotion | null> {
  const row = await database.reader
    .selectFrom("promotion")
    .select(["id", "rev", "open", "data"])
    .where("installation", "=", installation)
    .where("repository", "=", repository)
    .where("id", "=", storableText(id))
    .executeTakeFirst();
  return row ? storedPromotion(row) : null;
}

function describe(key: LaneKey): string {
  return `${key.installation}/${key.repository}/${key.environment}`;
}
