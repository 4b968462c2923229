/** The shape of `verify`: one question to the running system, or several. */
import { z } from "zod";
import {
  durationField,
  headerField,
  inputsField,
  jsonPathField,
  patternField,
  socketField,
  urlField,
  workflowField,
} from "./fields.ts";

import { headersField, secretNameField } from "./header-fields.ts";

/** What says what is asked: one of them. */
export const ASKED = ["url", "urls", "tcp", "report", "workflow"] as const;

/** How many probes may be written at one place. */
const MOST_PROBES = 10;
/** How many addresses a probe may ask: each look is as long as they are many. */
const MOST_ADDRESSES = 20;

const probeSchema = z
  .strictObject({
    url: urlField
      .optional()
      .describe("The address that tells which version runs. Asked by GET; redirects are not followed."),
    urls: z
      .array(urlField)
      .min(2)
      .max(MOST_ADDRESSES)
      .optional()
      .describe("In place of `url`: several addresses, of regions or of nodes. Each look asks all of them."),
    atLeast: z
      .int()
      .min(1)
      .max(MOST_ADDRESSES)
      .optional()
      .describe(
        "How many of `urls` have to name the version, each `confirmations` times in a row. Default: all.",
      ),
    tcp: socketField
      .optional()
      .describe(
        "In place of `url`: a host and a port, such as `db.example:5432`, to which a connection has to come about. It proves no version.",
      ),
    report: z
      .strictObject({
        secret: secretNameField.describe(
          "The name of the secret by which reports are signed (`whsec_…`), as set on the server.",
        ),
        nodes: z.int().min(1).max(500).default(1).describe("How many nodes have to report the version."),
      })
      .optional()
      .describe(
        "In place of `url`: the system tells Waybill itself what it runs, by a signed POST (docs/verification.md).",
      ),
    workflow: workflowField
      .optional()
      .describe(
        "In place of `url`, in an environment: a workflow of the team's own, such as a smoke test, run after all components. Its conclusion counts; `deadline` is how long it may take.",
      ),
    inputs: inputsField.optional().describe("The inputs of `workflow`, laid over the environment's."),
    json: jsonPathField
      .optional()
      .describe(
        "Where the version stands in a JSON answer: `$.version`, `$.services[0]['api version']`. Without `json`, `header` and `matches` the whole answer is the version.",
      ),
    header: headerField
      .optional()
      .describe("The response header that holds the version, in place of `json`."),
    matches: patternField
      .optional()
      .describe(
        "A regular expression (RE2's) whose first group is the version: `version=(\\S+)`. Laid over the answer, or over the `header`.",
      ),
    expect: z
      .enum(["version", "sha", "either", "answer"])
      .default("either")
      .describe(
        "What must come back: the version (with or without its tag's prefix), the full commit SHA, or either. `answer`: a status of 2xx is enough, which proves no version.",
      ),
    headers: headersField
      .optional()
      .describe(
        "Headers to send along, each with a literal value, or `{ secret: NAME }` for a secret that whoever runs Waybill has set.",
      ),
    confirmations: z
      .int()
      .min(1)
      .max(20)
      .default(3)
      .describe("How many right answers in a row prove the delivery."),
    interval: durationField("1s", "10m").default("5s").describe("The pause between two looks."),
    deadline: durationField("1s", "1d")
      .default("10m")
      .describe("After this time, counted from the first look, the proof has failed."),
    settle: durationField("1s", "1h")
      .optional()
      .describe(
        "How long nothing is asked after the run, as it takes a while to take effect. Default: not at all.",
      ),
    timeout: durationField("1s", "1m").default("10s").describe("How long one look may take."),
  })
  .describe("One question to the running system.")
  .superRefine((probe, context) => {
    if (ASKED.some((key) => probe[key] !== undefined)) return;
    const mend = "add `url:`, `urls:` for several, `tcp:` for a host and a port, `report:` or `workflow:`";
    context.addIssue({
      code: "custom",
      message: "a probe says what is asked",
      params: { mend },
      input: probe,
    });
  });

/** One probe or a list of them. */
export const verifyField = z.union([probeSchema, z.array(probeSchema).min(1).max(MOST_PROBES)]);

/** A probe as zod hands it on. */
export type WrittenProbe = z.output<typeof probeSchema>;
