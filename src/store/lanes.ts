import type { InstallationId, PromotionId, RepositoryId } from "../core/ids.ts";
import type { LaneKey, RepositoryKey, StoredLane, StoredPromotion } from "../core/ports.ts";
import { sql } from "kysely";
import type { Database, Tables, Trx } from "./database.ts";
import { statement } from "./statement.ts";
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

type Place = Pick<LaneKey, "installation" | "repository" | "environment">;

const lockedLane = statement<Place, Pick<Tables["lane"], "rev" | "state">>(
  (slot, dialect) => sql`select rev, state from lane
    where installation = ${slot("installation")} and repository = ${slot("repository")} and environment = ${slot("environment")}
    ${dialect === "postgres" ? sql`for update` : sql``}`,
);

const openPromotions = statement<Place, PromotionRow>(
  (slot) => sql`select id, rev, open, data from promotion
    where installation = ${slot("installation")} and repository = ${slot("repository")}
      and environment = ${slot("environment")} and open = 1`,
);

/** Creates the lane if it is new, locks it until the transaction ends, and loads it with its open promotions. */
export async function lockLane(database: Database, trx: Trx, key: LaneKey): Promise<StoredLane> {
  const { installation, repository } = key;
  const environment = storableText(key.environment);
  const place = { installation, repository, environment };
  let [row] = await lockedLane(database.dialect, trx, place);
  if (row === undefined) {
    await trx
      .insertInto("lane")
      .values({ installation, repository, environment, rev: 0, state: "null" })
      .onConflict((conflict) => conflict.columns(["installation", "repository", "environment"]).doNothing())
      .execute();
    [row] = await lockedLane(database.dialect, trx, place);
  }
  if (row === undefined) throw new Error(`lane ${describe(key)} is gone`);
  // A statement of its own, after the lock: only so does it see what the lock's last holder has written.
  const promotions = await openPromotions(database.dialect, trx, place);
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

const writeLane = statement<Place & Pick<Tables["lane"], "rev" | "state">, Pick<Tables["lane"], "rev">>(
  (slot) => sql`update lane set rev = rev + 1, state = ${slot("state")}
    where installation = ${slot("installation")} and repository = ${slot("repository")}
      and environment = ${slot("environment")} and rev = ${slot("rev")}
    returning rev`,
);

/** Writes the lane's state where `rev` is the stored one, which then is one higher; throws otherwise: somebody wrote without the lock. */
export async function saveLane(
  database: Database,
  trx: Trx,
  key: LaneKey,
  rev: number,
  state: unknown,
): Promise<void> {
  const { installation, repository } = key;
  const environment = storableText(key.environment);
  const values = { installation, repository, environment, rev, state: toJson(state) };
  const written = await writeLane(database.dialect, trx, values);
  if (written.length !== 1) throw new Error(`lane ${describe(key)} is not at revision ${rev}`);
}

type PromotionValues = Omit<Tables["promotion"], "id"> & { readonly id: string };

const insertPromotion = statement<PromotionValues, Pick<Tables["promotion"], "rev">>(
  (slot) => sql`insert into promotion (installation, repository, id, environment, rev, open, data)
    values (${slot("installation")}, ${slot("repository")}, ${slot("id")}, ${slot("environment")},
      1, ${slot("open")}, ${slot("data")})
    on conflict (installation, repository, id) do nothing
    returning rev`,
);

const updatePromotion = statement<PromotionValues, Pick<Tables["promotion"], "rev">>(
  (slot) => sql`update promotion set rev = rev + 1, open = ${slot("open")}, data = ${slot("data")}
    where installation = ${slot("installation")} and repository = ${slot("repository")} and id = ${slot("id")}
      and environment = ${slot("environment")} and rev = ${slot("rev")}
    returning rev`,
);

/** Inserts a promotion (`rev` 0; stored as 1) or updates it where `rev` is the stored one (then one higher); throws otherwise. */
export async function savePromotion(
  database: Database,
  trx: Trx,
  key: LaneKey,
  promotion: StoredPromotion,
): Promise<void> {
  const { installation, repository } = key;
  const environment = storableText(key.environment);
  const id = storableText(promotion.id);
  const { rev } = promotion;
  const [open, data] = [promotion.open ? 1 : 0, toJson(promotion.data)];
  const write = rev === 0 ? insertPromotion : updatePromotion;
  const values = { installation, repository, id, environment, rev, open, data };
  const written = await write(database.dialect, trx, values);
  if (written.length !== 1)
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
