import type { components } from "@octokit/openapi-types";

/** A shape of GitHub's OpenAPI description, so that the compiler holds every answer against it. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
