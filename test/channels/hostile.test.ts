/** Whatever strangers write (commits, versions, reasons, logins, config) stays text in every channel. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChannelMessage } from "../../src/core/channels/message.ts";
import type { Sending } from "../../src/channels/sending.ts";
import { letterOf } from "../../src/channels/email.ts";
import { teamsMessage } from "../../src/channels/teams.ts";
import { webhookBody } from "../../src/channels/webhook.ts";
import { slackMessage } from "../../src/channels/slack.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { DELIVERED, FAILED, NOTICED } from "./given.ts";

const nasty = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "<!channel> <@U123> <https://evil.example|click>",
    "x\r\nBcc: eve@evil.example\r\n\r\nbody",
    "<script>alert(1)</script>",
    "*bold* _it_ ~no~ `code` :rotating_light: @here",
    "[click](https://evil.example) ![](https://evil.example/x.png)",
    "\u202Eevil\u2066\u0000\u2028",
    "{{constructor}} ${7*7}",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "</a>\"' onmouseover=x",
  ),
);
const filled = nasty.map((text) => (text.trim() === "" ? "x" : text));

const messages: fc.Arbitrary<ChannelMessage> = fc.oneof(
  fc
    .record({
      version: filled,
      environment: filled,
      reason: nasty,
      requestedBy: nasty,
      url: nasty,
      from: nasty,
      tag: filled,
    })
    .map((own) => ({ ...DELIVERED, ...own, event: "rolled-back" as const })),
  fc.record({ message: nasty, version: filled }).map(({ message, version }) => ({
    ...FAILED,
    version,
    problem: { code: "github-refused" as const, detail: { message } },
  })),
  fc
    .record({ text: nasty, version: filled })
    .map(({ text, version }) => ({ ...NOTICED, version, breaking: [{ sha: "c".repeat(40), text }] })),
  fc.record({ by: nasty, reason: nasty, environment: filled }).map((own) => ({
    about: "freeze" as const,
    event: "frozen" as const,
    name: "f",
    at: 0,
    until: null,
    ...own,
  })),
);

const text = createTextRenderer();
const repository = { owner: "acme", name: "shop", url: "https://github.example/acme/shop" };

function sendingOf(message: ChannelMessage): Sending {
  const subject = {
    repository: "acme/shop",
    url: repository.url,
    audience: null,
    notes: null,
    issue: null,
    templates: [],
  };
  const nobody = (): never => {
    throw new Error("nothing is sent here");
  };
  return {
    id: "msg_1",
    message,
    words: text.channel(message, subject),
    repository,
    post: nobody,
    reveal: nobody,
  };
}

describe("hostile texts", () => {
  it("are one line each, printable, and without secrets", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const { title, lines, detail, links } = sendingOf(message).words;
        expect(title).not.toBe("");
        for (const line of [title, ...lines]) expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202E\u2066]/u);
        expect(detail).not.toMatch(/[\0\r\u202E\u2066]/u);
        expect(JSON.stringify([title, lines, detail, links])).not.toContain("ghp_0123456789");
        expect(webhookBody(sendingOf(message))).not.toContain("ghp_0123456789");
        for (const { url } of links) expect(url).toMatch(/^https?:\/\//);
      }),
    );
  });

  it("come to no mention, link or markup in Slack", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const { text: fallback, blocks } = slackMessage(sendingOf(message)) as {
          text: string;
          blocks: { text?: { type: string }; elements?: { type: string; text: string }[] }[];
        };
        expect(fallback).not.toMatch(/[<>]/);
        for (const { text: own, elements = [] } of blocks) {
          if (own !== undefined) expect(own.type).toBe("plain_text");
          for (const { text: links } of elements)
            expect(links).toMatch(
              /^<https?:\/\/[^<>|\s]+\|[^<>|]+>(?:  ·  <https?:\/\/[^<>|\s]+\|[^<>|]+>)*$/,
            );
        }
      }),
    );
  });

  it("come to text runs in Teams, in which Markdown means nothing", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const { attachments } = teamsMessage(sendingOf(message)) as {
          attachments: {
            content: { body: { type: string; inlines: { type: string }[] }[]; actions: { url: string }[] };
          }[];
        };
        const { body, actions } = attachments[0]?.content ?? { body: [], actions: [] };
        expect(body.length).toBeGreaterThan(0);
        for (const { type, inlines } of body)
          expect([type, ...inlines.map((run) => run.type)]).toEqual(["RichTextBlock", "TextRun"]);
        for (const { url } of actions) expect(url).toMatch(/^https?:/);
      }),
    );
  });

  it("come to no header and no element in a mail", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const { subject, html } = letterOf(sendingOf(message), "waybill@acme.example", ["ops@acme.example"]);
        expect(subject).not.toMatch(/[\r\n]/);
        const tags = [...html.matchAll(/<[^>]*>/g)].map(([tag]) => tag);
        for (const tag of tags)
          expect(tag).toMatch(
            /^(<!doctype html>|<\/?(html|body|p|strong|a)>|<p style="white-space:pre-wrap">|<a href="https?:\/\/[^"<>]*">)$/,
          );
      }),
    );
  });
});
