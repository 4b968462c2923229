/** What is said outside of GitHub: from the messages of the core to plain words and links. */
import type {
  ChannelMessage,
  DriftMessage,
  FreezeMessage,
  PromotionMessage,
  ReleaseMessage,
} from "../core/channels/message.ts";
import { crossOutTokens } from "../core/secrets.ts";
import type { ChannelSubject, ChannelWords } from "../core/wording.ts";
import { expectedText } from "./expected.ts";
import { clip, seen } from "./markdown.ts";
import { plainText } from "./plain-text.ts";
import { problemPage } from "./problem.ts";
import { wordsForAudience } from "./team-words.ts";
import { renderTemplate } from "./templates.ts";
import { durationText, timeText } from "./times.ts";

/** Nobody reads more in a chat or a mail; the rest is where the links lead. */
const LONGEST_DETAIL = 4_000;
const LONGEST_TITLE = 150;

/** The words of a message. All texts in it are strangers': what is made of them is text and nothing else. */
export function channelWords(message: ChannelMessage, subject: ChannelSubject): ChannelWords {
  const page = { repository: subject.repository, forTeam: subject.audience === null, ...pageOf(message) };
  const [title = "", ...lines] = renderTemplate(`channels/${message.event}`, page)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  return {
    title: clip(title, LONGEST_TITLE),
    lines,
    detail: detailOf(message, subject),
    links: linksOf(message, subject),
  };
}

function pageOf(message: ChannelMessage): object {
  switch (message.about) {
    case "promotion":
      return promotionPage(message);
    case "release":
      return releasePage(message);
    case "freeze":
      return freezePage(message);
    case "drift":
      return driftPage(message);
    case "test":
      return { at: timeText(message.at) };
  }
}

function promotionPage(message: PromotionMessage): object {
  const { approvedBy, class: kind } = message;
  return {
    ...message,
    approvedBy: approvedBy.join(", "),
    isRollback: kind === "rollback",
    isHotfix: kind === "hotfix",
  };
}

function releasePage(message: ReleaseMessage): object {
  const { expected, was } = message;
  return {
    ...message,
    expected: expected === null ? null : expectedText(expected),
    was: was === null ? null : expectedText(was),
  };
}

function freezePage(message: FreezeMessage): object {
  return { ...message, until: message.until === null ? null : timeText(message.until) };
}

function driftPage(message: DriftMessage): object {
  const { since, rightAt, at } = message;
  return { ...message, since: timeText(since), rightAt: timeText(rightAt), took: durationText(at - since) };
}

function detailOf(message: ChannelMessage, { audience, notes, templates }: ChannelSubject): string {
  if (message.about === "promotion" && message.problem !== null) {
    const problem = { ...problemPage(message.problem), build: message.tag === null };
    return plainText(renderTemplate("channels/problem", { problem }), LONGEST_DETAIL);
  }
  if (!bringsWords(message) || notes === null || audience === null) return "";
  const found = notes.audiences?.find(({ name }) => name === audience);
  if (found === undefined) return "";
  const { version, tag } = message;
  return plainText(
    wordsForAudience({ notes, version, tag: tag ?? version }, found, templates),
    LONGEST_DETAIL,
  );
}

/** Messages that bring an audience's words about the release. */
function bringsWords(message: ChannelMessage): message is ReleaseMessage | PromotionMessage {
  if (message.about === "promotion") return message.event === "delivered";
  return message.about === "release" && message.event !== "date-changed" && message.event !== "soon";
}

function linksOf(message: ChannelMessage, { url, issue }: ChannelSubject): ChannelWords["links"] {
  const links: { what: string; url: string }[] = [];
  const add = (what: string, address: string | null): void => {
    const href = address !== null && /^https?:\/\//i.test(address) ? URL.parse(address)?.href : undefined;
    if (href !== undefined && crossOutTokens(href) === href) links.push({ what, url: href });
  };
  if (message.about === "promotion") {
    add("environment", message.url);
    add("release", message.tag === null ? null : `${url}/releases/tag/${encodeURIComponent(message.tag)}`);
    add("thread", message.issue === null ? null : `${url}/issues/${message.issue}`);
  }
  if (message.about === "drift")
    add("thread", message.issue === null ? null : `${url}/issues/${message.issue}`);
  if (message.about === "release") {
    const tagged = message.tag === null ? null : `${url}/releases/tag/${encodeURIComponent(message.tag)}`;
    add("release", tagged);
    const notice = issue ?? message.issue;
    add("notice", notice === null ? null : `${url}/issues/${notice}`);
  }
  add("repository", url);
  return links.map(({ what, url: address }) => ({
    label: seen(renderTemplate("channels/link", { what })),
    url: address,
  }));
}
