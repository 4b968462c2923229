/**
 * Channel: Microsoft Teams, by the webhook of a workflow that posts a card to a channel. What strangers wrote goes into text runs, in which Markdown means nothing; our own links are
 * the card's actions. https://learn.microsoft.com/en-us/adaptive-cards/schema-explorer/text-run
 */
import type { Carrier } from "../core/channels/model.ts";
import { outcomeOf, TIMEOUT_MS, urlOf, type Outcome, type Sending } from "./sending.ts";

/** Teams takes messages of 28 KB; a character may take six bytes in JSON. */
const LONGEST_TEXT = 3_000;
/** Teams shows no more of them beside one another. */
const MOST_ACTIONS = 6;

export async function sendTeams(
  { to }: Extract<Carrier, { kind: "teams" }>,
  sending: Sending,
): Promise<Outcome> {
  const address = urlOf(to, sending);
  if (!address.ok) return { kind: "refused", reason: address.reason };
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(teamsMessage(sending));
  return outcomeOf(await sending.post({ url: address.url, headers, body, timeoutMs: TIMEOUT_MS }));
}

/** What is posted. https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using#send-adaptive-cards-using-an-incoming-webhook */
export function teamsMessage({ words: { title, lines, detail, links } }: Sending): object {
  const text = [lines.join("\n"), detail].filter((part) => part !== "").join("\n\n");
  const cut = text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1).toWellFormed()}…`;
  const content = {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    fallbackText: title,
    body: [
      paragraph({ text: title, weight: "Bolder", size: "Medium" }),
      ...cut.split("\n").flatMap((line) => (line === "" ? [] : [paragraph({ text: line })])),
    ],
    actions: links
      .slice(0, MOST_ACTIONS)
      .map(({ label, url }) => ({ type: "Action.OpenUrl", title: label, url })),
    msteams: { width: "Full" },
  };
  const card = { contentType: "application/vnd.microsoft.card.adaptive", contentUrl: null, content };
  return { type: "message", attachments: [card] };
}

function paragraph(run: { readonly text: string; readonly weight?: string; readonly size?: string }): object {
  return { type: "RichTextBlock", inlines: [{ type: "TextRun", ...run }] };
}
