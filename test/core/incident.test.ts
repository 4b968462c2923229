/** The incident that a rollback is: one issue, from the delivery of the bad version to the end of the pin. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { ana, givenEnvironment, NOON } from "./given.ts";
import {
  automatic,
  delivers,
  fails,
  goes,
  prodPlan,
  promoted,
  rolledBack,
  unpinned,
} from "./given-rollback.ts";

const drawn = (issue: number | null): EnvironmentEvent => ({
  type: "IncidentDrawn",
  at: NOON,
  incident: "c110" as PromotionId,
  issue,
});
const twice = () => givenEnvironment(...delivers(101, "1.4.2"), ...delivers(102, "1.5.0"));
const asked = () => twice().and(rolledBack(110, "1.4.2"), drawn(31));
const kinds = (view: { readonly entries: readonly { readonly kind: string }[] }) =>
  view.entries.map(({ kind }) => kind).join(" ");

describe("the incident of a rollback", () => {
  it("is opened at once, with what came before it", () => {
    const { view, ...effect } = twice().when(rolledBack(110, "1.4.2")).only("drawIncident");
    expect(effect).toEqual({ type: "drawIncident", incident: "c110", issue: null });
    expect(view).toMatchObject({
      environment: "prod",
      from: "1.5.0",
      to: "1.4.2",
      bad: ["1.5.0"],
      entries: [
        { kind: "came", version: "1.5.0", by: "ana" },
        { kind: "asked", version: "1.4.2", by: "ana", reason: "checkout fails", on: 7 },
      ],
    });
  });
  it("names what was left half done", () => {
    const then = twice()
      .and(...fails(103, "1.6.0"))
      .when(rolledBack(110, "1.5.0"));
    expect(then.only("drawIncident").view).toMatchObject({
      from: "1.6.0",
      entries: [{ kind: "half-done" }, {}],
    });
  });
  it("goes on with the rollback's end, at most one edit in five seconds; the receipt links to it", () => {
    const then = asked().when(...goes("c110", "1.4.2"));
    const edit = then.effects.find(({ effect }) => effect.type === "drawIncident");
    expect(edit).toMatchObject({ id: "incident:c110", delayMs: 5_000, coalesce: true });
    expect(then.only("drawIncident")).toMatchObject({ issue: 31, view: { bad: ["1.5.0"] } });
    expect(kinds(then.only("drawIncident").view)).toBe("came asked back");
    const [receipt] = then.all("comment");
    expect(receipt?.view).toMatchObject({ template: "receipt", incident: 31 });
  });
  it("is the same one for the next rollback, as long as the pin stands", () => {
    const failed = asked().and(...goes("c110", "1.4.2", "failure"));
    const then = failed.when(rolledBack(120, "1.4.1"));
    expect(then.only("drawIncident")).toMatchObject({
      incident: "c110",
      view: { from: "1.5.0", to: "1.4.1" },
    });
    expect(kinds(then.only("drawIncident").view)).toBe("came asked not-back asked");
  });
  it("tells of a rollback that made way for another", () => {
    const story = twice().and(promoted(103, "1.6.0"), rolledBack(110, "1.4.2"));
    const then = story.when(rolledBack(111, "1.5.0"));
    expect(then.only("drawIncident").view.entries.slice(-2)).toMatchObject([
      { kind: "asked", version: "1.5.0" },
      { kind: "not-back", version: "1.4.2", why: "overtaken" },
    ]);
  });
  it("ends with the pin: by a person's word, or by what was delivered", () => {
    const back = asked().and(...goes("c110", "1.4.2"));
    const lifted = back.when(unpinned(120));
    expect(lifted.only("drawIncident").view).toMatchObject({ bad: [] });
    expect(lifted.only("drawIncident").view.entries.at(-1)).toMatchObject({ kind: "lifted", by: "ana" });
    expect(lifted.lane.incident).toBeNull();
    const mended = back.and(promoted(120, "1.6.0")).when(...goes("c120", "1.6.0"));
    expect(mended.only("drawIncident").view.entries.at(-1)).toMatchObject({
      kind: "lifted",
      version: "1.6.0",
    });
    const anew = back.and(unpinned(120), ...delivers(121, "1.5.0")).when(rolledBack(130, "1.4.2"));
    expect(anew.only("drawIncident")).toMatchObject({ incident: "c130", issue: null });
  });
  it("ends with a rollback that was cancelled before anything of it ran", () => {
    const then = asked().when({
      type: "PersonCancelled",
      at: NOON,
      environment: "prod",
      version: null,
      name: "x120",
      by: ana,
      commentId: 120,
      issue: 7,
    });
    expect(kinds(then.only("drawIncident").view)).toBe("came asked not-back lifted");
    expect(then.lane.incident).toBeNull();
  });
  it("is left to the comments where the repository takes no issues", () => {
    const then = twice()
      .and(rolledBack(110, "1.4.2"), drawn(null))
      .when(...goes("c110", "1.4.2"));
    expect(then.all("drawIncident")).toEqual([]);
  });
  it("is none before the end of the pipeline, unless the config wants it; and none at its end where it does not", () => {
    const opened = (plan: ReturnType<typeof prodPlan>) =>
      givenEnvironment(...delivers(101, "1.4.2"), ...delivers(102, "1.5.0"))
        .when(rolledBack(110, "1.4.2", { plan }))
        .all("drawIncident").length;
    const staging = { ...prodPlan(), last: false };
    expect(opened(staging)).toBe(0);
    const wanted = { ...prodPlan("{ rollback: { incident: true } }"), last: false };
    expect(opened(wanted)).toBe(1);
    expect(opened(prodPlan("{ rollback: { incident: false } }"))).toBe(0);
  });
  it("is not touched by what else goes on there", () => {
    const then = asked()
      .and(...goes("c110", "1.4.2"))
      .when(automatic(120, "1.6.0"));
    expect(then.all("drawIncident")).toEqual([]);
  });
});
