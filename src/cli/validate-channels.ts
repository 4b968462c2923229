/** What `waybill validate` says of channels: who is told of what. */
import type { ChannelConfig, TellRule } from "../core/channels/model.ts";
import { CD_EVENTS, USUAL_EVENTS } from "../core/channels/model.ts";
import type { Config } from "../core/config/index.ts";

/** A line for each rule; empty where the config names no channels. */
export function channelsText({ channels = [] }: Config): string {
  return channels.map(channelText).join("");
}

function channelText({ name, carrier, tell }: ChannelConfig): string {
  return tell.map((rule) => `channel   ${name} (${carrier.kind}): ${ruleText(rule)}\n`).join("");
}

function ruleText({ events, environments, components, audience }: TellRule): string {
  const isUsual = events === USUAL_EVENTS || events === CD_EVENTS;
  return [
    isUsual ? "the usual" : events.join(", "),
    ...(environments === null ? [] : [`in ${environments.join(", ")}`]),
    ...(components === null ? [] : [`about ${components.join(", ")}`]),
    ...(audience === null ? [] : [`in words for ${audience}`]),
  ].join("; ");
}
