/** The shape of what is said of a rollout: the limits of single steps, and an environment's `rollout`. */
import { z } from "zod";
import { durationField, inputsField, workflowField } from "./fields.ts";

const MOST = { retries: 5, hooks: 10, parallel: 100 } as const;

/** What may be said of any step, here or there. */
const limits = {
  timeout: durationField("1m", "7d")
    .optional()
    .describe(
      "How long its run may take, from its dispatch; then it is stopped, and has failed. Time in which it waits for an approval on GitHub does not count. Default: no limit.",
    ),
  retries: z
    .int()
    .min(0)
    .max(MOST.retries)
    .optional()
    .describe(
      "How often it is run again after its run has failed, or took too long; never where it is not known how a run ended. Default: 0.",
    ),
} as const;

/** The settings of a component's step: at the component for everywhere, at an environment's component for there. */
export const stepFields = {
  ...limits,
  continueOnFailure: z
    .boolean()
    .optional()
    .describe(
      "Whether the others go on when it has failed. What needs it does not begin, and the release is not delivered. Default: false.",
    ),
} as const;

/** A hook, as written. */
export const hookSchema = z
  .strictObject({
    workflow: workflowField.describe("The file in `.github/workflows` that is run."),
    inputs: inputsField.optional().describe("Its inputs, laid over the environment's."),
    ...limits,
  })
  .describe("A workflow that belongs to the rollout as a whole.");

function hooksField(what: string) {
  return z.array(hookSchema).max(MOST.hooks).default([]).describe(what);
}

/** An environment's `rollout`. */
export const rolloutSchema = z
  .strictObject({
    parallel: z
      .int()
      .min(1)
      .max(MOST.parallel)
      .optional()
      .describe("How many components may be under way at a time. Default: as many as their needs allow."),
    skipUnchanged: z
      .boolean()
      .optional()
      .describe(
        "Whether components are left as they are of which no path has changed since they were rolled out here last (docs/rollout.md). Default: false, so that every environment runs through the same rollout.",
      ),
    before: hooksField(
      "Workflows that run before the components, one after the other. Where one fails, nothing else begins.",
    ),
    after: hooksField(
      "Workflows that run after all components have succeeded, one after the other, before the proof.",
    ),
    onFailure: hooksField(
      "Workflows that run when something has failed and nothing else goes on any more. They change nothing of the outcome.",
    ),
  })
  .describe("How a release is rolled out here (docs/rollout.md).");

type WrittenRollout = z.output<typeof rolloutSchema>;
export type WrittenHook = WrittenRollout["before"][number];
/** What a step's settings may be, as written. */
export interface WrittenStep {
  readonly timeout?: string | undefined;
  readonly retries?: number | undefined;
  readonly continueOnFailure?: boolean | undefined;
}
