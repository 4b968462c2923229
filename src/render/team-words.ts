/** A team's own words where they can be used, Waybill's where they cannot; and what is to be said of those that cannot. */
import type { AudienceNotes } from "../core/audiences.ts";
import {
  fileOfAudience,
  problemOfFile,
  TEMPLATE_FOLDER,
  type TemplateProblem,
  type TemplateSource,
} from "../core/team-templates.ts";
import type { NoticeView, ReleaseBodyView } from "../core/release.ts";
import { forAudience, renderDraft, renderNotice, renderRelease, usualFor } from "./notes.ts";
import { teamTemplate, TeamTemplateError } from "./team.ts";
import { renderTemplate } from "./templates.ts";
import { noticePage, teamNotesPage, type AudiencePage, type TeamNotesPage } from "./views.ts";

/** What is wrong with a template as it stands; empty for one that can be used. */
export function sourceProblems(source: TemplateSource): readonly TemplateProblem[] {
  const problem = problemOfFile(source);
  if (problem !== null) return [problem];
  return source.template === null || source.text === null
    ? []
    : teamTemplate(source.template, source.text, source.path).problems;
}

/** A text, whoever's words it is in, and what the team's own met when it was run. */
interface Worded {
  readonly text: string;
  readonly problems: readonly TemplateProblem[];
}

/**
 * The text in the team's words; in Waybill's where the team has none for it, or where they cannot be used.
 *
 * @param page what the team's template is given
 */
function inTeamsWords(source: TemplateSource | undefined, page: () => object, usual: () => string): Worded {
  if (source === undefined) return { text: usual(), problems: [] };
  const { template, text, path } = source;
  if (template === null || text === null || sourceProblems(source).length > 0)
    return { text: usual(), problems: [] };
  try {
    return { text: teamTemplate(template, text, path).render(page()), problems: [] };
  } catch (error) {
    if (!(error instanceof TeamTemplateError)) throw error;
    return { text: usual(), problems: [error.problem] };
  }
}

function ownOf(own: readonly TemplateSource[], file: string): TemplateSource | undefined {
  return own.find(({ path }) => path === `${TEMPLATE_FOLDER}/${file}`);
}

/** What is said of templates that cannot be used; empty where all can be. `met` is what was met when they were run; `again` the command that writes what is published anew. */
function amissWords(
  sources: readonly TemplateSource[],
  met: readonly TemplateProblem[],
  again: string | null,
): string {
  const files = sources.flatMap((source) => {
    const standing = sourceProblems(source);
    const problems = standing.length > 0 ? standing : met.filter(({ path }) => path === source.path);
    const [first] = problems;
    return first === undefined
      ? []
      : [{ path: source.path, text: source.template, problems: problems.slice(0, MOST_SAID) }];
  });
  return files.length === 0 ? "" : renderTemplate("template-broken", { files, again });
}

/** Of each file; the check on the pull request that mends it tells all. */
const MOST_SAID = 3;

/** The body of the notice issue, not cut yet. What is wrong with any of the team's templates is said in it. */
export function noticeText(view: NoticeView, own: readonly TemplateSource[]): string {
  const worded = inTeamsWords(
    ownOf(own, "notice.hbs"),
    () => noticePage(view),
    () => renderNotice(view),
  );
  // That the notes cannot be written, too, is said here: what is published stays clean.
  const notes = inTeamsWords(
    ownOf(own, "notes.hbs"),
    () => releasedPage(view),
    () => "",
  );
  const audiences = (view.notes.audiences ?? []).map((audience) => audienceWords(view, audience, own));
  const met = [worded, notes, ...audiences].flatMap(({ problems }) => problems);
  const again = view.released === null ? null : `/notes ${view.version}`;
  return [amissWords(own, met, again), worded.text, ...audiences.map(({ text }) => text)]
    .filter((text) => text !== "")
    .join("\n");
}

/** The folded part of the notice for an audience. */
function audienceWords(view: NoticeView, audience: AudienceNotes, own: readonly TemplateSource[]): Worded {
  const page = audiencePage(view, audience);
  const { text, problems } = audienceText(page, own);
  return { text: `${renderTemplate("audience-fold", page)}\n${text}\n</details>\n`, problems };
}

/** The words for an audience, from the team's template for it or, without one that can be used, in Waybill's. */
export function wordsForAudience(
  view: Pick<NoticeView, "notes" | "version" | "tag">,
  audience: AudienceNotes,
  own: readonly TemplateSource[],
): string {
  return audienceText(audiencePage(view, audience), own).text;
}

function audienceText(page: AudiencePage, own: readonly TemplateSource[]): Worded {
  return inTeamsWords(
    ownOf(own, fileOfAudience(page.audience)),
    () => page,
    () => usualFor(page),
  );
}

function audiencePage(
  { notes, version, tag }: Pick<NoticeView, "notes" | "version" | "tag">,
  audience: AudienceNotes,
): AudiencePage {
  const { model = notes.model } = audience;
  return forAudience(releasedPage({ version, tag, notes: { ...notes, model } }), audience);
}

/** The body of the draft release: what will be published, and what the draft says besides. */
export function draftText(view: NoticeView, own: readonly TemplateSource[]): string {
  const worded = inTeamsWords(
    ownOf(own, "notes.hbs"),
    () => releasedPage(view),
    () => "",
  );
  const isOwn = worded.text !== "" && worded.problems.length === 0;
  const text = isOwn ? `${worded.text}\n${renderTemplate("draft-own", noticePage(view))}` : renderDraft(view);
  const words = amissWords(own, worded.problems, null);
  return words === "" ? text : `${words}\n${text}`;
}

/** The body of a published release, in clean words whatever the team's are. */
export function releaseText(view: ReleaseBodyView, own: readonly TemplateSource[]): string {
  return inTeamsWords(
    ownOf(own, "notes.hbs"),
    () => releasedPage(view),
    () => renderRelease(view),
  ).text;
}

function releasedPage({
  version,
  tag,
  notes,
  component,
}: Pick<ReleaseBodyView, "version" | "tag" | "notes" | "component">): TeamNotesPage {
  const { model, base, unreadCount, compareUrl, components = [] } = notes;
  const about = { version, tag, baseTag: base?.tag ?? null };
  return teamNotesPage(model, about, { unreadCount, compareUrl, component: component ?? null, components });
}
