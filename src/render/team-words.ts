/** A team's own words where they can be used, Waybill's where they cannot; and what is to be said of those that cannot. */
import {
  problemOfFile,
  type TemplateName,
  type TemplateProblem,
  type TemplateSource,
} from "../core/team-templates.ts";
import type { NoticeView, ReleaseBodyView } from "../core/release.ts";
import { renderDraft, renderNotice, renderRelease } from "./notes.ts";
import { teamTemplate, TeamTemplateError } from "./team.ts";
import { renderTemplate } from "./templates.ts";
import { noticePage, teamNotesPage, type TeamNotesPage } from "./views.ts";

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
function inTeamsWords(
  sources: readonly TemplateSource[],
  name: TemplateName,
  page: () => object,
  usual: () => string,
): Worded {
  const source = sources.find(({ template }) => template === name);
  if (source === undefined) return { text: usual(), problems: [] };
  if (source.text === null || sourceProblems(source).length > 0) return { text: usual(), problems: [] };
  try {
    return { text: teamTemplate(name, source.text, source.path).render(page()), problems: [] };
  } catch (error) {
    if (!(error instanceof TeamTemplateError)) throw error;
    return { text: usual(), problems: [error.problem] };
  }
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
    own,
    "notice",
    () => noticePage(view),
    () => renderNotice(view),
  );
  // That the notes cannot be written, too, is said here: what is published stays clean.
  const met =
    own.length === 0
      ? []
      : inTeamsWords(
          own,
          "notes",
          () => comingPage(view),
          () => "",
        ).problems;
  return below(
    amissWords(own, [...worded.problems, ...met], view.released === null ? null : `/notes ${view.version}`),
    worded.text,
  );
}

/** The body of the draft release: what will be published, and what the draft says besides. */
export function draftText(view: NoticeView, own: readonly TemplateSource[]): string {
  const page = noticePage(view);
  const worded = inTeamsWords(
    own,
    "notes",
    () => comingPage(view),
    () => "",
  );
  const isOwn = worded.text !== "" && worded.problems.length === 0;
  const text = isOwn ? `${worded.text}\n${renderTemplate("draft-own", page)}` : renderDraft(view);
  return below(amissWords(own, worded.problems, null), text);
}

/** The body of a published release, in clean words whatever the team's are. */
export function releaseText(view: ReleaseBodyView, own: readonly TemplateSource[]): string {
  return inTeamsWords(
    own,
    "notes",
    () => releasedPage(view),
    () => renderRelease(view),
  ).text;
}

function below(words: string, text: string): string {
  return words === "" ? text : `${words}\n${text}`;
}

function comingPage({ version, tag, notes }: NoticeView): TeamNotesPage {
  return releasedPage({ version, tag, notes });
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
