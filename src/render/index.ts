/** Markdown for GitHub: templates, escaping, markers, truncation. */
export { clip, code, codeCell, link, md, mdLines, pullReference, seen, shortSha } from "./markdown.ts";
export { findMarker, marker } from "./marker.ts";
export type { Marker } from "./marker.ts";
export { renderDraft, renderNotes, renderNotice, renderRelease } from "./notes.ts";
export { renderTemplate } from "./templates.ts";
export { COMMENT_LIMIT, RELEASE_LIMIT, truncateMarkdown } from "./truncate.ts";
export type {
  ChangeLine,
  NoticePage,
  NoticePageOptions,
  NotesPage,
  NotesPageOptions,
  ReleasePage,
  SectionLines,
  UnclassifiedLine,
} from "./views.ts";
