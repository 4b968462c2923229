/** Channels: where, besides GitHub, people are told of what happens; as the config has them, every default filled in. */

/** What can be told, by the names that the config and every message have for it. */
export const CHANNEL_EVENTS = [
  "noticed",
  "breaking",
  "date-changed",
  "soon",
  "released",
  "started",
  "approval-wanted",
  "delivered",
  "rolled-back",
  "failed",
  "cancelled",
  "needs-human",
  "drifted",
  "frozen",
  "unfrozen",
  "hotfix",
] as const;
export type ChannelEvent = (typeof CHANNEL_EVENTS)[number];

/** What is told where the config names no events: little enough to be read. */
export const USUAL_EVENTS: readonly ChannelEvent[] = [
  "noticed",
  "breaking",
  "date-changed",
  "soon",
  "delivered",
  "rolled-back",
  "failed",
  "needs-human",
  "drifted",
];

/** What CDEvents have words for; the usual for them. */
export const CD_EVENTS: readonly ChannelEvent[] = ["delivered", "rolled-back"];

/** Where messages are sent to: an address that may be read by anybody, or the name of a secret that is the address. */
export type ChannelAddress = { readonly url: string } | { readonly secret: string };

/** The ways by which a message goes out. `secret` and `token` are names of secrets. */
export type Carrier =
  | { readonly kind: "webhook"; readonly to: ChannelAddress; readonly secret: string }
  | { readonly kind: "slack"; readonly to: ChannelAddress }
  | { readonly kind: "email"; readonly to: readonly string[] }
  | { readonly kind: "teams"; readonly to: ChannelAddress }
  | { readonly kind: "cdevents"; readonly to: ChannelAddress; readonly token: string | null };

export type CarrierKind = Carrier["kind"];

/** Which happenings are told, and in whose words. */
export interface TellRule {
  readonly events: readonly ChannelEvent[];
  /** Null: deliveries to the last environments, all else from those that take releases. */
  readonly environments: readonly string[] | null;
  /** Null: whatever is concerned. */
  readonly components: readonly string[] | null;
  /** An audience of the config; null: the team. */
  readonly audience: string | null;
}

export interface ChannelConfig {
  readonly name: string;
  readonly carrier: Carrier;
  /** The first that fits decides. */
  readonly tell: readonly TellRule[];
}
