import { ApiError } from "./errors.ts";

/** What a caller that names no version gets. */
export const USUAL_VERSION = "2022-11-28";
/** The version after it: a dispatch always answers with the run, and some fields are gone. */
export const LATER_VERSION = "2026-03-10";

/**
 * The version that a call asks for.
 * Source: https://docs.github.com/rest/about-the-rest-api/api-versions ("unsupported API version": 400)
 * @throws ApiError 400
 */
export function versionOf(header: string | undefined, ghes: string | null): string {
  const known = ghes === null ? [USUAL_VERSION, LATER_VERSION] : [USUAL_VERSION];
  if (header === undefined) return USUAL_VERSION;
  if (known.includes(header)) return header;
  throw new ApiError(400, `${header} is not a supported API version.`);
}

type Json = Record<string, unknown>;

/**
 * An answer in the shape of a version: the later one has left out fields of repositories, issues, pull requests and rate limits.
 * Source: `x-github-breaking-changes` in GitHub's OpenAPI description.
 */
export function shapedFor(version: string, route: string, body: unknown): unknown {
  if (version !== LATER_VERSION || body === undefined) return body;
  if (route === "/rate_limit") return without(body as Json, ["rate"]);
  return reshape(body);
}

function reshape(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reshape);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(without(value as Json, goneFrom(value as Json)));
  return Object.fromEntries(entries.map(([name, inner]) => [name, reshape(inner)]));
}

function without(object: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** What kind of thing it is, is told by the fields that only that kind has. */
function goneFrom(object: Json): string[] {
  if ("archive_url" in object) return ["has_downloads", "master_branch", "use_squash_pr_title_as_default"];
  if ("review_comments_url" in object) return ["merge_commit_sha", "assignee"];
  if ("labels_url" in object && "events_url" in object) return ["assignee"];
  return [];
}
