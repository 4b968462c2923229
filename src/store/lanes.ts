import type { InstallationId, PromotionId, RepositoryId } from "../core/ids.ts";
import type { LaneKey, RepositoryKey, StoredLane, StoredPromotion } from "../core/ports.ts";
import { sql } from "kysely";
import type { Database, Tables, Trx } from "./database.ts";
import { rowsStatement } from "./rows.ts";
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

const PLACE = { installation: "integer", repository: "integer", environment: "text" } as const;

type LaneRow = Place & Pick<Tables["lane"], "rev" | "state">;

/** In one order everywhere, so that no two who lock several wait for each other; those that somebody else has locked are passed by. */
const freeLanes = rowsStatement<LaneRow>(
  PLACE,
  (
    _columns,
    source,
    dialect,
  ) => sql<LaneRow>`select lane.installation, lane.repository, lane.environment, lane.rev, lane.state
    from ${source} join lane
      on lane.installation = r.installation and lane.repository = r.repository and lane.environment = r.environment
    order by lane.installation, lane.repository, lane.environment
    ${dialect === "postgres" ? sql`for update of lane skip locked` : sql``}`,
);

const lockedLane = statement<Place, Pick<Tables["lane"], "rev" | "state">>(
  (slot, dialect) => sql`select rev, state from lane
    where installation = ${slot("installation")} and repository = ${slot("repository")} and environment = ${slot("environment")}
    ${dialect === "postgres" ? sql`for update` : sql``}`,
);

const openPromotions = rowsStatement<Place & PromotionRow>(
  PLACE,
  (_columns, source) => sql<
    Place & PromotionRow
  >`select promotion.installation, promotion.repository, promotion.environment,
      promotion.id, promotion.rev, promotion.open, promotion.data
    from ${source} join promotion on promotion.installation = r.installation and promotion.repository = r.repository
      and promotion.environment = r.environment and promotion.open = 1`,
);

function placeOf({
  installation,
  repository,
  environment,
}: LaneKey): Place & Record<string, string | number> {
  return { installation, repository, environment: storableText(environment) };
}

/** The lanes of these keys by their names, with their open promotions. */
async function withPromotions(
  database: Database,
  trx: Trx,
  rows: readonly LaneRow[],
): Promise<Map<string, StoredLane>> {
  const places = rows.map((row) => placeOf(row as LaneKey));
  // A statement of its own, after the lock: only so does it see what the lock's last holder has written.
  const promotions = Map.groupBy(await openPromotions(database, trx, places), nameOf);
  return new Map(
    rows.map((row) => {
      const own = (promotions.get(nameOf(row)) ?? []).map(storedPromotion).sort(byId);
      return [nameOf(row), { rev: row.rev, state: fromJson(row.state), promotions: own }];
    }),
  );
}

/** A lane's name, by which it is told from others in memory and in errors. */
export function nameOf({ installation, repository, environment }: Place): string {
  return `${installation}/${repository}/${environment}`;
}

/**
 * Locks those of these lanes that are there and that nobody else has locked, until the transaction ends, and loads them with their open promotions; null
 * for each of the others.
 */
export async function lockFreeLanes(
  database: Database,
  trx: Trx,
  keys: readonly LaneKey[],
): Promise<readonly (StoredLane | null)[]> {
  const places = keys.map(placeOf);
  const lanes = await withPromotions(database, trx, await freeLanes(database, trx, places));
  return places.map((place) => lanes.get(nameOf(place)) ?? null);
}

/** Creates the lane if it is new, waits until nobody else has it, locks it until the transaction ends, and loads it with its open promotions. */
export async function lockLane(database: Database, trx: Trx, key: LaneKey): Promise<StoredLane> {
  const place = placeOf(key);
  let [row] = await lockedLane(database.dialect, trx, place);
  if (row === undefined) {
    await trx
      .insertInto("lane")
      .values({ ...place, rev: 0, state: "null" })
      .onConflict((conflict) => conflict.columns(["installation", "repository", "environment"]).doNothing())
      .execute();
    [row] = await lockedLane(database.dialect, trx, place);
  }
  const lane = row && (await withPromotions(database, trx, [{ ...place, ...row }])).get(nameOf(place));
  if (lane === undefined) throw new Error(`lane ${nameOf(place)} is gone`);
  return lane;
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

/** A lane as it is to be written over the revision `rev`. */
export interface LaneChange {
  readonly key: LaneKey;
  readonly rev: number;
  readonly state: unknown;
}

const writeLanes = rowsStatement<Place>(
  { ...PLACE, rev: "integer", state: "text" },
  (_columns, source) => sql<Place>`update lane set rev = lane.rev + 1, state = r.state from ${source}
    where lane.installation = r.installation and lane.repository = r.repository
      and lane.environment = r.environment and lane.rev = r.rev
    returning lane.installation, lane.repository, lane.environment`,
);

/** Writes lanes, each one once, where `rev` is the stored one, which then is one higher; throws otherwise: somebody wrote without the lock. */
export async function saveLanes(database: Database, trx: Trx, changes: readonly LaneChange[]): Promise<void> {
  if (changes.length === 0) return;
  const rows = changes.map(({ key, rev, state }) => ({ ...placeOf(key), rev, state: toJson(state) }));
  const written = new Set((await writeLanes(database, trx, rows)).map(nameOf));
  const stale = rows.find((row) => !written.has(nameOf(row)));
  if (stale !== undefined) throw new Error(`lane ${nameOf(stale)} is not at revision ${stale.rev}`);
}

/** A promotion as it is to be written over its revision; 0 for a new one. */
export interface PromotionChange {
  readonly key: LaneKey;
  readonly promotion: StoredPromotion;
}

const PROMOTION = { ...PLACE, id: "text", rev: "integer", open: "integer", data: "text" } as const;

type PromotionKey = Pick<Tables["promotion"], "installation" | "repository" | "id">;

const insertPromotions = rowsStatement<PromotionKey>(
  PROMOTION,
  (columns, source) => sql<PromotionKey>`insert into promotion (${columns})
    select r.installation, r.repository, r.environment, r.id, 1, r.open, r.data from ${source} where true
    on conflict (installation, repository, id) do nothing
    returning installation, repository, id`,
);

const updatePromotions = rowsStatement<PromotionKey>(
  PROMOTION,
  (
    _columns,
    source,
  ) => sql<PromotionKey>`update promotion set rev = promotion.rev + 1, open = r.open, data = r.data from ${source}
    where promotion.installation = r.installation and promotion.repository = r.repository and promotion.id = r.id
      and promotion.environment = r.environment and promotion.rev = r.rev
    returning promotion.installation, promotion.repository, promotion.id`,
);

/**
 * Writes promotions, each one once: inserts those of revision 0 (stored as 1) and updates the others where `rev` is the stored one (then one higher); throws
 * otherwise.
 */
export async function savePromotions(
  database: Database,
  trx: Trx,
  changes: readonly PromotionChange[],
): Promise<void> {
  const rows = changes.map(({ key, promotion: { id, rev, open, data } }) => ({
    ...placeOf(key),
    id: storableText(id),
    rev,
    open: open ? 1 : 0,
    data: toJson(data),
  }));
  const fresh = rows.filter(({ rev }) => rev === 0);
  const known = rows.filter(({ rev }) => rev !== 0);
  const written = [
    ...(fresh.length === 0 ? [] : await insertPromotions(database, trx, fresh)),
    ...(known.length === 0 ? [] : await updatePromotions(database, trx, known)),
  ];
  const names = new Set(written.map(promotionName));
  const stale = rows.find((row) => !names.has(promotionName(row)));
  if (stale !== undefined)
    throw new Error(`promotion ${stale.id} of lane ${nameOf(stale)} is not at revision ${stale.rev}`);
}

function promotionName({
  installation,
  repository,
  id,
}: Omit<PromotionKey, "id"> & { readonly id: string }): string {
  return `${installation}/${repository}/${id}`;
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
