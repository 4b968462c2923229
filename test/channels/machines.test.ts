/** Teams and CDEvents, over real HTTP. */
import { describe, expect, it } from "vitest";
import { startReceiver } from "../support/receiver.ts";
import { DELIVERED, FAILED, NOW, tell } from "./given.ts";

const bodies = (received: readonly { readonly body: string }[]): unknown[] =>
  received.map(({ body }) => JSON.parse(body));

describe("a Teams channel", () => {
  it("is told by an Adaptive Card with our links as its actions", async () => {
    const receiver = await startReceiver();
    receiver.answers((response) => void response.writeHead(202).end());
    const teams = { kind: "teams", to: { secret: "HOOK" } } as const;
    expect(await tell(teams, DELIVERED, { secrets: [{ value: `${receiver.url}/workflow?sig=x` }] })).toEqual(
      [],
    );
    expect(receiver.received[0]?.path).toBe("/workflow?sig=x");
    expect(bodies(receiver.received)).toMatchObject([
      {
        type: "message",
        attachments: [
          {
            contentType: "application/vnd.microsoft.card.adaptive",
            content: {
              type: "AdaptiveCard",
              body: [
                { inlines: [{ type: "TextRun", text: "acme/shop: prod runs 1.5.0", weight: "Bolder" }] },
                {
                  inlines: [
                    { text: "The running system itself says so. It replaced 1.4.2. 3 commits came with it." },
                  ],
                },
                { inlines: [{ text: "Asked for by ana, approved by wes." }] },
              ],
              actions: [
                { type: "Action.OpenUrl", title: "Open it", url: "https://shop.example/" },
                { title: "Release notes" },
                { title: "On GitHub" },
                { title: "Repository" },
              ],
            },
          },
        ],
      },
    ]);
  });
});

describe("CDEvents", () => {
  it("are one CloudEvent for each component, with the operator's token", async () => {
    const receiver = await startReceiver();
    const cd = { kind: "cdevents", to: { url: `${receiver.url}/events` }, token: "HOOK" } as const;
    const given = { secrets: [{ value: "t0ken", hosts: [`127.0.0.1:${receiver.port}`] }] };
    expect(await tell(cd, DELIVERED, given)).toEqual([]);
    const [first, second] = bodies(receiver.received) as { id: string; subject: string }[];
    expect(receiver.received[0]?.headers).toMatchObject({
      "content-type": "application/cloudevents+json; charset=UTF-8",
      authorization: "Bearer t0ken",
    });
    const source = "https://github.example/acme/shop";
    const timestamp = new Date(NOW).toISOString();
    const type = "dev.cdevents.service.upgraded.0.3.0";
    expect(first).toEqual({
      specversion: "1.0",
      id: expect.stringMatching(/^msg_[0-9a-f]{32}-api$/),
      source,
      type,
      subject: "acme/shop/api",
      time: timestamp,
      datacontenttype: "application/json",
      data: {
        context: { specversion: "0.5.1", id: first?.id, source, type, timestamp },
        subject: {
          id: "acme/shop/api",
          content: {
            environment: { id: "prod", source },
            artifactId: "pkg:github/acme/shop@v1.5.0?repository_url=github.example",
          },
        },
        customData: {
          promotionId: "c1",
          version: "1.5.0",
          tag: "v1.5.0",
          sha: "a".repeat(40),
          from: "1.4.2",
          class: "normal",
          proven: true,
        },
        customDataContentType: "application/json",
      },
    });
    expect(second?.subject).toBe("acme/shop/web");
    await tell(cd, DELIVERED, given);
    expect((bodies(receiver.received)[2] as { id: string }).id).toBe(first?.id);
  });

  it.each([
    ["deployed", { ...DELIVERED, from: null }],
    ["rolledback", { ...DELIVERED, event: "rolled-back" as const }],
  ])("say %s", async (predicate, message) => {
    const receiver = await startReceiver();
    await tell({ kind: "cdevents", to: { url: receiver.url }, token: null }, message);
    expect(bodies(receiver.received)[0]).toMatchObject({ type: `dev.cdevents.service.${predicate}.0.3.0` });
    expect(receiver.received[0]?.headers.authorization).toBeUndefined();
  });

  it("say nothing of what they have no word for, and their token goes nowhere but where it may", async () => {
    const receiver = await startReceiver();
    await tell({ kind: "cdevents", to: { url: receiver.url }, token: null }, FAILED);
    const elsewhere = { kind: "cdevents", to: { url: receiver.url }, token: "HOOK" } as const;
    expect(
      await tell(elsewhere, DELIVERED, { secrets: [{ value: "t0ken", hosts: ["cd.acme.example"] }] }),
    ).toMatchObject([
      {
        type: "ChannelFailed",
        reason: expect.stringContaining("does not let the secret HOOK be sent to this host"),
      },
    ]);
    expect(receiver.received).toEqual([]);
  });
});
