/** Files as GitHub's contents endpoint gives them out. */
import type { Octokit } from "./client.ts";

/** The file that a repository's config is, and an owner's defaults are. */
export const CONFIG_PATH = ".github/waybill.yml";
/** Bytes. Larger ones the endpoint answers without their text. */
export const LARGEST_FILE = 1024 * 1024;

type Content = Awaited<ReturnType<Octokit["rest"]["repos"]["getContent"]>>["data"];

/** A file's text with the SHA of its blob; or why there is none: a folder, a link or a submodule, or a file of no bearable size. */
export function plainFile(
  content: Content,
): { readonly text: string; readonly blob: string } | "no file" | "too large" {
  if (Array.isArray(content) || content.type !== "file") return "no file";
  if (content.size > LARGEST_FILE) return "too large";
  return { text: Buffer.from(content.content, "base64").toString("utf8"), blob: content.sha };
}
