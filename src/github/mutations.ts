/**
 * Several writes in one GraphQL request. GitHub does them one after the other, each for itself: some may be refused and the others done, and if
 * no answer comes, each may or may not have been done.
 * https://docs.github.com/en/graphql/guides/forming-calls-with-graphql#about-mutations
 */
import { RetryLaterError } from "../core/ports.ts";
import type { Octokit } from "./client.ts";
import { failureOf } from "./failure.ts";
import type { Outcomes } from "./gathering.ts";
import { COUNTED_AS } from "./guard.ts";

/** A mutation that takes one input, and what is asked of its payload. */
export interface Mutation {
  readonly field: "addComment" | "createDeploymentStatus";
  readonly selects: string;
}

type Answers = Readonly<Record<string, unknown>>;

/**
 * Makes one mutation for each input. Each outcome is that mutation's own: its payload, or why it was not done.
 *
 * @throws where nobody can tell for any of them, or where nothing was done because GitHub asks for patience
 */
export async function mutate<Payload>(
  octokit: Octokit,
  { field, selects }: Mutation,
  inputs: readonly object[],
): Promise<Outcomes<Payload>> {
  const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input!`;
  const variables = inputs.map((_, index) => `$i${index}: ${type}`).join(", ");
  const fields = inputs.map((_, index) => `m${index}: ${field}(input: $i${index}) { ${selects} }`).join(" ");
  const values = Object.fromEntries(inputs.map((input, index) => [`i${index}`, input]));
  try {
    const answers = await octokit.graphql<Answers>(`mutation (${variables}) { ${fields} }`, {
      ...values,
      ...COUNTED_AS(inputs.length),
    });
    return inputs.map((_, index) => outcomeOf<Payload>(answers, index, unsaid()));
  } catch (error) {
    const answers = answersBeside(error);
    if (answers === null) throw error;
    return inputs.map((_, index) => outcomeOf<Payload>(answers, index, reasonFor(error, index)));
  }
}

function outcomeOf<Payload>(answers: Answers, index: number, reason: unknown): PromiseSettledResult<Payload> {
  const payload = answers[`m${index}`] ?? null;
  return payload === null
    ? { status: "rejected", reason }
    : { status: "fulfilled", value: payload as Payload };
}

/** What was done is answered beside the errors of what was not; null where nothing was. */
function answersBeside(error: unknown): Answers | null {
  const { data } = error as { data?: unknown };
  return typeof data === "object" && data !== null ? (data as Answers) : null;
}

/** A limit strikes all that it let through no more; else each mutation has an error of its own. */
function reasonFor(error: unknown, index: number): unknown {
  if (error instanceof RetryLaterError) return error;
  const failure = failureOf(error, 0);
  const { errors = [] } = error as { errors?: readonly { path?: readonly unknown[]; message?: string }[] };
  const own = errors.find(({ path }) => path?.[0] === `m${index}`)?.message;
  return new Error(own ?? ("message" in failure ? failure.message : "GitHub did not say why"));
}

function unsaid(): Error {
  return new Error("GitHub did not say whether it was done");
}
