/** The shape of `gates.external`: services that are asked whether something may begin. */
import { z } from "zod";
import { durationField, nameField, urlField } from "./fields.ts";

const MOST_SERVICES = 5;

const serviceSchema = z
  .strictObject({
    name: nameField.describe("What it is called in comments and in the question."),
    url: urlField.describe(
      "Where it is asked, by POST; redirects are not followed. `https`, unless it is inside of a private network.",
    ),
    timeout: durationField("1s", "30s").default("10s").describe("How long its whole answer may take."),
  })
  .describe("A service of your own that is asked whether something may begin here.");

/** The services of an environment. */
export const externalField = z
  .array(serviceSchema)
  .min(1)
  .max(MOST_SERVICES)
  .optional()
  .describe(
    "Services of your own that are asked whether something may begin here; all of them have to agree.",
  );

export type WrittenExternal = z.output<typeof externalField>;
