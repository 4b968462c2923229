/** From what the check of a pull request says to what its templates are given. */
import type { NotesEntry } from "../core/notes/index.ts";
import type { PreviewOutcome, PreviewView } from "../core/preview/preview.ts";
import { clip } from "./markdown.ts";
import { sectionLines } from "./sections.ts";
import { renderTemplate } from "./templates.ts";
import { truncateMarkdown } from "./truncate.ts";
import type { ChangeLine } from "./views.ts";

/** Bytes of a check run's summary. https://docs.github.com/en/rest/checks/runs */
const SUMMARY_LIMIT = 65_535;
/** Longer ones are cut in GitHub's list of checks. */
const TITLE_LIMIT = 140;

const WAYS = { squash: "squashed", merge: "merged by a merge commit", rebase: "rebased" } as const;

/** The title, which is plain text, and the summary, which is Markdown. `cut` is the line that stands where it was too long. */
export function renderPreview(view: PreviewView, cut: string): { title: string; summary: string } {
  const page = previewPage(view);
  return {
    title: clip(renderTemplate("preview-title", page).trim(), TITLE_LIMIT),
    // GitHub counts bytes here, and no character has more than three of them for each unit of UTF-16.
    summary: truncateMarkdown(renderTemplate("preview", page).trim(), Math.floor(SUMMARY_LIMIT / 3), cut),
  };
}

function previewPage(view: PreviewView): object {
  const { outcomes, number, types, before, base } = view;
  const versions = [...new Set(outcomes.map(({ version }) => version))];
  const many = outcomes.length > 1;
  const unsorted = outcomes.flatMap((outcome) => outcome.unsorted);
  return {
    ...view,
    many,
    next: outcomes[0]?.version ?? "",
    versions:
      many && versions.length > 1 ? versions.map((version, at) => ({ version, first: at === 0 })) : null,
    outcomes: outcomes.map((outcome) => ({ ...outcomePage(outcome, before), many, base, before })),
    types: types.map((type, at) => ({ type, first: at === 0 })),
    hint: unsorted.length > 0,
    ofTitle: !view.titleOfCommit && unsorted.length === 1,
    fails: view.conclusion === "failure",
    // Said only where it may surprise: a good title of the only commit is as good as any.
    titleOfCommit: number !== null && view.titleOfCommit && unsorted.length > 0,
  };
}

function outcomePage(outcome: PreviewOutcome, before: PreviewView["before"]): object {
  const { methods, sections, breaking, undone, version } = outcome;
  return {
    ...outcome,
    kind: kindOf(outcome),
    ways: methods.map((method) => WAYS[method]).join(" or "),
    stays: before.releases && before.version === version,
    sections: sections.map((section) => sectionLines(section, unborn, {})),
    breaking: breaking.map(({ text, scope }) => ({ text, scope, pull: null, sha: null })),
    undone: undone.map((entry): ChangeLine => ({ ...unborn(entry), sha: entry.sha })),
  };
}

/** Which sentence is said. */
function kindOf({ bump, sections, breaking, undone, unsorted }: PreviewOutcome): string {
  if (bump !== null) return "moves";
  if (sections.length > 0) return "listed";
  if (unsorted.length > 0 || breaking.length > 0) return "unsorted";
  return undone.length > 0 ? "undoes" : "nothing";
}

/** The very line of the notes, without the SHA that it does not have yet. */
function unborn({ scope, component, text, pull, author }: NotesEntry): ChangeLine {
  return { scope: scope ?? component, text, pull, author, sha: null };
}
