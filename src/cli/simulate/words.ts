/** What an effect would write at GitHub, in the very words: by the renderer of the server. A team's own templates are left out, as nobody has read them here. */
import type { Spoken } from "../../core/spoken.ts";
import type { Effect } from "../../core/effects.ts";
import type { TextRenderer } from "../../core/wording.ts";

/** A comment's or issue's markers are for Waybill alone. */
const MARKERS = /^<!-- waybill:[^\n]*-->\n?/gm;

/** The text that an effect would write; null for one that writes none. */
export function wordsOf(usual: TextRenderer, effect: Effect & Spoken): string | null {
  const text = effect.prefix === undefined ? usual : usual.withPrefix(effect.prefix);
  const { type } = effect;
  if (type === "react") return `:${effect.content}:`;
  if (type === "comment" || type === "liveComment")
    return bare(text.comment(effect.view, effect.marker).body);
  if (type === "drawNotice") return paged(text.notice(effect.view, effect.serial, []));
  if (type === "drawDraft") return named(text.draft(effect.view, effect.serial, []));
  if (type === "publishRelease") return named(text.release(effect.view, effect.noticeSerial ?? 0, []));
  if (type === "tellChannel") return channelText(text, effect);
  if (type === "drawConfigIssue") return paged(text.configIssue(effect.view));
  return type === "drawIncident" ? paged(text.incident(effect.view, effect.incident)) : null;
}

/** Where it is found, and an audience's own words, nobody knows here. */
function channelText(
  text: TextRenderer,
  { message, audience }: Extract<Effect, { type: "tellChannel" }>,
): string {
  const about = { repository: "OWNER/NAME", url: "", audience, notes: null, issue: null, templates: [] };
  const { title, lines, detail } = text.channel(message, about);
  return [title, ...lines, detail].filter((part) => part !== "").join("\n");
}

function paged({ title, body }: ReturnType<TextRenderer["notice"]>): string {
  return `${title}\n\n${bare(body.text)}`;
}

function named({ name, body }: ReturnType<TextRenderer["draft"]>): string {
  return `${name}\n\n${bare(body.text)}`;
}

function bare(body: string): string {
  return body.replace(MARKERS, "").trim();
}
