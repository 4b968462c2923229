/** Who is told of something outside of GitHub, and ordering that: once for each channel. */
import { order, type Minutes } from "../decision.ts";
import { isProven } from "../views.ts";
import type { EnvironmentLane } from "../environment.ts";
import { isHeldBy } from "../gates/gate.ts";
import { classOf, type PlanSnapshot, type Promotion } from "../promotion.ts";
import { isComponent } from "../step-stage.ts";
import type { ChannelMessage, PromotionMessage } from "./message.ts";
import type { ChannelConfig, ChannelEvent, TellRule } from "./model.ts";

/** Whom a message goes to, and in whose words. */
export interface Recipient {
  readonly channel: ChannelConfig;
  /** Null: the team. */
  readonly audience: string | null;
}

/** What decides on who is told. */
export interface Occasion {
  readonly event: ChannelEvent;
  /** Null where it happens in none. */
  readonly place: {
    readonly environment: string;
    readonly last: boolean;
    readonly takesReleases: boolean;
  } | null;
  /** Null where nobody knows which are concerned. */
  readonly components: readonly string[] | null;
}

/** The channels that are told of it, in the config's order. */
export function recipientsOf(
  channels: readonly ChannelConfig[] | undefined,
  occasion: Occasion,
): readonly Recipient[] {
  return (channels ?? []).flatMap((channel) => {
    const rule = channel.tell.find((one) => fits(one, occasion));
    return rule === undefined ? [] : [{ channel, audience: rule.audience }];
  });
}

function fits(rule: TellRule, { event, place, components }: Occasion): boolean {
  if (!rule.events.includes(event)) return false;
  if (place !== null && !fitsPlace(rule, event, place)) return false;
  return (
    rule.components === null ||
    components === null ||
    rule.components.some((component) => components.includes(component))
  );
}

function fitsPlace(
  { environments }: TellRule,
  event: ChannelEvent,
  place: NonNullable<Occasion["place"]>,
): boolean {
  if (environments !== null) return environments.includes(place.environment);
  return event === "delivered" ? place.last : place.takesReleases;
}

/** Orders a message from the repository's own lane. */
export function orderMessage(
  recipients: readonly Recipient[],
  message: ChannelMessage,
  minutes: Minutes,
): void {
  for (const { channel, audience } of recipients)
    order(minutes, `channel:${channel.name}:${message.name}`, {
      type: "tellChannel",
      channel,
      audience,
      message,
    });
}

/** Has a message told that comes of an environment: the repository's lane orders it, since that knows how its channels are. */
export function passMessage(
  recipients: readonly Recipient[],
  message: ChannelMessage,
  minutes: Minutes,
): void {
  if (recipients.length === 0) return;
  order(minutes, `tell:channels:${message.name}`, {
    type: "tellLane",
    environment: "",
    event: { type: "ChannelsToTell", at: message.at, recipients, message },
  });
}

/** Tells what became of a promotion. `name` parts this from all else that becomes of it. */
export function tellOfPromotion(
  promotion: Promotion,
  event: PromotionMessage["event"],
  at: number,
  minutes: Minutes,
  name: string = event,
): void {
  const { plan } = promotion;
  if (plan.channels === undefined) return;
  const message = messageOf(promotion, event, at, name);
  const components = message.components.length === 0 ? null : message.components;
  passMessage(recipientsOf(plan.channels, { event, place: placeOf(plan), components }), message, minutes);
}

/** An environment, as rules ask for it. */
export function placeOf({ environment, last }: PlanSnapshot): NonNullable<Occasion["place"]> {
  return { environment: environment.name, last, takesReleases: environment.promote !== "merge" };
}

function messageOf(
  promotion: Promotion,
  event: PromotionMessage["event"],
  at: number,
  name: string,
): PromotionMessage {
  const { id, environment, cargo, cause, replaces, plan, changeCount, reportOn } = promotion;
  const own = promotion.steps.filter((step) => isComponent(step) && step.skipped === undefined);
  return {
    about: "promotion",
    event,
    name: `${name}:${environment}:${id}`,
    at,
    promotionId: id,
    environment,
    version: cargo.version,
    tag: cargo.tag,
    sha: cargo.sha,
    class: classOf(promotion),
    from: replaces?.version ?? null,
    changeCount,
    components: own.map(({ component }) => component),
    requestedBy: cause.kind === "command" ? cause.by.login : null,
    approvedBy: promotion.approvedBy?.map(({ login }) => login) ?? [],
    reason: promotion.rollback?.reason ?? null,
    url: plan.environment.url,
    issue: reportOn,
    proven: isProven(promotion),
    problem: promotion.problem,
    cancelledBy: promotion.cancel?.by.login ?? null,
  };
}

/** Tells what has begun in an environment, and what waits there for approvals now. */
export function tellOfProgress(
  before: EnvironmentLane,
  now: EnvironmentLane,
  at: number,
  minutes: Minutes,
): void {
  const { active } = now;
  if (active !== null && hasBegun(active) && !(before.active?.id === active.id && hasBegun(before.active)))
    tellOfPromotion(active, "started", at, minutes);
  for (const promotion of now.waiting) {
    const was = before.waiting.find(({ id }) => id === promotion.id);
    if (isHeldBy(promotion, "approvals") && !(was !== undefined && isHeldBy(was, "approvals")))
      tellOfPromotion(promotion, "approval-wanted", at, minutes);
  }
}

function hasBegun({ stage }: Promotion): boolean {
  return stage !== "waiting" && stage !== "preparing";
}
