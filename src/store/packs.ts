/**
 * Where payloads are kept: those of one batch and one installation together, compressed. Measured on pushes of 24 KB, 32 in a batch: writing
 * and fsyncing them took most of the intake's time; together they compress to a fiftieth, in a third of the time that
 * compressing each for itself takes. Installations never share a pack.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { NewDelivery } from "../core/ports.ts";
import type { Database, Trx } from "./database.ts";

/** Where a payload stands: `start` and `length` in bytes of the unpacked pack. */
export interface PackPlace {
  readonly pack: number;
  readonly start: number;
  readonly length: number;
}

/** A batch holds at most 8 MiB, or one delivery of at most 25 MiB. */
const MOST_UNPACKED = 32 * 1_024 * 1_024;
/** Larger packs are not remembered: they hold few payloads, and memory is for other things. */
const MOST_REMEMBERED = 4 * 1_024 * 1_024;
/** The fastest of the usual levels; the higher ones gain little on JSON and cost several times as much. */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Stores the payloads; answers where each stands, by the key under which it was given. */
export async function packPayloads(
  trx: Trx,
  deliveries: ReadonlyMap<string, NewDelivery>,
): Promise<Map<string, PackPlace>> {
  const byInstallation = Map.groupBy(deliveries, ([, { installation }]) => installation);
  const places = new Map<string, PackPlace>();
  for (const group of byInstallation.values()) {
    for (const [id, place] of await writePack(trx, group)) places.set(id, place);
  }
  return places;
}

async function writePack(
  trx: Trx,
  group: readonly (readonly [string, NewDelivery])[],
): Promise<(readonly [string, PackPlace])[]> {
  const payloads = group.map(([, { payload }]) => payload);
  const { id } = await trx
    .insertInto("pack")
    .values({
      received_at: Math.max(...group.map(([, { receivedAt }]) => receivedAt)),
      data: zstdCompressSync(Buffer.concat(payloads), OPTIONS),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  let start = 0;
  return group.map(([deliveryId], index) => {
    const length = payloads[index]?.length ?? 0;
    const place = { pack: id, start, length };
    start += length;
    return [deliveryId, place] as const;
  });
}

/** Takes back packs that turned out to hold nothing new. */
export async function dropPacks(trx: Trx, places: Iterable<PackPlace>): Promise<void> {
  const ids = [...new Set([...places].map(({ pack }) => pack))];
  if (ids.length > 0) await trx.deleteFrom("pack").where("id", "in", ids).execute();
}

/** The pack that was read last: deliveries are worked off in the order in which they came, so the next one is mostly in it too. */
const lastRead = new WeakMap<Database, { readonly id: number; readonly bytes: Buffer }>();

/** A payload from its pack; null if it was pruned. */
export async function readPayload(database: Database, place: PackPlace): Promise<string | null> {
  const bytes = await unpacked(database, place.pack);
  return bytes === null ? null : bytes.toString("utf8", place.start, place.start + place.length);
}

async function unpacked(database: Database, id: number): Promise<Buffer | null> {
  const last = lastRead.get(database);
  if (last?.id === id) return last.bytes;
  const row = await database.reader.selectFrom("pack").select("data").where("id", "=", id).executeTakeFirst();
  if (row === undefined) return null;
  const bytes = zstdDecompressSync(row.data, { maxOutputLength: MOST_UNPACKED });
  if (bytes.length <= MOST_REMEMBERED) lastRead.set(database, { id, bytes });
  return bytes;
}
