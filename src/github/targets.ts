/** What a ref names, as GraphQL answers it. https://docs.github.com/en/graphql/reference/interfaces#gitobject */

/** What a ref, or a tag object, names. */
export interface TargetNode {
  readonly __typename: string;
  readonly oid: string;
  readonly target?: TargetNode | null;
}

/** What is asked of a ref, for `peeled`. */
export const TARGET_FIELDS = `target { __typename oid ... on Tag { target { __typename oid ... on Tag { target { __typename oid } } } } }`;

/** The commit behind a ref, tags of tags peeled as far as `commitOfTag` does; null if there is none. */
export function peeled(target: TargetNode | null): string | null {
  if (target === null) return null;
  return target.__typename === "Commit" ? target.oid : peeled(target.target ?? null);
}
