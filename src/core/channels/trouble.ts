/**
 * Channels that do not take what they are told. No release waits for them: what was not taken is kept as a dead letter, said once on the notice until the
 * channel works again, tried again after a rest, and sent once more as soon as it can be.
 */
import { order, record, type Minutes } from "../decision.ts";
import { say } from "../notices.ts";
import type { RepositoryLane } from "../repository.ts";
import type { ChannelMessage } from "./message.ts";
import type { CarrierKind } from "./model.ts";
import { orderMessage, type Recipient } from "./telling.ts";

/** What happens to messages on their way. */
export type ChannelNews =
  | {
      /** An environment has something to tell. */
      readonly type: "ChannelsToTell";
      readonly at: number;
      readonly recipients: readonly Recipient[];
      readonly message: ChannelMessage;
    }
  | ({
      /** A message was given up. */
      readonly type: "ChannelFailed";
      readonly at: number;
      /** Part of a sentence, fit for publishing. */
      readonly reason: string;
      /** Some have it, so it is not sent again; absent where nobody has. */
      readonly partly?: true;
    } & Letter)
  | {
      /** A channel in trouble has taken a message. */
      readonly type: "ChannelWorks";
      readonly at: number;
      readonly channel: string;
      /** The name of that message. */
      readonly message: string;
    }
  /** A channel in trouble has had a rest. */
  | { readonly type: "ChannelDue"; readonly at: number; readonly channel: string };

/** A message that was not taken. */
interface Letter extends Recipient {
  readonly message: ChannelMessage;
}

/** A channel that has not taken something. */
export interface ChannelTrouble {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly kind: CarrierKind;
  readonly reason: string;
  /** How many messages were given up. */
  readonly lost: number;
  /** The newest of them, oldest first. */
  readonly letters: readonly Letter[];
}

/** `channel-failed.hbs`: nobody is told by a channel. */
export interface ChannelFailedView {
  readonly template: "channel-failed";
  readonly channel: string;
  readonly kind: CarrierKind;
  readonly reason: string;
}

/** A channel in trouble, as `/status` shows it. */
export type ShownTrouble = Pick<ChannelTrouble, "since" | "kind" | "reason" | "lost"> & {
  readonly channel: string;
};

/** The channels that have not taken something, by name. */
export function troublesOf({ troubles = {} }: Pick<RepositoryLane, "troubles">): readonly ShownTrouble[] {
  return Object.entries(troubles).map(([channel, { since, kind, reason, lost }]) => ({
    channel,
    since,
    kind,
    reason,
    lost,
  }));
}

const LETTERS_KEPT = 20;
/** Between one try and the next of a channel in trouble. */
const REST_MS = 3 * 60 * 60_000;
/** What is older is no news any more. */
const LETTERS_KEPT_MS = 7 * 24 * 60 * 60_000;

/** Every event of this kind, for `decide`. */
export const CHANNEL_NEWS: Readonly<Record<ChannelNews["type"], true>> = {
  ChannelsToTell: true,
  ChannelFailed: true,
  ChannelWorks: true,
  ChannelDue: true,
};

export function isChannelNews(event: { readonly type: string }): event is ChannelNews {
  return Object.hasOwn(CHANNEL_NEWS, event.type);
}

/** Takes it from there: orders what an environment has to tell, keeps what was not taken, and sends that once more when it can be. */
export function onChannelNews(lane: RepositoryLane, event: ChannelNews, minutes: Minutes): RepositoryLane {
  switch (event.type) {
    case "ChannelsToTell":
      orderMessage(event.recipients, event.message, minutes);
      return lane;
    case "ChannelFailed":
      return onFailed(lane, event, minutes);
    case "ChannelWorks":
      return onWorks(lane, event, minutes);
    case "ChannelDue":
      return onDue(lane, event, minutes);
  }
}

function onFailed(
  lane: RepositoryLane,
  event: Extract<ChannelNews, { type: "ChannelFailed" }>,
  minutes: Minutes,
): RepositoryLane {
  const { channel, audience, message, reason, at, partly } = event;
  const { name } = channel;
  const { kind } = channel.carrier;
  const before = lane.troubles?.[name];
  const letters = before?.letters ?? [];
  const others = letters.filter((letter) => letter.message.name !== message.name);
  const isNew = others.length === letters.length;
  if (isNew) record(minutes, "waybill", "channel.failed", name, { kind, message: message.name });
  const due = { type: "ChannelDue", at: at + REST_MS, channel: name } as const;
  order(minutes, `wake:channel:${name}`, { type: "wake", event: due }, { delayMs: REST_MS });
  const trouble: ChannelTrouble = {
    since: before?.since ?? at,
    kind,
    reason,
    lost: (before?.lost ?? 0) + (isNew ? 1 : 0),
    letters: partly === true ? others : [...others, { channel, audience, message }].slice(-LETTERS_KEPT),
  };
  const troubled: RepositoryLane = { ...lane, troubles: { ...lane.troubles, [name]: trouble } };
  if (before !== undefined) return troubled;
  const view: ChannelFailedView = { template: "channel-failed", channel: name, kind, reason };
  const marker = `channel-${name}-${message.name}`.replaceAll(/[^A-Za-z0-9]+/g, "-").slice(0, 150);
  return say(troubled, marker, view, minutes);
}

function onWorks(
  lane: RepositoryLane,
  { channel: name, at, message: taken }: Extract<ChannelNews, { type: "ChannelWorks" }>,
  minutes: Minutes,
): RepositoryLane {
  const { [name]: trouble, ...others } = lane.troubles ?? {};
  if (trouble === undefined) return lane;
  record(minutes, "waybill", "channel.works", name, { since: trouble.since, lost: trouble.lost });
  for (const { channel, audience, message } of trouble.letters)
    if (isNews(message, at) && message.name !== taken)
      orderMessage([{ channel, audience }], message, minutes);
  return { ...lane, troubles: others };
}

/** Its newest message is tried once more: whether it works again, nobody says. */
function onDue(
  lane: RepositoryLane,
  { channel: name, at }: Extract<ChannelNews, { type: "ChannelDue" }>,
  minutes: Minutes,
): RepositoryLane {
  const { [name]: trouble, ...others } = lane.troubles ?? {};
  const [plan] = lane.plans;
  // The config no longer names it.
  if (plan !== undefined && !(plan.channels ?? []).some((one) => one.name === name))
    return trouble === undefined ? lane : { ...lane, troubles: others };
  const last = trouble?.letters.at(-1);
  if (last === undefined) return lane;
  // Nothing of it is news any more: what comes next shows how it stands.
  if (!isNews(last.message, at)) return { ...lane, troubles: others };
  orderMessage([last], last.message, minutes);
  return lane;
}

/** Without the troubles of channels that the config names no more. */
export function withoutOldTroubles(lane: RepositoryLane): RepositoryLane {
  const { troubles, plans } = lane;
  const [plan] = plans;
  if (troubles === undefined || plan === undefined) return lane;
  const named = Object.entries(troubles).filter(
    ([name]) => plan.channels?.some((one) => one.name === name) === true,
  );
  return named.length === Object.keys(troubles).length
    ? lane
    : { ...lane, troubles: Object.fromEntries(named) };
}

function isNews({ at: happened }: ChannelMessage, at: number): boolean {
  return at - happened <= LETTERS_KEPT_MS;
}
