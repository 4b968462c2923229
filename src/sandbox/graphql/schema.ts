import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import type { GraphQLSchema } from "graphql";
import { buildASTSchema, parse } from "graphql";

let schema: GraphQLSchema | undefined;

/**
 * GitHub's own GraphQL schema, so that a query that GitHub would refuse is refused here. Built on the first query: it
 * costs about 160 ms and 50 MB.
 */
export function githubSchema(): GraphQLSchema {
  if (!schema) {
    const manifest = findPackageJSON("@octokit/graphql-schema", import.meta.url);
    if (manifest === undefined)
      throw new Error("The package @octokit/graphql-schema is not installed: run `npm ci`.");
    // The text is in the package, but not among its exports.
    const text = readFileSync(join(dirname(manifest), "schema.graphql"), "utf8");
    const document = parse(text, { noLocation: true });
    schema = buildASTSchema(document, { assumeValid: true, assumeValidSDL: true });
  }
  return schema;
}
