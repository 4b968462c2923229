/** `commands`: how commands are written in comments. */
import { z } from "zod";
import { ruled } from "./fields.ts";

const LONGEST_PREFIX = 20;
const PREFIX = /^[a-z](?:[a-z0-9]|-(?=[a-z0-9]))*$/;

const prefixField = ruled(
  (text) =>
    PREFIX.test(text) && text.length <= LONGEST_PREFIX
      ? null
      : {
          message: `no word that commands could begin with: up to ${LONGEST_PREFIX} lower-case letters and digits, with single dashes between them`,
          mend: "write the word alone, without the slash, such as `waybill`",
        },
  { pattern: PREFIX.source, maxLength: LONGEST_PREFIX },
);

/** The part of the config that says how commands are written. */
export const commandsField = z
  .strictObject({
    prefix: prefixField
      .optional()
      .describe(
        "A word that each command begins with, so that those of other bots are left to them: with `waybill`, `/waybill promote prod`. Default: none, `/promote prod`.",
      ),
  })
  .prefault({})
  .describe("How commands are written in comments.");
