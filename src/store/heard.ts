import type { RepositoryKey } from "../core/ports.ts";
import { inChunks } from "./chunks.ts";
import type { Trx } from "./database.ts";

/**
 * Writes down that what these comments command is handed on, and answers those of which it was not written down before. Whoever writes the same
 * comment down at the same time waits here until this transaction ends.
 */
export async function hearComments(
  trx: Trx,
  { installation, repository }: RepositoryKey,
  comments: readonly number[],
): Promise<ReadonlySet<number>> {
  const fresh = new Set<number>();
  // In one order, so that two who write down several never wait for each other.
  for (const chunk of inChunks([...new Set(comments)].toSorted((one, other) => one - other))) {
    const rows = await trx
      .insertInto("heard")
      .values(chunk.map((comment) => ({ installation, repository, comment })))
      .onConflict((conflict) => conflict.doNothing())
      .returning("comment")
      .execute();
    for (const { comment } of rows) fresh.add(comment);
  }
  return fresh;
}

/** Takes it back: nothing came of what the comment commands, so that it may be heard again. */
export async function forgetComment(
  trx: Trx,
  { installation, repository }: RepositoryKey,
  comment: number,
): Promise<void> {
  await trx
    .deleteFrom("heard")
    .where("installation", "=", installation)
    .where("repository", "=", repository)
    .where("comment", "=", comment)
    .execute();
}
