/** `/unquarantine`: one version comes out of the quarantine that a rollback has left; the pin and the others stay. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import { automatic, delivers, goes, promoted, rolledBack, shaOf } from "./given-rollback.ts";
import { ana, givenEnvironment, NOON } from "./given.ts";

const letsOut = (commentId: number, version: string): EnvironmentEvent => ({
  type: "ReleaseUnquarantined",
  at: NOON + commentId * 1_000,
  environment: "prod",
  version,
  word: { by: ana, commentId, ordinal: 1, issue: 7, name: `p${commentId}` },
});
const bad = (...versions: string[]) => versions.map((version) => ({ version, sha: shaOf(version) }));

const delivered = [...delivers(101, "1.4.2"), ...delivers(102, "1.5.0"), ...delivers(103, "1.6.0")];
/** 1.6.0 was rolled back to 1.5.0, and that to 1.4.2. */
const back = () =>
  givenEnvironment(...delivered, rolledBack(110, "1.5.0"), ...goes("c110", "1.5.0")).and(
    rolledBack(112, "1.4.2"),
    ...goes("c112", "1.4.2"),
  );

describe("/unquarantine", () => {
  it("lets one version out, which may be asked for again; the pin and the others stay, and the repository hears of it", () => {
    const story = back();
    const then = story.when(letsOut(120, "1.6.0"));
    expect(then.lane.pin).toMatchObject({ version: "1.4.2", bad: bad("1.5.0") });
    expect(then.all("react").map(({ content }) => content)).toEqual(["eyes", "rocket"]);
    expect(then.audit).toMatchObject([{ type: "release.unquarantined", data: { version: "1.6.0" } }]);
    expect(then.only("tellLane").event).toMatchObject({
      type: "QuarantineChanged",
      good: "1.4.2",
      bad: bad("1.5.0"),
    });
    const free = story.and(letsOut(120, "1.6.0"));
    expect(free.when(promoted(121, "1.6.0")).lane.active?.id).toBe("c121");
    expect(free.when(promoted(121, "1.5.0")).lane.ended).toMatchObject([
      { problem: { code: "quarantined" } },
    ]);
    expect(free.when(automatic(121, "1.7.0")).lane.waiting).toMatchObject([
      { held: { hold: { gate: "pinned" } } },
    ]);
    const both = free.when(letsOut(121, "1.5.0"));
    expect(both.lane.pin).toMatchObject({ bad: [] });
    expect(both.ordered).not.toContain(then.ordered.find((key) => key.startsWith("tell:quarantine")));
  });

  it("and delivering it lets no newer one out: of that nobody has said anything", () => {
    const free = back().and(letsOut(120, "1.5.0"));
    const older = free.and(promoted(121, "1.5.0"), ...goes("c121", "1.5.0"));
    const { lane } = older.when(promoted(122, "1.6.0"));
    expect(lane.pin).toMatchObject({ bad: bad("1.6.0") });
    expect(lane.ended.at(-1)).toMatchObject({ problem: { code: "quarantined" } });
    const newer = older.when(promoted(122, "1.7.0"), ...goes("c122", "1.7.0"));
    expect(newer.lane.pin ?? null).toBeNull();
  });

  it("is named as the command for what is in quarantine by another name of its commit", () => {
    const again = promoted(121, "1.6.1");
    if (again.type !== "PromotionRequested") throw new Error("no promotion was asked for");
    const { request } = again;
    const same = { ...again, request: { ...request, cargo: { ...request.cargo, sha: shaOf("1.6.0") } } };
    expect(back().when(same).lane.ended).toMatchObject([
      { problem: { code: "quarantined", detail: { version: "1.6.1", bad: "1.6.0" } } },
    ]);
  });

  it("heard twice is one word", () => {
    expect(back().and(letsOut(120, "1.6.0")).when(letsOut(120, "1.6.0")).ordered).toEqual([]);
  });

  it("of what is not in quarantine is refused, and names what is", () => {
    const then = back().when(letsOut(120, "1.4.0"));
    expect(then.only("comment").view).toMatchObject({
      command: "/unquarantine prod 1.4.0",
      problem: { code: "not-quarantined", detail: { bad: "1.6.0, 1.5.0" } },
    });
    expect(givenEnvironment().when(letsOut(120, "1.6.0")).only("comment").view).toMatchObject({
      problem: { code: "not-quarantined", detail: { bad: "" } },
    });
  });

  it("means what was rolled back before it was written, in whatever order the two are heard", () => {
    const later = givenEnvironment(...delivered, letsOut(111, "1.6.0")).when(rolledBack(110, "1.5.0"));
    expect(later.lane.pin).toMatchObject({ version: "1.5.0", bad: [] });
    const earlier = givenEnvironment(...delivered, rolledBack(110, "1.5.0")).when(letsOut(109, "1.6.0"));
    expect(earlier.lane.pin).toMatchObject({ bad: bad("1.6.0") });
  });

  it("holds where a second rollback is taken back before it has begun", () => {
    const first = givenEnvironment(...delivered, rolledBack(110, "1.5.0"), ...goes("c110", "1.5.0"));
    const { lane } = first.and(rolledBack(112, "1.4.2"), letsOut(113, "1.6.0")).when({
      type: "PersonCancelled",
      at: NOON + 114_000,
      environment: "prod",
      version: null,
      name: "x114",
      by: ana,
      commentId: 114,
      issue: 7,
    });
    expect(lane.pin).toMatchObject({ version: "1.5.0", bad: [] });
  });
});
