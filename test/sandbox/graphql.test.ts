import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shop } from "./support.ts";
import { client, openShop } from "./support.ts";

let shop: Shop;
let number: number;
let merged: string;

beforeAll(async () => {
  shop = await openShop();
  number = shop.repository.openPullRequest({ title: "feat: one", body: "why", author: "wes" });
  merged = shop.repository.mergePullRequest(number, { by: "ana", method: "squash" });
});

afterAll(() => shop.sandbox.close());

const FIELDS =
  "number title merged mergedAt body url baseRefName author { login __typename ... on User { databaseId } }";

describe("GraphQL", () => {
  test("tells the pull requests of many commits in one query, and null for a commit that is not there", async () => {
    const query = `query ($owner: String!, $name: String!, $one: GitObjectID!, $none: GitObjectID!) {
      repository(owner: $owner, name: $name) {
        c0: object(oid: $one) { ...commit }
        c1: object(oid: $none) { ...commit }
        c2: object(expression: "main") { ...commit }
        pullRequest(number: ${number}) { ${FIELDS} }
      }
    }
    fragment commit on Commit { oid associatedPullRequests(first: 5) { totalCount nodes { ${FIELDS} } } }`;
    const answer = await shop.bot.graphql<{ repository: Record<string, unknown> }>(query, {
      owner: "acme",
      name: "shop",
      one: merged,
      none: "f".repeat(40),
    });
    const pull = {
      number,
      title: "feat: one",
      merged: true,
      body: "why",
      baseRefName: "main",
      url: `${shop.sandbox.url}/acme/shop/pull/${number}`,
      author: { login: "wes", __typename: "User", databaseId: shop.sandbox.user("wes").id },
    };
    const commit = { oid: merged, associatedPullRequests: { totalCount: 1, nodes: [pull] } };
    expect(answer.repository).toMatchObject({ c0: commit, c1: null, c2: commit, pullRequest: pull });
  });

  test("refuses what GitHub's schema does not know", async () => {
    await expect(shop.bot.graphql('{ repository(owner: "acme", name: "shop") { colour } }')).rejects.toThrow(
      /Cannot query field "colour" on type "Repository"/,
    );
  });

  test("wants to know how much of a list is wanted", async () => {
    const query =
      '{ repository(owner: "acme", name: "shop") { object(expression: "main") { ... on Commit { associatedPullRequests { totalCount } } } } }';
    await expect(shop.bot.graphql(query)).rejects.toThrow(/You must provide a `first` or `last` value/);
  });

  test("hides repositories and pull requests that are not there or not for the caller", async () => {
    const ask = (name: string, rest: string) => `{ repository(owner: "acme", name: "${name}") { ${rest} } }`;
    const stranger = client(shop.sandbox, shop.sandbox.user("sid").token());
    await expect(shop.bot.graphql(ask("none", "id"))).rejects.toThrow(/Could not resolve to a Repository/);
    await expect(stranger.graphql(ask("shop", "id"))).rejects.toThrow(/Could not resolve to a Repository/);
    const error = await shop.bot
      .graphql(ask("shop", "pullRequest(number: 99) { id }"))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      errors: [{ type: "NOT_FOUND", path: ["repository", "pullRequest"] }],
      data: { repository: { pullRequest: null } },
    });
  });

  test("is recorded like any other call", () => {
    expect(shop.sandbox.record.calls.some((call) => call.route === "/graphql" && call.status === 200)).toBe(
      true,
    );
  });
});
