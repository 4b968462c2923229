import { describe, expect, it } from "vitest";
import { callsProblems, webhookProblems } from "../support/openapi.ts";
import { tellMainRoad } from "./main-road.ts";

describe("the main road: a merge becomes a notice, a tag a release, and /promote prod proves that it arrived", () => {
  const told = tellMainRoad();

  it("every call that Waybill made is one that GitHub describes, with the parameters and bodies that it takes", () => {
    const calls = told().sandbox.record.calls.filter((call) => /^(app|installation:)/.test(call.actor));
    expect(calls.length).toBeGreaterThan(100);
    expect(callsProblems(calls)).toEqual([]);
    // What GitHub refuses is a mistake of ours, whether or not the story went well.
    const refused = calls.filter((call) => call.status >= 400 && call.status !== 404);
    expect(refused.map((call) => `${call.method} ${call.path} ${call.status}`)).toEqual([]);
  });

  it("every webhook that it was sent has the shape that GitHub describes", () => {
    const sent = told().sandbox.deliveries.map((one) =>
      webhookProblems(one.event, one.action, JSON.parse(one.payload)),
    );
    expect([...new Set(sent.flat())]).toEqual([]);
  });
});
