/** What a job came from: told by ids that travel with it, and that decide nothing. */
import { describe, expect, it } from "vitest";
import type { EnvironmentLane } from "../../src/core/environment.ts";
import type { RunObservation, WaybillEvent } from "../../src/core/events.ts";
import { causeOfEffect, causeOfEvent } from "../../src/engine/cause.ts";
import { effectJob, eventJob } from "../../src/engine/jobs.ts";
import { NOON, requested } from "../core/given.ts";
import { planned, prod, react } from "./given.ts";

const GUID = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
const promotionId = "c101" as never;

/** A lane whose active promotion runs `api` (run 7) and will run `web`. */
const rolling = {
  kind: "environment",
  active: {
    id: "c101",
    steps: [
      { component: "api", correlationId: "c101-api", runId: 7 },
      { component: "web", correlationId: "c101-web", runId: null },
    ],
  },
} as unknown as EnvironmentLane;

function observed(run: Partial<RunObservation>): WaybillEvent {
  return { type: "RunObserved", at: NOON, run: { id: 99, title: "", ...run } as RunObservation };
}

describe("an event is about", () => {
  it("the promotion that it asks for", () => {
    expect(causeOfEvent(requested(), { delivery: GUID }, null)).toEqual({
      delivery: GUID,
      promotion: "c101",
    });
  });

  it("the run that it names, by its number or by its title; one of somebody else's is about nothing", () => {
    const of = (run: Partial<RunObservation>) => causeOfEvent(observed(run), { delivery: GUID }, rolling);
    const api = { delivery: GUID, promotion: "c101", correlation: "c101-api" };
    expect(of({ id: 7 })).toEqual(api);
    expect(of({ title: "Deploy web c101-web" })).toEqual({ ...api, correlation: "c101-web" });
    expect(of({ title: "Deploy web c101-web-2" })).toEqual({ delivery: GUID });
  });

  it("the promotion of the run whose id it carries", () => {
    const event: WaybillEvent = { type: "LookDue", at: NOON, correlationId: "c101-api" };
    expect(causeOfEvent(event, {}, rolling)).toEqual({ promotion: "c101", correlation: "c101-api" });
  });

  it("the component that was asked", () => {
    const event = {
      type: "VersionObserved",
      at: NOON,
      promotionId,
      component: "api",
    } as unknown as WaybillEvent;
    expect(causeOfEvent(event, {}, rolling)).toEqual({ promotion: "c101", correlation: "c101-api" });
  });
});

describe("an effect", () => {
  it("is about what ordered it, where it says nothing itself", () => {
    const cause = { delivery: GUID, promotion: "c101", correlation: "c101-api" };
    expect(causeOfEffect(react(1), cause)).toEqual(cause);
  });

  it("of the next promotion is not about the run that made way for it", () => {
    const next = { type: "prepareRollout", promotionId: "c102" } as never;
    const cause = { delivery: GUID, promotion: "c101", correlation: "c101-api" };
    expect(causeOfEffect(next, cause)).toEqual({ delivery: GUID, promotion: "c102" });
  });
});

describe("a job", () => {
  it("is the same job whatever it came from: neither its dedupe nor its key knows", () => {
    const cause = { delivery: GUID };
    const { payload: _one, ...bare } = effectJob(prod, planned(react(1), "react:1"), NOON);
    const { payload, ...caused } = effectJob(prod, planned(react(1), "react:1"), NOON, cause);
    expect(caused).toEqual(bare);
    expect(payload).toEqual({ lane: prod, effect: react(1), cause });
    const laneEvent = { lane: prod, event: requested() };
    expect(eventJob(laneEvent, NOON, null).payload).toEqual(laneEvent);
    expect(eventJob(laneEvent, NOON, null, cause).payload).toEqual({ ...laneEvent, cause });
  });

  it("hands its cause on to timers and to other lanes", () => {
    const cause = { delivery: GUID, promotion: "c101" };
    const wake = effectJob(
      prod,
      planned({ type: "wake", event: requested() }, "w", { delayMs: 5 }),
      NOON,
      cause,
    );
    const tell = { type: "tellLane", environment: "", event: requested() } as const;
    for (const { payload } of [wake, effectJob(prod, planned(tell, "t"), NOON, cause)])
      expect(payload).toMatchObject({ cause });
  });
});
