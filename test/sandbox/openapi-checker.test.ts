import { describe, expect, test } from "vitest";
import type { RecordedCall } from "../support/openapi.ts";
import { callProblems, webhookProblems } from "../support/openapi.ts";

const call = (over: Partial<RecordedCall>): RecordedCall => {
  return {
    method: "POST",
    path: "/repos/acme/shop/issues/7/comments",
    query: {},
    route: "/repos/{owner}/{repo}/issues/{issue_number}/comments",
    status: 201,
    requestBody: { body: "hello" },
    responseBody: undefined,
    fault: null,
    ...over,
  };
};

describe("the checker of calls can fail", () => {
  test.each<[string, Partial<RecordedCall>, RegExp]>([
    ["an unknown route", { route: "/repos/{owner}/{repo}/wishes" }, /no such operation/],
    ["no route", { route: null, path: "/wishes" }, /no such operation/],
    ["an unknown query parameter", { query: { loud: "yes" } }, /query parameter loud is unknown/],
    [
      "a wrong path parameter",
      { path: "/repos/acme/shop/issues/seven/comments" },
      /issue_number cannot be "seven"/,
    ],
    ["a missing property", { requestBody: {} }, /must have required property 'body'/],
    ["an unknown property", { requestBody: { body: "x", volume: 11 } }, /body property volume is unknown/],
    ["a missing body", { requestBody: undefined }, /a body is missing/],
    ["a wrong type", { requestBody: { body: 7 } }, /must be string/],
    ["an undescribed status", { status: 299 }, /status 299 is not described/],
    ["an answer of another shape", { responseBody: { id: "x" } }, /must have required property/],
    ["an error of another shape", { status: 404, responseBody: "no" }, /must be object/],
  ])("%s", (_name, over, problem) => {
    expect(callProblems(call(over)).join("\n")).toMatch(problem);
  });

  const dispatch = (over: Partial<RecordedCall>): RecordedCall =>
    call({
      path: "/repos/acme/shop/actions/workflows/deploy.yml/dispatches",
      route: "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
      requestBody: { ref: "main" },
      status: 204,
      ...over,
    });

  test("each call is judged by the version that it asked for", () => {
    const later = { apiVersion: "2026-03-10" };
    const asked = { requestBody: { ref: "main", return_run_details: true }, status: 200 };
    expect(callProblems(dispatch({}))).toEqual([]);
    expect(callProblems(dispatch(asked))).toEqual([]);
    expect(callProblems(dispatch(later)).join()).toMatch(/status 204 is not described/);
    expect(callProblems(dispatch({ ...later, ...asked })).join()).toMatch(/return_run_details is unknown/);
  });

  test("an older Enterprise Server's calls are judged by its own description", () => {
    const asked = { requestBody: { ref: "main", return_run_details: true } };
    expect(callProblems(dispatch({}), "ghes-3.17")).toEqual([]);
    expect(callProblems(dispatch(asked), "ghes-3.17").join()).toMatch(/return_run_details is unknown/);
    expect(callProblems(dispatch({ status: 200 }), "ghes-3.17").join()).toMatch(
      /status 200 is not described/,
    );
  });

  test("a call by the repository's id is held to the same description", () => {
    expect(callProblems(call({ path: "/repositories/7/issues/7/comments" }))).toEqual([]);
    const wrong = call({ path: "/repositories/7/issues/seven/comments" });
    expect(callProblems(wrong).join()).toMatch(/issue_number cannot be "seven"/);
  });

  test("a good call has no problems", () => {
    expect(callProblems(call({}))).toEqual([]);
    expect(callProblems(call({ status: 502, fault: '{"status":502}', responseBody: "anything" }))).toEqual(
      [],
    );
  });

  test("webhooks of unknown kinds and other shapes are seen", () => {
    expect(webhookProblems("wish", "granted", {})).toEqual(["wish.granted: GitHub has no such webhook"]);
    expect(webhookProblems("push", null, {}).join("\n")).toContain("must have required property 'ref'");
  });
});
