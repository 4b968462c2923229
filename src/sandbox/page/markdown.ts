import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import type { HtmlExtension } from "micromark-util-types";
import { escapeHtml, Markup } from "./html.ts";

/** Elements that people write as HTML in comments; they come through without attributes. */
const ALLOWED = new Set(
  "b blockquote br code dd del details dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li ol p pre s samp strike strong sub summary sup table tbody td th thead tr ul var".split(
    " ",
  ),
);

/**
 * Renders a comment as GitHub would show it: GFM, HTML comments hidden, of HTML only harmless elements, links only to http(s).
 * `#12` becomes a link below `base` (`/owner/name`).
 */
export function renderMarkdown(text: string, base: string): Markup {
  const rendered = micromark(text, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml(), harmlessHtml],
  });
  return new Markup(linkReferences(markAlerts(rendered), base));
}

/** `> [!NOTE]` and its like. Source: https://docs.github.com/get-started/writing-on-github (alerts) */
function markAlerts(rendered: string): string {
  return rendered.replaceAll(
    /<blockquote>\n<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*/g,
    (_whole, kind: string) =>
      `<blockquote class="note">\n<p><b>${kind.slice(0, 1)}${kind.slice(1).toLowerCase()}</b><br>`,
  );
}

/** Links `#12` and marks `@name`, in running text only: not in code, not inside another link. */
function linkReferences(rendered: string, base: string): string {
  let closed = 0;
  return rendered
    .split(/(<[^>]*>)/)
    .map((piece) => {
      if (/^<(a|code|pre)\b/.test(piece)) closed += 1;
      else if (/^<\/(a|code|pre)>/.test(piece)) closed -= 1;
      if (closed > 0 || piece.startsWith("<")) return piece;
      return piece
        .replaceAll(/(?<![\w&/#])#(\d{1,7})\b/g, `<a href="${escapeHtml(base)}/issues/$1">#$1</a>`)
        .replaceAll(/(?<![\w/.])@([A-Za-z\d][A-Za-z\d-]{0,38})/g, '<span class="mention">@$1</span>');
    })
    .join("");
}

/** Instead of micromark's own handling (all or nothing), HTML in the text is reduced to what is harmless. */
const harmlessHtml: HtmlExtension = {
  enter: {
    htmlFlow() {
      this.lineEndingIfNeeded();
      this.buffer();
    },
    htmlText() {
      this.buffer();
    },
  },
  exit: {
    htmlFlow(token) {
      this.resume();
      this.raw(reduceHtml(this.sliceSerialize(token)));
    },
    htmlText(token) {
      this.resume();
      this.raw(reduceHtml(this.sliceSerialize(token)));
    },
  },
};

function reduceHtml(source: string): string {
  const visible = source.replaceAll(/<!--[\s\S]*?(?:-->|$)/g, "");
  return visible
    .split(/(<\/?[A-Za-z][^<>]*>)/)
    .map((piece) => {
      const tag = /^<(\/?)([A-Za-z][A-Za-z0-9]*)\b([^<>]*)>$/.exec(piece);
      const name = tag?.[2]?.toLowerCase() ?? "";
      if (!tag || !ALLOWED.has(name)) return escapeHtml(piece);
      const open = name === "details" && /\bopen\b/.test(tag[3] ?? "") ? " open" : "";
      return `<${tag[1]}${name}${open}>`;
    })
    .join("");
}
