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

/** Renders a comment as GitHub would show it: GFM, HTML comments hidden, of HTML only harmless elements, links only to http(s). */
export function renderMarkdown(text: string): Markup {
  const rendered = micromark(text, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml(), harmlessHtml],
  });
  return new Markup(rendered);
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
