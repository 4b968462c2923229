import type { InstallationId, PromotionId, RepositoryId } from "../core/ids.ts";
import type { StoredReceipt } from "../core/receipt/place.ts";
import { GENESIS, type AuditAnchor } from "./audit-chain.ts";
import type { Database, Tables, Trx } from "./database.ts";
import { storableText } from "./text.ts";

/** A receipt as its row has it. */
export function storedReceipt({ key_id: keyId, ...row }: Tables["receipt"]): StoredReceipt {
  return {
    ...row,
    installation: row.installation as InstallationId,
    repository: row.repository as RepositoryId,
    promotion: row.promotion as PromotionId,
    keyId,
  };
}

/** The receipt of a promotion; null where none is kept. */
export async function readReceipt(
  database: Database,
  installation: InstallationId,
  repository: RepositoryId,
  promotion: PromotionId,
): Promise<StoredReceipt | null> {
  const row = await database.reader
    .selectFrom("receipt")
    .selectAll()
    .where("installation", "=", installation)
    .where("repository", "=", repository)
    .where("promotion", "=", storableText(promotion))
    .executeTakeFirst();
  return row === undefined ? null : storedReceipt(row);
}

/** Keeps a receipt, unless one of its promotion is kept already; answers the one that is. */
export async function keepReceipt(trx: Trx, receipt: StoredReceipt): Promise<StoredReceipt> {
  const { installation, repository, at, keyId, document } = receipt;
  const [promotion, environment] = [storableText(receipt.promotion), storableText(receipt.environment)];
  await trx
    .insertInto("receipt")
    .values({ installation, repository, promotion, environment, at, key_id: keyId, document })
    .onConflict((conflict) => conflict.columns(["installation", "repository", "promotion"]).doNothing())
    .execute();
  const row = await trx
    .selectFrom("receipt")
    .selectAll()
    .where("installation", "=", installation)
    .where("repository", "=", repository)
    .where("promotion", "=", promotion)
    .executeTakeFirstOrThrow();
  return storedReceipt(row);
}

/** The newest record's place in the installation's chain; the place before the first where there is none. */
export async function auditHead(database: Database, installation: InstallationId): Promise<AuditAnchor> {
  const head = await database.reader
    .selectFrom("audit_head")
    .select(["seq", "hash"])
    .where("installation", "=", installation)
    .executeTakeFirst();
  return head ?? GENESIS;
}
