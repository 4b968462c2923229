/** Slack, over real HTTP. */
import { describe, expect, it } from "vitest";
import { startReceiver } from "../support/receiver.ts";
import { DELIVERED, NOTICED, tell } from "./given.ts";

const SLACK = { kind: "slack", to: { secret: "HOOK" } } as const;

describe("a Slack channel", () => {
  it("is told in blocks, with our own links", async () => {
    const receiver = await startReceiver();
    expect(
      await tell(SLACK, DELIVERED, { secrets: [{ value: `${receiver.url}/services/T0/B0/x` }] }),
    ).toEqual([]);
    const [{ path, body } = { path: "", body: "" }] = receiver.received;
    expect(path).toBe("/services/T0/B0/x");
    expect(JSON.parse(body)).toEqual({
      text: "acme/shop: prod runs 1.5.0",
      mrkdwn: false,
      unfurl_links: false,
      unfurl_media: false,
      blocks: [
        { type: "header", text: { type: "plain_text", text: "acme/shop: prod runs 1.5.0", emoji: false } },
        {
          type: "section",
          text: {
            type: "plain_text",
            text: "The running system itself says so. It replaced 1.4.2. 3 commits came with it.\nAsked for by ana, approved by wes.",
            emoji: false,
          },
        },
        {
          type: "context",
          elements: [
            {
              type: "mrkdwn",
              text: "<https://shop.example/|Open it>  ·  <https://github.example/acme/shop/releases/tag/v1.5.0|Release notes>  ·  <https://github.example/acme/shop/issues/7|On GitHub>  ·  <https://github.example/acme/shop|Repository>",
              verbatim: true,
            },
          ],
        },
      ],
    });
  });

  it("reads of a release in an audience's own words", async () => {
    const receiver = await startReceiver();
    const entry = {
      sha: "b".repeat(40),
      type: "feat",
      scope: null,
      component: null,
      breaking: false,
      text: "pay by *voucher*",
      pull: null,
      author: null,
    };
    const model = {
      bump: "minor",
      sections: [{ title: "Features", entries: [entry] }],
      breaking: [],
      reverted: [],
      hidden: [],
      unclassified: [],
      releaseAs: null,
      cut: [],
    };
    const notes = {
      base: null,
      head: "b".repeat(40),
      model,
      commitCount: 1,
      unreadCount: 0,
      compareUrl: null,
      audiences: [{ name: "support", components: null }],
    };
    const lane = {
      upcoming: { version: "1.6.0", head: "b".repeat(40), notes },
      notice: { serial: 1, issue: 33, draftReleaseId: null },
    };
    await tell(SLACK, NOTICED, {
      secrets: [{ value: receiver.url }],
      lane: lane as never,
      audience: "support",
    });
    const text = receiver.received[0]?.body ?? "";
    expect(text).toContain("Features\\n\\n- pay by *voucher*");
    expect(text).toContain("/issues/33|The notice");
    const arrived = { ...lane, upcoming: null, releases: [{ version: "1.5.0", notes, notice: null }] };
    const given = { secrets: [{ value: receiver.url }], lane: arrived as never, audience: "support" };
    await tell(SLACK, DELIVERED, given);
    expect(receiver.received[1]?.body).toContain("pay by *voucher*");
    expect(receiver.received[1]?.body).not.toContain("Asked for");
  });

  it("is told nothing where its secret is no address, and the secret is told nobody", async () => {
    const events = await tell(SLACK, DELIVERED, { secrets: [{ value: "hunter2-hunter2" }] });
    expect(events).toMatchObject([{ type: "ChannelFailed", reason: "the secret HOOK is not an address" }]);
    expect(JSON.stringify(events)).not.toContain("hunter2");
  });
});
