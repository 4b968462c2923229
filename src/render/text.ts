/** All that Waybill writes on GitHub, from the views to the text with its markers, within GitHub's limits. */
import type { ManagedText, TextRenderer } from "../core/wording.ts";
import { renderComment } from "./comments.ts";
import { channelWords } from "./channels.ts";
import { renderConfigCheck, renderConfigIssue } from "./config-check.ts";
import { clip, saying } from "./markdown.ts";
import { marker } from "./marker.ts";
import { renderTemplate } from "./templates.ts";
import { changelogPage } from "./changelog.ts";
import { renderPreview } from "./preview.ts";
import { incidentPage } from "./rollback.ts";
import { draftText, noticeText, releaseText, sourceProblems } from "./team-words.ts";
import { COMMENT_LIMIT, RELEASE_LIMIT, truncateMarkdown } from "./truncate.ts";

/** GitHub refuses longer ones. https://docs.github.com/en/rest/deployments/statuses */
const DESCRIPTION_LIMIT = 140;
/** A check's summary has 65,535 bytes, and no character more than three for each unit of UTF-16. https://docs.github.com/en/rest/checks/runs */
const CHECK_LIMIT = Math.floor(65_535 / 3);
/** Nobody reads more on the page of a run. */
const PROTECTION_LIMIT = 500;
/** Room for what people add around our block, and for our own two lines. */
const ROOM_FOR_PEOPLE = 8_000;

/** What is written of releases, before and after they are made. */
const OF_RELEASES: Pick<
  TextRenderer,
  "notice" | "draft" | "release" | "changelog" | "changelogUnread" | "templatesCheck"
> = {
  notice(view, serial, own) {
    const title = view.released === null ? `Coming next: ${view.version}` : `Release ${view.version}`;
    return { title, body: managed("notice", serial, noticeText(view, own), COMMENT_LIMIT) };
  },
  draft(view, serial, own) {
    return { name: view.version, body: managed("notes", serial, draftText(view, own), RELEASE_LIMIT) };
  },
  release(view, serial, own) {
    const { version, component } = view;
    const name = component === undefined ? version : `${component.name} ${version}`;
    return {
      name,
      body: managed("notes", component?.name ?? serial, releaseText(view, own), RELEASE_LIMIT),
    };
  },
  changelog(view) {
    const page = changelogPage(view);
    return {
      title: renderTemplate("changelog-title", page).trim(),
      body: managed("changelog", "sections", renderTemplate("changelog", page), COMMENT_LIMIT),
    };
  },
  changelogUnread(unread) {
    return renderTemplate("changelog-unread", { unread }).trim();
  },
  templatesCheck(own) {
    const problems = own.flatMap(sourceProblems);
    const page = { problems, paths: own.map(({ path }) => path) };
    const summary = truncateMarkdown(renderTemplate("templates-check", page).trim(), CHECK_LIMIT, cutLine());
    return { title: renderTemplate("templates-check-title", page).trim(), summary, problems };
  },
};

export interface TextOptions {
  /** Whether receipts are signed. Default: they are not. */
  readonly signs?: boolean;
}

/** Every sentence, from `templates/` and, where a team words its own, from theirs. */
export function createTextRenderer({ signs = false }: TextOptions = {}): TextRenderer {
  const renderer: TextRenderer = {
    ...OF_RELEASES,
    withPrefix: (prefix) => inPrefix(renderer, prefix),
    comment(view, id) {
      const first = marker("comment", id);
      return {
        marker: first,
        body: `${first}\n${truncateMarkdown(renderComment(view, signs), COMMENT_LIMIT - first.length - 1, cutLine())}`,
      };
    },
    incident(view, id) {
      const page = incidentPage(view);
      return {
        title: renderTemplate("incident-title", page).trim(),
        body: managed("incident", id, renderTemplate("incident", page), COMMENT_LIMIT),
      };
    },
    configCheck(verdict) {
      return renderConfigCheck(verdict, cutLine());
    },
    configIssue(view) {
      const { title, text } = renderConfigIssue(view);
      return { title, body: managed("config", "issue", text, COMMENT_LIMIT) };
    },
    channel: channelWords,
    deploymentStatus(words) {
      return clip(renderTemplate("deployment-status", words).trim(), DESCRIPTION_LIMIT);
    },
    protection(words) {
      const command = `/promote ${words.environment}${words.version === null ? "" : ` ${words.version}`}`;
      return clip(renderTemplate("protection", { ...words, command }).trim(), PROTECTION_LIMIT);
    },
    forwardPort(view) {
      const first = marker("forward-port", view.branch);
      const body = `${first}\n${renderTemplate("forward-port", { ...view, settle: `/hotfix settle ${view.version}` }).trim()}\n`;
      return { marker: first, title: renderTemplate("forward-port-title", view).trim(), body };
    },
    preview(view) {
      return renderPreview(view, cutLine());
    },
  };
  return renderer;
}

/** Every text of a renderer, written with a prefix. */
function inPrefix(renderer: TextRenderer, prefix: string): TextRenderer {
  return new Proxy(renderer, {
    get(target, name, self) {
      const write: unknown = Reflect.get(target, name, self);
      if (typeof write !== "function" || name === "withPrefix") return write;
      return (...given: unknown[]): unknown => saying(prefix, () => Reflect.apply(write, target, given));
    },
  });
}

function managed(kind: string, serial: number | string, text: string, limit: number): ManagedText {
  const begin = marker(kind, serial);
  const end = marker(`${kind}-end`, serial);
  const body = truncateMarkdown(text.trim(), limit - ROOM_FOR_PEOPLE, cutLine());
  return { begin, end, text: `${begin}\n${body}\n${end}` };
}

function cutLine(): string {
  return renderTemplate("cut", {}).trim();
}
