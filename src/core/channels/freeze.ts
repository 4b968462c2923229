/** What channels are told of freezes. An environment's lane keeps no plan, so who is told is settled where the command is heard. */
import type { EnvironmentConfig } from "../config/index.ts";
import type { Minutes } from "../decision.ts";
import type { EnvironmentEvent } from "../events.ts";
import type { ChannelConfig } from "./model.ts";
import { passMessage, recipientsOf, type Recipient } from "./telling.ts";

type Word = Extract<EnvironmentEvent, { type: "EnvironmentFrozen" | "EnvironmentUnfrozen" }>;

/** For the event of the command; nothing where nobody is told. */
export function toldOfFreeze(
  channels: readonly ChannelConfig[] | undefined,
  event: "frozen" | "unfrozen",
  { name: environment, promote }: EnvironmentConfig,
): { readonly recipients?: readonly Recipient[] } {
  const place = { environment, last: false, takesReleases: promote !== "merge" };
  const recipients = recipientsOf(channels, { event, place, components: null });
  return recipients.length === 0 ? {} : { recipients };
}

/** Tells that an environment was frozen, or is no more. */
export function tellOfFreeze(event: Word, minutes: Minutes): void {
  const { word, at, environment, recipients = [] } = event;
  const isFrozen = event.type === "EnvironmentFrozen";
  passMessage(
    recipients,
    {
      about: "freeze",
      event: isFrozen ? "frozen" : "unfrozen",
      name: `freeze:${environment}:${word.commentId}-${word.ordinal}`,
      at,
      environment,
      by: word.by.login,
      until: isFrozen ? event.until : null,
      reason: isFrozen ? event.reason : null,
    },
    minutes,
  );
}
