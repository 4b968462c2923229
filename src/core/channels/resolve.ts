/** Channels, from the config's `channels`: one kind each, and nothing told of what there is not. */
import { isOpenToOthers } from "../config/addresses.ts";
import type { Findings } from "../config/findings.ts";
import type { ReleaseConfig } from "../config/model.ts";
import type { Path } from "../config/located.ts";
import { warnOfInnerHost } from "../config/probes.ts";
import type { Carrier, ChannelAddress, ChannelConfig, TellRule } from "./model.ts";
import { CD_EVENTS, CHANNEL_EVENTS, USUAL_EVENTS, type ChannelEvent } from "./model.ts";
import {
  CARRIER_KINDS,
  EMPTY_TELL,
  MOST_CHANNELS,
  type WrittenChannel,
  type WrittenChannels,
  type WrittenTell,
} from "./schema.ts";

/** What rules may name. */
interface KnownNames {
  readonly environments: readonly string[];
  readonly components: readonly string[];
  readonly audiences: readonly string[];
}

/** The channels in their order, held against the names of environments (`placeNames`), components (`names`) and audiences; undefined where the config names none. */
export function resolveChannels(
  written: WrittenChannels,
  around: {
    readonly placeNames: readonly string[];
    readonly names: readonly string[];
    readonly release: Pick<ReleaseConfig, "audiences">;
  },
  found: Findings,
): readonly ChannelConfig[] | undefined {
  const known: KnownNames = {
    environments: around.placeNames,
    components: around.names,
    audiences: (around.release.audiences ?? []).map(({ name }) => name),
  };
  const entries = Object.entries(written ?? {});
  if (entries.length > MOST_CHANNELS)
    found.refuse(["channels"], `more than ${MOST_CHANNELS} channels`, "name fewer");
  const channels = entries.flatMap(([name, channel]): ChannelConfig[] => {
    const carrier = carrierOf(channel, ["channels", name], found);
    const tell = rulesOf(channel, ["channels", name, "tell"], known, found);
    return carrier === null ? [] : [{ name, carrier, tell }];
  });
  return channels.length === 0 ? undefined : channels;
}

function carrierOf(channel: WrittenChannel, at: Path, found: Findings): Carrier | null {
  const kinds = CARRIER_KINDS.filter((kind) => channel[kind] !== undefined);
  if (kinds.length !== 1) {
    const all = CARRIER_KINDS.map((kind) => `\`${kind}\``).join(", ");
    found.refuse(
      at,
      kinds.length === 0
        ? "nothing says how this channel is told"
        : `a channel is of one kind, this one of ${kinds.length}`,
      `write exactly one of ${all}`,
      "key",
    );
    return null;
  }
  const { webhook, slack, email, teams, cdevents } = channel;
  if (webhook !== undefined) {
    const to = addressOf(webhook.url, [...at, "webhook", "url"], found);
    return { kind: "webhook", to, secret: webhook.secret };
  }
  if (slack !== undefined) return { kind: "slack", to: slack.url };
  if (teams !== undefined) return { kind: "teams", to: teams.url };
  if (cdevents !== undefined) {
    const to = addressOf(cdevents.url, [...at, "cdevents", "url"], found);
    return { kind: "cdevents", to, token: cdevents.token ?? null };
  }
  return email === undefined ? null : { kind: "email", to: [email.to].flat() };
}

function addressOf(url: string | { readonly secret: string }, at: Path, found: Findings): ChannelAddress {
  if (typeof url !== "string") return url;
  if (isOpenToOthers(url))
    found.refuse(at, "what goes over http:// can be read on its way", "write https://");
  warnOfInnerHost(url, at, found);
  return { url };
}

function rulesOf(
  { tell, cdevents }: WrittenChannel,
  at: Path,
  names: KnownNames,
  found: Findings,
): TellRule[] {
  const known = { ...names, events: cdevents === undefined ? CHANNEL_EVENTS : CD_EVENTS };
  if (tell === undefined) return [ruleOf(EMPTY_TELL, at, known, found)];
  if (!Array.isArray(tell)) return [ruleOf(tell, at, known, found)];
  return tell.map((rule, index) => ruleOf(rule, [...at, index], known, found));
}

function ruleOf(
  rule: WrittenTell,
  at: Path,
  known: KnownNames & { readonly events: readonly ChannelEvent[] },
  found: Findings,
): TellRule {
  const usual = known.events === CD_EVENTS ? CD_EVENTS : USUAL_EVENTS;
  const { events = usual, environments = null, components = null, audience = null } = rule;
  for (const [index, event] of events.entries())
    if (!known.events.includes(event))
      found.refuse(
        [...at, "events", index],
        `CDEvents have no word for \`${event}\``,
        `name out of ${CD_EVENTS.join(", ")}; a \`webhook\` is told everything`,
      );
  for (const [index, name] of (environments ?? []).entries())
    if (!known.environments.includes(name))
      found.unknown([...at, "environments", index], "environment", name, known.environments);
  for (const [index, name] of (components ?? []).entries())
    if (!known.components.includes(name))
      found.unknown([...at, "components", index], "component", name, known.components);
  if (audience !== null && known.audiences.length === 0)
    found.refuse(
      [...at, "audience"],
      `there is no audience \`${audience}\``,
      "name it in `release.audiences` first",
    );
  else if (audience !== null && !known.audiences.includes(audience))
    found.unknown([...at, "audience"], "audience", audience, known.audiences);
  return { events, environments, components, audience };
}
