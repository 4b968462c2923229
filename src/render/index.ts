/** Markdown for GitHub: templates, escaping, markers, truncation. */
export { clip, code, codeCell, link, md, mdLines, pullReference, seen, shortSha } from "./markdown.ts";
export { findMarker, marker } from "./marker.ts";
export { renderDraft, renderNotes, renderNotice, renderRelease } from "./notes.ts";
export { truncateMarkdown } from "./truncate.ts";
