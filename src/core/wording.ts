/** What the engine needs of whoever writes its sentences (`render/`). */
import type { ChangelogPullView } from "./changelog/keeping.ts";
import type { ChannelMessage } from "./channels/message.ts";
import type { ConfigVerdict } from "./config-check/check.ts";
import type { ConfigIssueView } from "./config-check/issue.ts";
import type { ProtectionWords } from "./protection.ts";
import type { DeploymentWords } from "./effects.ts";
import type { NotesSnapshot, NoticeView, ReleaseBodyView } from "./release.ts";
import type { ForwardPortView } from "./hotfix-views.ts";
import type { PreviewView } from "./preview/preview.ts";
import type { IncidentView } from "./rollback/incident.ts";
import type { TemplateProblem, TemplateSource } from "./team-templates.ts";
import type { CommentView } from "./views.ts";

/** Text with the two lines between which it is Waybill's; everything outside of them is people's own. */
export interface ManagedText {
  readonly begin: string;
  readonly end: string;
  /** Begins with `begin` and ends with `end`. */
  readonly text: string;
}

/** What is said of a message outside of GitHub: plain text, of which each channel makes what it can show. */
export interface ChannelWords {
  /** One line. */
  readonly title: string;
  /** Lines, each whole by itself. */
  readonly lines: readonly string[];
  /** More to read, over several lines; empty for nothing. */
  readonly detail: string;
  /** Where it is found. Addresses are http(s). */
  readonly links: readonly { readonly label: string; readonly url: string }[];
}

/** What there is to know of a message's repository. */
export interface ChannelSubject {
  /** `owner/name`. */
  readonly repository: string;
  readonly url: string;
  /** In whose words; null: the team's. */
  readonly audience: string | null;
  /** The notes of the release; null where nobody has them any more. */
  readonly notes: NotesSnapshot | null;
  /** The notice, where it is known by now. */
  readonly issue: number | null;
  readonly templates: readonly TemplateSource[];
}

/** The sentences: everything that Waybill writes on GitHub comes from here, within GitHub's limits of length. */
export interface TextRenderer {
  /** The same, with commands written as a config wants them. @param prefix the word before each, without its slash */
  withPrefix(prefix: string): TextRenderer;
  /** A comment with its marker as the first line. */
  comment(view: CommentView, marker: string): { readonly marker: string; readonly body: string };
  /** In the team's own words, if `own` has some that can be used; what cannot be is said. */
  notice(
    view: NoticeView,
    serial: number,
    own: readonly TemplateSource[],
  ): { readonly title: string; readonly body: ManagedText };
  /** The issue of an incident, by the id under which it is found. */
  incident(view: IncidentView, id: string): { readonly title: string; readonly body: ManagedText };
  /** A message for channels outside of GitHub. */
  channel(message: ChannelMessage, subject: ChannelSubject): ChannelWords;
  /** A deployment status's description: plain text of at most 140 characters. */
  deploymentStatus(words: DeploymentWords): string;
  /** The comment of an answer as a deployment protection rule: plain text. */
  protection(words: ProtectionWords): string;
  /** The draft release of the coming version, or the published notes. Of templates that cannot be used only the draft says anything. */
  draft(
    view: NoticeView,
    serial: number,
    own: readonly TemplateSource[],
  ): { readonly name: string; readonly body: ManagedText };
  release(
    view: ReleaseBodyView,
    serial: number,
    own: readonly TemplateSource[],
  ): { readonly name: string; readonly body: ManagedText };
  /** The check on a pull request: a title of plain text, and a summary in Markdown. */
  preview(view: PreviewView): { readonly title: string; readonly summary: string };
  /** The check on a pull request that changes the team's own templates: what is wrong with these. */
  templatesCheck(own: readonly TemplateSource[]): {
    readonly title: string;
    readonly summary: string;
    readonly problems: readonly TemplateProblem[];
  };
  /** The check on a pull request that changes the config, or a workflow that it names. */
  configCheck(verdict: ConfigVerdict): { readonly title: string; readonly summary: string };
  /** The issue that says what is wrong with the config of the default branch, or that it was mended. */
  configIssue(view: ConfigIssueView): { readonly title: string; readonly body: ManagedText };
  /** The pull request that brings a hotfix to the release branch, with its marker as the first line. */
  forwardPort(view: ForwardPortView): {
    readonly marker: string;
    readonly title: string;
    readonly body: string;
  };
  /** The pull request that brings sections to the changelog; its title is the commit's, too. */
  changelog(view: ChangelogPullView): { readonly title: string; readonly body: ManagedText };
  /** A paragraph for a release of which so many changes are not listed. */
  changelogUnread(unread: number): string;
}
