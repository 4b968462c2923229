/** What is said of a config: by the check on a pull request, and by the issue about one that is broken on the default branch. */
import type { ConfigMeaning, ConfigVerdict } from "../core/config-check/check.ts";
import type { ConfigIssueView } from "../core/config-check/issue.ts";
import { clip } from "./markdown.ts";
import { renderTemplate } from "./templates.ts";
import { truncateMarkdown } from "./truncate.ts";

/** A check's summary has 65,535 bytes, and no character more than three for each unit of UTF-16. https://docs.github.com/en/rest/checks/runs */
const SUMMARY_LIMIT = Math.floor(65_535 / 3);
/** Longer ones are cut in GitHub's list of checks. */
const TITLE_LIMIT = 140;

/** The title, which is plain text, and the summary, which is Markdown. `cut` is the line that stands where it was too long. */
export function renderConfigCheck(verdict: ConfigVerdict, cut: string): { title: string; summary: string } {
  const page = checkPage(verdict);
  return {
    title: clip(renderTemplate("config-check-title", page).trim(), TITLE_LIMIT),
    summary: truncateMarkdown(renderTemplate("config-check", page).trim(), SUMMARY_LIMIT, cut),
  };
}

function checkPage(verdict: ConfigVerdict): object {
  const nothing = {
    gone: false,
    defaults: false,
    withheld: false,
    path: null,
    problems: [],
    warnings: [],
    meaning: null,
  };
  if (verdict.kind === "gone") return { ...nothing, gone: true, path: verdict.path, usable: false };
  if (verdict.kind === "defaults") return { ...nothing, defaults: true, usable: false };
  if (verdict.kind === "withheld") return { ...nothing, withheld: true, usable: false };
  const { problems, warnings, meaning } = verdict;
  return {
    ...nothing,
    problems,
    warnings,
    usable: meaning !== null,
    meaning: meaning === null ? null : meaningPage(meaning),
  };
}

function meaningPage({ pipeline, componentCount, releaseOn }: ConfigMeaning): object {
  const layers = pipeline.map((names) => (names.length === 1 ? names[0] : `(${names.join(", ")})`));
  return { road: layers.join(" → "), componentCount, releaseOn };
}

/** The issue's title, and its text without the lines between which it stands. */
export function renderConfigIssue(view: ConfigIssueView): { title: string; text: string } {
  const page = issuePage(view);
  return {
    title: renderTemplate("config-issue-title", page).trim(),
    text: renderTemplate("config-issue", page),
  };
}

function issuePage({ path, head, problems, inForce, end }: ConfigIssueView): object {
  const files = [...new Set([path, ...problems.map((one) => one.path ?? path)])];
  const listed = files.map((file) => ({
    file,
    named: files.length > 1,
    problems: problems.filter((one) => (one.path ?? path) === file),
  }));
  return {
    path,
    head,
    inForce,
    files: listed.filter((one) => one.problems.length > 0),
    // Another repository's file, which no commit of this one has broken.
    foreign: path.includes(": "),
    isOver: end !== null,
    mended: end?.head ?? null,
  };
}
