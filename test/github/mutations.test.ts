import { describe, expect, it } from "vitest";
import { RetryLaterError } from "../../src/core/ports.ts";
import type { Octokit } from "../../src/github/client.ts";
import { mutate, type Mutation } from "../../src/github/mutations.ts";

const COMMENT: Mutation = { field: "addComment", selects: "commentEdge { node { id } }" };

interface Asked {
  readonly query: string;
  readonly variables: Record<string, unknown>;
}

function octokitThat(answer: () => unknown): { readonly octokit: Octokit; readonly asked: Asked[] } {
  const asked: Asked[] = [];
  const graphql = (query: string, variables: Record<string, unknown>): Promise<unknown> => {
    asked.push({ query, variables });
    return Promise.resolve().then(answer);
  };
  return { octokit: { graphql } as unknown as Octokit, asked };
}

function fail(error: object): () => never {
  return () => {
    throw Object.assign(new Error("it failed"), error);
  };
}

const words = (outcomes: readonly PromiseSettledResult<unknown>[]): string[] =>
  outcomes.map((one) =>
    one.status === "fulfilled" ? JSON.stringify(one.value) : (one.reason as Error).message,
  );

describe("several mutations in one request", () => {
  it("are asked for under names of their own, and counted as many writes", async () => {
    const { octokit, asked } = octokitThat(() => ({ m0: { a: 1 }, m1: { a: 2 } }));
    const inputs = [
      { subjectId: "A", body: "a" },
      { subjectId: "B", body: "b" },
    ];
    expect(words(await mutate(octokit, COMMENT, inputs))).toEqual(['{"a":1}', '{"a":2}']);
    expect(asked).toEqual([
      {
        query:
          "mutation ($i0: AddCommentInput!, $i1: AddCommentInput!) { m0: addComment(input: $i0) { commentEdge { node { id } } } m1: addComment(input: $i1) { commentEdge { node { id } } } }",
        variables: { i0: inputs[0], i1: inputs[1], request: { waybillWrites: 2 } },
      },
    ]);
  });

  it("what was refused has its own reason, whatever else was done", async () => {
    const { octokit } = octokitThat(
      fail({
        name: "GraphqlResponseError",
        data: { m0: { a: 1 }, m1: null, m2: { a: 3 } },
        errors: [{ path: ["m1"], message: "it is locked" }],
      }),
    );
    expect(words(await mutate(octokit, COMMENT, [{}, {}, {}]))).toEqual([
      '{"a":1}',
      "it is locked",
      '{"a":3}',
    ]);
  });

  it("what a limit let through is done, and the others come back when it is over", async () => {
    const { octokit } = octokitThat(() => {
      throw Object.assign(new RetryLaterError("a limit", 5_000), { data: { m0: { a: 1 }, m1: null } });
    });
    const [done, left] = await mutate(octokit, COMMENT, [{}, {}]);
    expect(done).toEqual({ status: "fulfilled", value: { a: 1 } });
    expect(left).toMatchObject({ status: "rejected", reason: { name: "RetryLaterError", retryAt: 5_000 } });
  });

  it.each([
    ["an answer without data", fail({ name: "GraphqlResponseError", data: null, errors: [] })],
    ["no answer", fail({})],
  ])("nobody can tell after %s", async (_name, answer) => {
    const { octokit } = octokitThat(answer);
    await expect(mutate(octokit, COMMENT, [{}, {}])).rejects.toThrow("it failed");
  });

  it("an answer that leaves one out does not count as its being done", async () => {
    const { octokit } = octokitThat(() => ({ m0: { a: 1 } }));
    expect(words(await mutate(octokit, COMMENT, [{}, {}]))).toEqual([
      '{"a":1}',
      "GitHub did not say whether it was done",
    ]);
  });
});
