/**
 * The Markdown of notes, releases, drafts and notices, each within GitHub's limit.
 */
import type { Audience } from "../core/audiences.ts";
import type { NotesModel } from "../core/notes/index.ts";
import type { NoticeView, ReleaseBodyView } from "../core/release.ts";
import type { TeamLimits, TeamTemplate } from "./team.ts";
import { renderTemplate, type RenderLimits } from "./templates.ts";
import { COMMENT_LIMIT, RELEASE_LIMIT, truncateMarkdown } from "./truncate.ts";
import {
  named,
  noticePage,
  notesPage,
  releasePage,
  teamNotesPage,
  type AudiencePage,
  type NotesAbout,
  type NoticePageOptions,
  type NotesPage,
  type NotesPageOptions,
  type TeamNotesPage,
} from "./views.ts";

function within(limit: number, template: string, page: NotesPage): string {
  const text = renderTemplate(template, page);
  return text.length <= limit ? text : truncateMarkdown(text, limit, renderTemplate("more", page).trimEnd());
}

/** On a terminal the notes are as long as the history: a hundred thousand commits are about 10 MB. */
const UNBOUNDED: RenderLimits = { outputLength: 200_000_000, rounds: 10_000_000 };

/** The notes of a range, without a title: what `waybill notes` prints. Not truncated. */
export function renderNotes(model: NotesModel, options: NotesPageOptions = {}): string {
  return renderTemplate("notes", notesPage(model, options), UNBOUNDED);
}

/** A model that has something of whatever the templates of notes write for each change. */
const SMALL: NotesModel = {
  bump: null,
  sections: [
    {
      title: "-",
      entries: [
        {
          sha: "0".repeat(40),
          type: "feat",
          scope: "-",
          component: null,
          breaking: true,
          text: "-",
          pull: 1,
          author: null,
        },
      ],
    },
  ],
  breaking: [{ sha: "0".repeat(40), text: "-" }],
  reverted: [],
  hidden: [],
  unclassified: [],
  releaseAs: null,
  cut: [],
};

/** Reads and compiles what `renderNotes` needs, for whoever waits for git anyway. */
export function prepareNotes(): void {
  renderNotes(SMALL);
}

/** The notes of several releases, each under its tag; null for what is unreleased. */
export function renderHistory(
  parts: readonly { readonly tag: string | null; readonly notes: string }[],
): string {
  return parts.map(({ tag, notes }) => `${renderTemplate("history", { tag })}\n${notes}`).join("\n");
}

/** As long as the history too, for a team's own template. */
const UNBOUNDED_TEAM: TeamLimits = { ...UNBOUNDED, calls: 100_000_000 };

/** The notes of a range in a team's own words. Not truncated. Throws what the template meets when it is run. */
export function renderTeamNotes(
  render: TeamTemplate["render"],
  model: NotesModel,
  about: NotesAbout,
  {
    audience = null,
    ...options
  }: Omit<NotesPageOptions, "authors" | "unclassified"> & {
    readonly audience?: Audience | null;
  } = {},
): string {
  const page = teamNotesPage(model, about, options);
  return render(audience === null ? page : forAudience(page, audience), UNBOUNDED_TEAM);
}

/** The notes of a range in Waybill's own words for an audience. Not truncated. */
export function renderForAudience(model: NotesModel, about: NotesAbout, audience: Audience): string {
  return usualFor(forAudience(teamNotesPage(model, about), audience), UNBOUNDED);
}

/** The page of notes as an audience reads them. */
export function forAudience(page: TeamNotesPage, { name, components }: Audience): AudiencePage {
  return { ...page, audience: name, uses: named(components ?? []) };
}

/** A release in Waybill's own words for an audience. */
export function usualFor(page: AudiencePage, limits?: RenderLimits): string {
  return renderTemplate(page.uses.length === 0 ? "audience-plain" : "audience-components", page, limits);
}

/** The body of a published release, at most `RELEASE_LIMIT` characters. */
export function renderRelease(view: ReleaseBodyView): string {
  return within(RELEASE_LIMIT, "release", releasePage(view));
}

/** The body of the draft release, at most `RELEASE_LIMIT` characters. */
export function renderDraft(view: NoticeView, options: NoticePageOptions = {}): string {
  return within(RELEASE_LIMIT, "draft", noticePage(view, options));
}

/** The body of the notice issue, at most `COMMENT_LIMIT` characters. */
export function renderNotice(view: NoticeView, options: NoticePageOptions = {}): string {
  return within(COMMENT_LIMIT, "notice", noticePage(view, options));
}
