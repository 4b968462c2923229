import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Shop } from "./support.ts";
import { client, openShop } from "./support.ts";

let shop: Shop;
let issue: number;

beforeAll(async () => {
  shop = await openShop();
  issue = shop.repository.openIssue({ title: "Talk", author: "ana" });
});

afterAll(() => shop.sandbox.close());

const HEAD = '{ repository(owner: "acme", name: "shop") {';
const COMMENTS = "comments(last: 2) { totalCount nodes { body author { login __typename } } }";

async function issueId(): Promise<string> {
  const query = `${HEAD} issue(number: ${issue}) { id } } }`;
  return (await shop.bot.graphql<{ repository: { issue: { id: string } } }>(query)).repository.issue.id;
}

async function recorded(): Promise<{ id: number; node_id: string }> {
  const place = { owner: "acme", repo: "shop" };
  const { data } = await shop.bot.request("POST /repos/{owner}/{repo}/deployments", {
    ...place,
    ref: "main",
    environment: "prod",
    auto_merge: false,
    required_contexts: [],
  });
  return data as { id: number; node_id: string };
}

describe("GraphQL's mutations", () => {
  test("comment, as the App, and of several each is done or refused for itself", async () => {
    const id = await issueId();
    const query = `mutation ($good: AddCommentInput!, $bad: AddCommentInput!) {
      m0: addComment(input: $good) { commentEdge { node { body } } }
      m1: addComment(input: $bad) { commentEdge { node { body } } }
      m2: addComment(input: $good) { commentEdge { node { author { login } } } }
    }`;
    const error = await shop.bot
      .graphql(query, { good: { subjectId: id, body: "hello" }, bad: { subjectId: "bm9uZQ==", body: "x" } })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      data: {
        m0: { commentEdge: { node: { body: "hello" } } },
        m1: null,
        m2: { commentEdge: { node: { author: { login: shop.sandbox.app.slug } } } },
      },
      errors: [{ type: "NOT_FOUND", path: ["m1"] }],
    });
    const seen = await shop.bot.graphql<{ repository: { issue: { comments: unknown } } }>(
      `${HEAD} issue(number: ${issue}) { ${COMMENTS} } } }`,
    );
    const own = { body: "hello", author: { login: shop.sandbox.app.slug, __typename: "Bot" } };
    expect(seen.repository.issue.comments).toEqual({ totalCount: 2, nodes: [own, own] });
  });

  test("set a deployment's status, which REST and GraphQL show alike", async () => {
    const { id, node_id: deploymentId } = await recorded();
    const query = `mutation ($input: CreateDeploymentStatusInput!) { createDeploymentStatus(input: $input) { deploymentStatus { state logUrl } } }`;
    const logUrl = "https://github.example/run";
    const input = { deploymentId, state: "SUCCESS", description: "there", logUrl, autoInactive: false };
    expect(await shop.bot.graphql(query, { input })).toEqual({
      createDeploymentStatus: { deploymentStatus: { state: "SUCCESS", logUrl } },
    });
    const { data } = await shop.bot.request(
      "GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses",
      { owner: "acme", repo: "shop", deployment_id: id },
    );
    expect(data).toMatchObject([{ state: "success", description: "there", log_url: logUrl }]);
    const newest = `${HEAD} deployments(first: 1, environments: ["prod"], orderBy: { field: CREATED_AT, direction: DESC }) { nodes { id task latestStatus { state } } } } }`;
    expect(await shop.bot.graphql(newest)).toEqual({
      repository: {
        deployments: { nodes: [{ id: deploymentId, task: "deploy", latestStatus: { state: "SUCCESS" } }] },
      },
    });
  });

  test("refuse a number of a deployment, which is too large for GraphQL", async () => {
    await recorded();
    const query = `${HEAD} deployments(first: 1) { nodes { databaseId } } } }`;
    await expect(shop.bot.graphql(query)).rejects.toThrow(/32-bit/);
  });

  test("ask for the permission that REST asks for", async () => {
    const subjectId = await issueId();
    const { data } = await shop.app.rest.apps.createInstallationAccessToken({
      installation_id: shop.installationId,
      permissions: { issues: "read" },
    });
    const query = `mutation ($input: AddCommentInput!) { addComment(input: $input) { commentEdge { node { id } } } }`;
    const error = await client(shop.sandbox, data.token)
      .graphql(query, { input: { subjectId, body: "hello" } })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      data: { addComment: null },
      errors: [{ type: "FORBIDDEN", message: "Resource not accessible by integration" }],
    });
  });
});
