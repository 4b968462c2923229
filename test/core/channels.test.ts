/** Who is told of what, and what becomes of messages that nobody takes. */
import { describe, expect, it } from "vitest";
import { recipientsOf, type Occasion } from "../../src/core/channels/telling.ts";
import { USUAL_EVENTS, type ChannelConfig, type TellRule } from "../../src/core/channels/model.ts";
import type { ChannelNews } from "../../src/core/channels/trouble.ts";
import { givenUp } from "../../src/core/given-up.ts";
import { decideRepository, newRepositoryLane, type RepositoryLane } from "../../src/core/repository.ts";
import { DELIVERED } from "../channels/given.ts";

const ALL: TellRule = { events: USUAL_EVENTS, environments: null, components: null, audience: null };
const channel = (...tell: Partial<TellRule>[]): ChannelConfig => ({
  name: "ops",
  carrier: { kind: "slack", to: { secret: "A" } },
  tell: tell.map((rule) => ({ ...ALL, ...rule })),
});
const prod = { environment: "prod", last: true, takesReleases: true };
const staging = { environment: "staging", last: false, takesReleases: true };
const dev = { environment: "dev", last: false, takesReleases: false };

describe("who is told", () => {
  it.each<[string, Partial<TellRule>, Occasion, boolean]>([
    [
      "a delivery to the last environment",
      {},
      { event: "delivered", place: prod, components: ["api"] },
      true,
    ],
    ["a delivery on the way there", {}, { event: "delivered", place: staging, components: ["api"] }, false],
    [
      "the same where it is named",
      { environments: ["staging"] },
      { event: "delivered", place: staging, components: [] },
      true,
    ],
    ["a failure on the way there", {}, { event: "failed", place: staging, components: null }, true],
    ["a failed build of a merge", {}, { event: "failed", place: dev, components: null }, false],
    [
      "the same where it is named",
      { environments: ["dev"] },
      { event: "failed", place: dev, components: null },
      true,
    ],
    ["that a rollout begins", {}, { event: "started", place: prod, components: null }, false],
    [
      "another component",
      { components: ["web"] },
      { event: "failed", place: prod, components: ["api"] },
      false,
    ],
    [
      "its component",
      { components: ["web"] },
      { event: "failed", place: prod, components: ["api", "web"] },
      true,
    ],
    [
      "what may concern any",
      { components: ["web"] },
      { event: "noticed", place: null, components: null },
      true,
    ],
    [
      "the notice, wherever deliveries are told of",
      { environments: ["prod"] },
      { event: "noticed", place: null, components: null },
      true,
    ],
  ])("%s: %#", (_what, rule, occasion, told) => {
    expect(recipientsOf([channel(rule)], occasion)).toHaveLength(told ? 1 : 0);
  });

  it("the first rule that fits decides in whose words, and nobody is told twice", () => {
    const two = channel({ events: ["released"], audience: "support" }, { events: ["released"] });
    const occasion: Occasion = { event: "released", place: null, components: null };
    expect(recipientsOf([two], occasion)).toMatchObject([{ audience: "support" }]);
  });
});

describe("the notice", () => {
  const model = { sections: [], breaking: [] };
  const upcoming = { version: "1.6.0", head: "b".repeat(40), notes: { model, commitCount: 1 } };
  const laneWith = (issue: number | null) =>
    ({
      ...newRepositoryLane(),
      plans: [{ channels: [channel({})] }],
      upcoming,
      notice: { serial: 1, issue, draftReleaseId: null },
    }) as unknown as RepositoryLane;
  const drawn = (lane: RepositoryLane, issue: number | null, serial = 1) =>
    decideRepository(lane, { type: "NoticeDrawn", at: 1, serial, issue });
  const told = ({ effects }: ReturnType<typeof drawn>) => effects.map(({ id }) => id);

  it("is told when it is drawn for the first time, and not when it is drawn again", () => {
    const first = drawn(laneWith(null), 7);
    expect(told(first)).toEqual(["channel:ops:noticed-1"]);
    expect(told(drawn(first.state, 7))).toEqual([]);
  });

  it("is told once where the repository takes no issues", () => {
    const first = drawn(laneWith(null), null);
    expect(told(first)).toEqual(["channel:ops:noticed-1"]);
    expect(told(drawn(first.state, null))).toEqual([]);
  });

  it("is not told when it has stood before there was a channel, nor for another one", () => {
    expect(told(drawn(laneWith(7), 7))).toEqual([]);
    expect(told(drawn(laneWith(null), 3, 2))).toEqual([]);
  });
});

describe("a message that is not taken", () => {
  const to = { channel: channel({}), audience: null };
  const failed = (name: string, at: number): ChannelNews => ({
    type: "ChannelFailed",
    at,
    ...to,
    message: { ...DELIVERED, name, at },
    reason: "status 410",
  });
  const play = (...events: ChannelNews[]) =>
    events.reduce<{ lane: RepositoryLane; orders: string[] }>(
      ({ lane, orders }, event) => {
        const { state, effects } = decideRepository(lane, event);
        return { lane: state, orders: [...orders, ...effects.map(({ id }) => id)] };
      },
      { lane: { ...newRepositoryLane(), notice: { serial: 1, issue: 5, draftReleaseId: null } }, orders: [] },
    );

  it("after all its attempts is one, with what it met last", () => {
    const effect = { type: "tellChannel", ...to, message: DELIVERED } as const;
    expect(givenUp(effect, "NotTakenError: it answered with status 503", 9)).toEqual({
      type: "ChannelFailed",
      at: 9,
      ...to,
      message: DELIVERED,
      reason: "it was tried again and again, in vain: it answered with status 503",
    });
  });

  it("is kept, said once for its channel, and sent once more when that works", () => {
    const { lane, orders } = play(failed("one", 1_000), failed("two", 2_000), failed("two", 2_500));
    expect(orders.filter((id) => !id.startsWith("wake:"))).toEqual(["say:channel-ops-one"]);
    expect(lane.troubles?.["ops"]).toMatchObject({ since: 1_000, lost: 2 });
    const works: ChannelNews = { type: "ChannelWorks", at: 3_000, channel: "ops", message: "three" };
    const after = play(failed("one", 1_000), failed("two", 2_000), works, works);
    expect(after.orders.slice(-2)).toEqual(["channel:ops:one", "channel:ops:two"]);
    expect(after.lane.troubles).toEqual({});
  });

  it("is tried again after a rest, the newest first; where that is taken the others follow, and it does not", () => {
    const due: ChannelNews = { type: "ChannelDue", at: 4_000, channel: "ops" };
    const again = play(failed("one", 1_000), failed("two", 2_000), due);
    expect(again.orders.slice(-1)).toEqual(["channel:ops:two"]);
    const works: ChannelNews = { type: "ChannelWorks", at: 5_000, channel: "ops", message: "two" };
    expect(play(failed("one", 1_000), failed("two", 2_000), due, works, due).orders.slice(-2)).toEqual([
      "channel:ops:two",
      "channel:ops:one",
    ]);
  });

  it("that some have is said, and not kept to be sent again; a trouble whose last message is no news any more is over", () => {
    const { lane, orders } = play({ ...failed("one", 1_000), partly: true } as ChannelNews);
    expect(lane.troubles?.["ops"]).toMatchObject({ lost: 1, letters: [] });
    expect(orders).toContain("say:channel-ops-one");
    const due: ChannelNews = { type: "ChannelDue", at: 8 * 24 * 3_600_000, channel: "ops" };
    const late = play(failed("one", 0), due);
    expect([late.lane.troubles, late.orders.includes("channel:ops:one")]).toEqual([{}, false]);
  });

  it("is forgotten with its channel, once the config no longer names that", () => {
    const { lane } = play(failed("one", 1_000));
    const due: ChannelNews = { type: "ChannelDue", at: 4_000, channel: "ops" };
    const { state, effects } = decideRepository({ ...lane, plans: [{ channels: [] } as never] }, due);
    expect([state.troubles, effects]).toEqual([{}, []]);
  });

  it("is no news after a week, and of many only the newest are kept", () => {
    const week = 7 * 24 * 3_600_000;
    const late = play(failed("old", 0), failed("new", week), {
      type: "ChannelWorks",
      at: week + 1,
      channel: "ops",
      message: "newest",
    });
    expect(late.orders.slice(-1)).toEqual(["channel:ops:new"]);
    const many = play(...Array.from({ length: 30 }, (_, at) => failed(`m${at}`, at)));
    expect(many.lane.troubles?.["ops"]?.letters.map(({ message }) => message.name).slice(0, 1)).toEqual([
      "m10",
    ]);
  });
});
