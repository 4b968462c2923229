/** Channels over real servers, with nothing but the lanes and GitHub made up. */
import type { ChannelMessage, PromotionMessage, ReleaseMessage } from "../../src/core/channels/message.ts";
import type { Carrier, ChannelConfig } from "../../src/core/channels/model.ts";
import type { Effect } from "../../src/core/effects.ts";
import type { WaybillEvent } from "../../src/core/events.ts";
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import type { RepositoryLane } from "../../src/core/repository.ts";
import { createChannels, type MailSettings } from "../../src/channels/index.ts";
import { createPoster } from "../../src/probe/post.ts";
import { createTextRenderer } from "../../src/render/text.ts";
import { createRevealSecret, type NamedSecret } from "../../src/secrets.ts";

export const NOW = Date.parse("2026-11-28T12:00:00Z");
export const KEY = `whsec_${Buffer.from("0123456789abcdefghijklmnopqrstuv").toString("base64")}`;
const LANE = { installation: 1 as InstallationId, repository: 2 as RepositoryId, environment: "" };

export const DELIVERED: PromotionMessage = {
  about: "promotion",
  event: "delivered",
  name: "delivered:prod:c1",
  at: NOW,
  promotionId: "c1",
  environment: "prod",
  version: "1.5.0",
  tag: "v1.5.0",
  sha: "a".repeat(40),
  class: "normal",
  from: "1.4.2",
  changeCount: 3,
  components: ["api", "web"],
  requestedBy: "ana",
  approvedBy: ["wes"],
  reason: null,
  url: "https://shop.example/",
  issue: 7,
  proven: true,
  problem: null,
  cancelledBy: null,
};

export const FAILED: PromotionMessage = {
  ...DELIVERED,
  event: "failed",
  name: "failed:prod:c1",
  problem: { code: "already-delivered", detail: { environment: "prod", version: "1.5.0" } },
};

export const NOTICED: ReleaseMessage = {
  about: "release",
  event: "noticed",
  name: "noticed-1",
  at: NOW,
  version: "1.6.0",
  tag: null,
  sha: "b".repeat(40),
  changeCount: 2,
  breaking: [{ sha: "b".repeat(40), text: "prices are whole cents" }],
  more: 0,
  components: ["api"],
  expected: null,
  was: null,
  issue: 9,
};

export interface Given {
  readonly secrets?: readonly Partial<NamedSecret>[];
  readonly mail?: MailSettings | null;
  readonly lane?: Partial<RepositoryLane>;
  readonly audience?: string | null;
  readonly repository?: { readonly owner: string; readonly name: string };
}

/** Tells a message by a channel `ops`, as the outbox would. Throws where it is to be tried again. */
export async function tell(
  carrier: Carrier,
  message: ChannelMessage,
  {
    secrets = [],
    mail = null,
    lane,
    audience = null,
    repository = { owner: "acme", name: "shop" },
  }: Given = {},
): Promise<readonly WaybillEvent[]> {
  const channel: ChannelConfig = { name: "ops", carrier, tell: [] };
  const clock = { now: () => NOW };
  const known =
    lane === undefined
      ? null
      : ({ plans: [], releases: [], upcoming: null, notice: null, ...lane } as unknown as RepositoryLane);
  const teller = createChannels({
    lanes: { repository: () => Promise.resolve(known) },
    introduce: () =>
      Promise.resolve({
        ...repository,
        url: `https://github.example/${repository.owner}/${repository.name}`,
        templates: [],
      }),
    reveal: createRevealSecret(
      secrets.map((one) => ({ name: "HOOK", value: "", repositories: ["acme/shop"], hosts: [], ...one })),
    ),
    post: createPoster({ allow: [{ base: "127.0.0.1", prefix: 32, port: null }], clock }),
    mail,
    text: createTextRenderer(),
    clock,
  });
  const effect: Extract<Effect, { type: "tellChannel" }> = {
    type: "tellChannel",
    channel,
    audience,
    message,
  };
  return teller(LANE, effect);
}
