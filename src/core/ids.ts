/**
 * Branded identifiers: a number from GitHub can only be used for what it was issued for.
 * The brand exists at compile time alone.
 */
declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** GitHub's id of the App's installation on one account; the tenant of every row. */
export type InstallationId = Branded<number, "InstallationId">;
/** GitHub's numeric id of a repository; it survives renames and transfers. */
export type RepositoryId = Branded<number, "RepositoryId">;
/** GitHub's numeric id of a user; logins may change hands, ids do not. */
export type UserId = Branded<number, "UserId">;
/** A full commit SHA: 40 lower-case hexadecimal digits. */
export type CommitSha = Branded<string, "CommitSha">;
/** Waybill's id of a promotion: what it came from, so that the same request always has the same id. */
export type PromotionId = Branded<string, "PromotionId">;

const SHA_PATTERN = /^[0-9a-f]{40}$/;

/** Brands a full lower-case commit SHA; null for anything else, so that no other text ever travels as a commit. */
export function commitSha(text: string): CommitSha | null {
  return SHA_PATTERN.test(text) ? (text as CommitSha) : null;
}
