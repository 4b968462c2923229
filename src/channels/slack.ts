/**
 * Channel: Slack, by an incoming webhook. What strangers wrote goes into `plain_text` objects, in which Slack makes nothing of anything; only our own links are
 * `mrkdwn`. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks https://docs.slack.dev/reference/block-kit/composition-objects/text-object
 */
import type { Carrier } from "../core/channels/model.ts";
import { outcomeOf, TIMEOUT_MS, urlOf, type Outcome, type Sending } from "./sending.ts";

/** Slack's limits: of a header, and of a section's text. */
const LONGEST_HEADER = 150;
const LONGEST_SECTION = 2_900;

export async function sendSlack(
  { to }: Extract<Carrier, { kind: "slack" }>,
  sending: Sending,
): Promise<Outcome> {
  const address = urlOf(to, sending);
  if (!address.ok) return { kind: "refused", reason: address.reason };
  const headers = { "content-type": "application/json; charset=utf-8" };
  const body = JSON.stringify(slackMessage(sending));
  return outcomeOf(await sending.post({ url: address.url, headers, body, timeoutMs: TIMEOUT_MS }));
}

/** What is posted. */
export function slackMessage({ words: { title, lines, detail, links } }: Sending): object {
  const text = [lines.join("\n"), detail].filter((part) => part !== "").join("\n\n");
  return {
    // For notifications, and for whoever shows no blocks: there mentions would be alive.
    text: escaped(title),
    mrkdwn: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: "header", text: plain(title, LONGEST_HEADER) },
      ...(text === "" ? [] : [{ type: "section", text: plain(text, LONGEST_SECTION) }]),
      ...(links.length === 0
        ? []
        : [
            {
              type: "context",
              elements: [{ type: "mrkdwn", text: links.map(linkOf).join("  ·  "), verbatim: true }],
            },
          ]),
    ],
  };
}

/** Emoji stay words, too: `:rotating_light:` in a commit is no alarm. */
function plain(text: string, longest: number): object {
  const cut = text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
  return { type: "plain_text", text: cut, emoji: false };
}

/** The three characters by which all that is special begins. https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function linkOf({ label, url }: { readonly label: string; readonly url: string }): string {
  return `<${escaped(url).replaceAll("|", "%7C")}|${escaped(label)}>`;
}
