/** Tells channels: makes the words, sends them by the channel's kind, and says what came of it. Nothing of a release waits for any of that. */
import { createHash } from "node:crypto";
import type { ChannelMessage } from "../core/channels/message.ts";
import type { Carrier, ChannelConfig } from "../core/channels/model.ts";
import type { IntroduceRepository, PostGuarded, TellChannel } from "../core/channels/ports.ts";
import type { NotesSnapshot } from "../core/release.ts";
import type { RepositoryLane } from "../core/repository.ts";
import {
  RetryLaterError,
  type Clock,
  type LaneKey,
  type LaneReader,
  type RevealSecret,
} from "../core/ports.ts";
import type { TextRenderer } from "../core/wording.ts";
import { sendCdEvents } from "./cdevents.ts";
import { sendEmail, type MailSettings } from "./email.ts";
import { urlOf, type Outcome, type Sending } from "./sending.ts";
import { sendSlack } from "./slack.ts";
import { sendTeams } from "./teams.ts";
import { sendWebhook } from "./webhook.ts";

export type { MailSettings } from "./email.ts";
export type { Outcome, Sending } from "./sending.ts";

export interface ChannelOptions {
  readonly lanes: Pick<LaneReader, "repository">;
  readonly introduce: IntroduceRepository;
  readonly reveal: RevealSecret;
  readonly post: PostGuarded;
  /** Null: no mail is sent. */
  readonly mail: MailSettings | null;
  readonly text: Pick<TextRenderer, "channel" | "withPrefix">;
  readonly clock: Clock;
}

/** So long a channel that says when to come back is taken at its word; after it, its attempts are counted. */
const PATIENCE_MS = 24 * 60 * 60_000;

/** What is said of a failure that is no outcome of any channel's. */
class NotTakenError extends Error {
  override readonly name = "NotTakenError";
}

export function createChannels(options: ChannelOptions): TellChannel {
  const { lanes, introduce, text, clock } = options;
  return async (lane, { channel: ordered, audience, message, prefix }) => {
    const said = prefix === undefined ? text : text.withPrefix(prefix);
    const known = await lanes.repository(lane.installation, lane.repository);
    const channel = channelNow(known, ordered);
    // Nobody wants to be told there any more.
    if (channel === null) return [];
    const notes = notesOf(known, message);
    const { owner, name, url, templates } = await introduce(lane, notes?.templates);
    const subject = {
      repository: `${owner}/${name}`,
      url,
      audience,
      notes,
      templates,
      issue: issueOf(known, message),
    };
    const sending: Sending = {
      id: idOfMessage(lane, channel.name, message),
      message,
      words: said.channel(message, subject),
      repository: { owner, name, url },
      post: options.post,
      reveal: options.reveal,
    };
    const outcome = await sendBy(channel.carrier, sending, options.mail);
    const at = clock.now();
    if (outcome.kind === "refused")
      return [{ type: "ChannelFailed", at, channel, audience, message, reason: outcome.reason }];
    if (outcome.kind === "partly")
      return [
        { type: "ChannelFailed", at, channel, audience, message, reason: outcome.reason, partly: true },
      ];
    if (outcome.kind === "later") throw notTaken(outcome, message, at);
    return outcome.kind === "unasked" || known?.troubles?.[channel.name] === undefined
      ? []
      : [{ type: "ChannelWorks", at, channel: channel.name, message: message.name }];
  };
}

/** Sends one message, whatever its kind. */
export function sendBy(carrier: Carrier, sending: Sending, mail: MailSettings | null): Promise<Outcome> {
  switch (carrier.kind) {
    case "webhook":
      return sendWebhook(carrier, sending);
    case "slack":
      return sendSlack(carrier, sending);
    case "email":
      return sendEmail(carrier, sending, mail);
    case "teams":
      return sendTeams(carrier, sending);
    case "cdevents":
      return sendCdEvents(carrier, sending);
  }
}

/** Where a message goes, without what may be secret of it: a host, or for mail the server's with the number of recipients. */
export function destinationOf(carrier: Carrier, sending: Sending, mail: MailSettings | null): string {
  if (carrier.kind === "email") {
    const { length } = carrier.to;
    return `${length} ${length === 1 ? "recipient" : "recipients"} by ${URL.parse(mail?.url ?? "")?.host ?? "no server"}`;
  }
  const address = urlOf(carrier.to, sending);
  return address.ok ? (URL.parse(address.url)?.host ?? "an unknown host") : "an unknown host";
}

/** As the config has it by now, since an address may have been mended; null where it names no such channel any more. */
function channelNow(lane: RepositoryLane | null, ordered: ChannelConfig): ChannelConfig | null {
  const [plan] = lane?.plans ?? [];
  if (plan === undefined) return ordered;
  return plan.channels?.find(({ name }) => name === ordered.name) ?? null;
}

function notTaken(
  { reason, retryAt }: Extract<Outcome, { kind: "later" }>,
  message: ChannelMessage,
  now: number,
): Error {
  const isPatient = retryAt !== null && now - message.at < PATIENCE_MS;
  return isPatient ? new RetryLaterError(reason, retryAt) : new NotTakenError(reason);
}

function notesOf(lane: RepositoryLane | null, message: ChannelMessage): NotesSnapshot | null {
  if (lane === null || (message.about !== "release" && message.about !== "promotion")) return null;
  if (message.tag === null && lane.upcoming?.version === message.version) return lane.upcoming.notes;
  return lane.releases.find(({ version }) => version === message.version)?.notes ?? null;
}

/** Where the release's notice stands, which it may not have when the message was ordered. */
function issueOf(lane: RepositoryLane | null, message: ChannelMessage): number | null {
  if (lane === null || message.about !== "release") return null;
  const released = lane.releases.find(({ version }) => version === message.version)?.notice?.issue;
  return released ?? (lane.upcoming?.version === message.version ? (lane.notice?.issue ?? null) : null);
}

/** The same whenever this message is sent there, and no other has it. */
export function idOfMessage(
  { installation, repository }: LaneKey,
  channel: string,
  { name }: ChannelMessage,
): string {
  const place = [installation, repository, channel, name].join(" ");
  return `msg_${createHash("sha256").update(place).digest("hex").slice(0, 32)}`;
}
