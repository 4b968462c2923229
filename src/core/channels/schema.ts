/** The shape of `channels`: who is told outside of GitHub, and of what. */
import { z } from "zod";
import { nameField, ruled, urlField } from "../config/fields.ts";
import { secretNameField } from "../config/header-fields.ts";
import { CHANNEL_EVENTS, USUAL_EVENTS } from "./model.ts";

export const MOST_CHANNELS = 20;
const MOST_RULES = 20;
const MOST_NAMES = 100;
const MOST_RECIPIENTS = 20;
const MAIL_ADDRESS =
  /^(?=.{3,254}$)(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}))+$/;

const secretAddress = z
  .strictObject({ secret: secretNameField.describe("The name of the secret that is the address.") })
  .describe("An address that is a secret itself.");

const mailField = ruled(
  (text) =>
    MAIL_ADDRESS.test(text)
      ? null
      : { message: "not a mail address", mend: "write the address alone, such as `ops@acme.example`" },
  { format: "email" },
);

const carrierFields = {
  webhook: z
    .strictObject({
      url: z
        .union([urlField, secretAddress])
        .describe("Where it is posted to: an `https` address, or `secret` with the name of one."),
      secret: secretNameField.describe("The name of the secret by which it is signed (`whsec_…`)."),
    })
    .optional()
    .describe("JSON by POST, signed as Standard Webhooks."),
  slack: z
    .strictObject({ url: secretAddress.describe("The incoming webhook of a Slack channel, as a secret.") })
    .optional()
    .describe("A channel of Slack."),
  email: z
    .strictObject({
      to: z
        .union([mailField, z.array(mailField).min(1).max(MOST_RECIPIENTS)])
        .describe("Who gets it: one address or a list, from among those that the operator allows."),
    })
    .optional()
    .describe("Mail, by the operator's server."),
  teams: z
    .strictObject({
      url: secretAddress.describe("The webhook of a workflow that posts to Teams, as a secret."),
    })
    .optional()
    .describe("A channel of Microsoft Teams."),
  cdevents: z
    .strictObject({
      url: z
        .union([urlField, secretAddress])
        .describe("Where events are posted to: an `https` address, or `secret` with the name of one."),
      token: secretNameField
        .optional()
        .describe("The name of the secret that is sent along as a bearer token. Default: none is."),
    })
    .optional()
    .describe("CDEvents, as CloudEvents over HTTP; of `delivered` and `rolled-back` alone."),
} as const;

/** The kinds of channels, as the config names them. */
export const CARRIER_KINDS = Object.keys(carrierFields) as readonly (keyof typeof carrierFields)[];

const tellSchema = z
  .strictObject({
    events: z
      .array(z.enum(CHANNEL_EVENTS))
      .min(1)
      .optional()
      .describe(`What is told. Default: ${USUAL_EVENTS.map((event) => `\`${event}\``).join(", ")}.`),
    environments: z
      .array(nameField)
      .min(1)
      .max(MOST_NAMES)
      .optional()
      .describe(
        "Where it happens. Default: `delivered` from the last environments, all else from those that take releases.",
      ),
    components: z
      .array(nameField)
      .min(1)
      .max(MOST_NAMES)
      .optional()
      .describe("Only what concerns one of these components. Default: everything."),
    audience: nameField
      .optional()
      .describe("In whose words releases are told: a name of `release.audiences`. Default: in the team's."),
  })
  .describe("What is told.");

const channelSchema = z
  .strictObject({
    ...carrierFields,
    tell: z
      .union([tellSchema, z.array(tellSchema).min(1).max(MOST_RULES)])
      .optional()
      .describe(
        "What is told: one rule or a list, of which the first that fits decides. Default: the usual.",
      ),
  })
  .describe("Somewhere outside of GitHub where people are told; exactly one of the kinds.");

export const channelsField = z
  .record(nameField, channelSchema)
  .optional()
  .describe("Where people are told of what happens, besides GitHub (see docs/channels.md).");

export type WrittenChannels = z.output<typeof channelsField>;
export type WrittenChannel = NonNullable<WrittenChannels>[string];
export type WrittenTell = z.output<typeof tellSchema>;
/** A rule of which nothing is written. */
export const EMPTY_TELL: WrittenTell = tellSchema.parse({});
