/** What is said outside of GitHub of each thing that can be told: the whole text, as a reader sees it. */
import { describe, expect, it } from "vitest";
import type { ChannelMessage, DriftMessage } from "../../src/core/channels/message.ts";
import { CHANNEL_EVENTS } from "../../src/core/channels/model.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { plainText } from "../../src/render/plain-text.ts";
import { DELIVERED, FAILED, NOTICED, NOW } from "../channels/given.ts";

const date = { at: Date.parse("2026-12-03T14:00:00Z"), wholeDay: false, zone: "Europe/London" };
const DRIFT: DriftMessage = {
  about: "drift",
  event: "drifted",
  name: "d",
  at: NOW,
  what: "other",
  environment: "prod",
  component: null,
  url: "https://shop.example/version",
  version: "1.5.0",
  release: "1.5.0",
  observed: "1.4.2",
  since: NOW,
  rightAt: NOW,
  issue: 7,
};
const freeze = { about: "freeze", name: "f", at: NOW, environment: "prod", by: "ana" } as const;

const MESSAGES: readonly (readonly [ChannelMessage, readonly string[]])[] = [
  [
    { ...NOTICED, expected: date },
    [
      "acme/shop: 1.6.0 is coming",
      "2 commits so far. Expected on Thursday 3 December 2026 14:00 (Europe/London).",
      "What breaks: prices are whole cents",
    ],
  ],
  [
    { ...NOTICED, event: "breaking", more: 2 },
    [
      "acme/shop: 1.6.0 breaks something now",
      "What breaks: prices are whole cents",
      "And 2 more that break.",
    ],
  ],
  [
    { ...NOTICED, event: "date-changed", expected: date, was: { ...date, wholeDay: true } },
    [
      "acme/shop: 1.6.0 is now expected on Thursday 3 December 2026 14:00 (Europe/London)",
      "Before, it was Thursday 3 December 2026 (Europe/London).",
    ],
  ],
  [
    { ...NOTICED, event: "date-changed", was: date },
    [
      "acme/shop: 1.6.0 has no date any more",
      "Before, it was Thursday 3 December 2026 14:00 (Europe/London).",
    ],
  ],
  [
    { ...NOTICED, event: "soon", expected: date, changeCount: 1 },
    [
      "acme/shop: 1.6.0 is expected soon, on Thursday 3 December 2026 14:00 (Europe/London)",
      "1 commit comes with it.",
    ],
  ],
  [
    { ...NOTICED, event: "released", tag: "v1.6.0", breaking: [] },
    ["acme/shop: 1.6.0 is released", "2 commits come with it."],
  ],
  [
    { ...NOTICED, event: "hotfix", tag: "v1.5.1" },
    ["acme/shop: hotfix 1.6.0 is released", "2 commits come with it, and nothing else."],
  ],
  [
    { ...DELIVERED, event: "started" },
    ["acme/shop: 1.5.0 to prod has begun", "Asked for by ana, approved by wes. It replaces 1.4.2."],
  ],
  [
    { ...DELIVERED, event: "started", class: "rollback", reason: "orders fail" },
    [
      "acme/shop: rollback of prod to 1.5.0 has begun",
      "Asked for by ana, approved by wes. It replaces 1.4.2.",
      "Why: orders fail",
    ],
  ],
  [
    { ...DELIVERED, event: "approval-wanted", approvedBy: [] },
    ["acme/shop: 1.5.0 waits for approval to prod", "Asked for by ana."],
  ],
  [
    {
      ...DELIVERED,
      class: "hotfix",
      proven: false,
      from: null,
      changeCount: 1,
      requestedBy: null,
      approvedBy: [],
    },
    [
      "acme/shop: prod runs hotfix 1.5.0",
      "The workflows say so; the running system was not asked. 1 commit came with it.",
      "Automatic, as the config says.",
    ],
  ],
  [
    { ...DELIVERED, event: "rolled-back", class: "rollback", reason: "orders fail" },
    [
      "acme/shop: prod was rolled back to 1.5.0",
      "The running system itself says so. Before, it ran 1.4.2.",
      "Asked for by ana, approved by wes.",
      "Why: orders fail",
    ],
  ],
  [
    FAILED,
    [
      "acme/shop: 1.5.0 was not delivered to prod",
      "Asked for by ana, approved by wes. prod counts as running 1.4.2, as before.",
      "prod runs 1.5.0 already. There is nothing to do.",
    ],
  ],
  [
    { ...DELIVERED, event: "cancelled", cancelledBy: "tri" },
    [
      "acme/shop: 1.5.0 to prod was cancelled",
      "tri has cancelled it; ana had asked for it, approved by wes.",
    ],
  ],
  [
    { ...DELIVERED, event: "needs-human" },
    [
      "acme/shop: 1.5.0 in prod needs a person",
      "Nobody can tell by machine how it stands, and nothing else begins in prod until a person has looked.",
      "Asked for by ana, approved by wes.",
    ],
  ],
  [
    { ...freeze, event: "frozen", until: NOW, reason: "fair" },
    ["acme/shop: prod is frozen", "ana has frozen it until 2026-11-28 12:00:00 UTC.", "Why: fair"],
  ],
  [
    { ...freeze, event: "frozen", until: null, reason: null },
    ["acme/shop: prod is frozen", "ana has frozen it until somebody lifts it."],
  ],
  [
    { ...freeze, event: "unfrozen", until: null, reason: null },
    ["acme/shop: prod is no longer frozen", "ana has lifted the freeze."],
  ],
  [
    DRIFT,
    [
      "acme/shop: prod runs 1.4.2, which nobody promoted",
      "It says so since 2026-11-28 12:00:00 UTC. Waybill had delivered 1.5.0 there, which was seen last at 2026-11-28 12:00:00 UTC.",
      "Waybill changes nothing about it: a person should look at what has happened.",
    ],
  ],
  [
    { ...DRIFT, what: "back", observed: null, component: "api" },
    ["acme/shop: prod runs 1.5.0 again", "api says so, as it was delivered."],
  ],
  [
    { ...DRIFT, what: "silent", observed: null, at: NOW + 3_600_000 },
    ["acme/shop: nobody knows what prod runs", "It has told no version for 1 h; 1.5.0 was delivered there."],
  ],
  [
    { about: "test", event: "test", name: "t", at: NOW },
    [
      "acme/shop: a test message of Waybill",
      "Nothing has happened. Somebody tried at 2026-11-28 12:00:00 UTC whether this channel works.",
    ],
  ],
];

const text = createTextRenderer();
const subject = {
  repository: "acme/shop",
  url: "https://github.example/acme/shop",
  audience: null,
  notes: null,
  issue: null,
  templates: [],
};

describe("what is told", () => {
  it.each(MESSAGES.map(([message, said]) => [message.event, message, said] as const))(
    "%s",
    (_event, message, said) => {
      const { title, lines, detail } = text.channel(message, subject);
      expect([title, ...lines, ...(detail === "" ? [] : [detail])]).toEqual(said);
    },
  );

  it("is everything that the config can name", () => {
    const told = new Set<string>(MESSAGES.map(([{ event }]) => event));
    expect(CHANNEL_EVENTS.filter((event) => !told.has(event))).toEqual([]);
  });
});

describe("Markdown as plain text", () => {
  it.each([
    ["**bold** and `code` and [a link](https://a.example)", "bold and code and a link"],
    ["- one\n- two\n  - three", "- one\n- two\n  - three"],
    ["# Title\n\ntext\nmore", "Title\n\ntext more"],
    ["<details>\n<summary>x</summary>\n\nin it\n\n</details>", "in it"],
    ["| a | b |\n|---|---|\n| 1 | 2 |", "a  b\n1  2"],
    ["@&#8203;ana \\*not bold\\* &lt;b&gt;", "@ana *not bold* <b>"],
  ])("%j", (markdown, plain) => {
    expect(plainText(markdown, 100)).toBe(plain);
  });

  it("is cut where it is too long", () => {
    expect(plainText("word ".repeat(50), 20)).toBe("word word word word…");
  });
});
