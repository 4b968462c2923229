/** The stories of a repository's own lane: the notice, the releases on their way, what goes forward by itself, and what is said. */
import { describe, expect, it } from "vitest";
import type { WaybillEvent } from "../../src/core/events.ts";
import type { CommitSha, PromotionId } from "../../src/core/ids.ts";
import type { PlanSnapshot } from "../../src/core/promotion.ts";
import {
  active,
  ana,
  givenEnvironment,
  givenRepository,
  NOON,
  notes,
  plansFor,
  requested,
  sha,
} from "./given.ts";

const DEPLOYED_IN_ORDER = plansFor();

function merged(
  count: number,
  more: { version?: string; head?: CommitSha; plans?: readonly PlanSnapshot[] } = {},
): WaybillEvent {
  const head = more.head ?? sha(`b${count}`);
  return {
    type: "BranchMoved",
    at: NOON + count,
    head,
    notes: notes(head, count),
    version: more.version ?? "1.5.0",
    plans: more.plans ?? DEPLOYED_IN_ORDER,
  };
}

function tag(version: string, at: CommitSha = sha("b2"), plans = DEPLOYED_IN_ORDER): WaybillEvent {
  return {
    type: "ReleaseTagged",
    at: NOON + 100,
    release: { version, tag: `v${version}`, sha: at, prerelease: false },
    notes: notes(at, 2),
    plans,
  };
}

const drawn = (serial: number, issue: number): WaybillEvent => ({
  type: "NoticeDrawn",
  at: NOON + 50,
  serial,
  issue,
});

const draftDrawn = (serial: number, draftReleaseId: number): WaybillEvent => ({
  type: "DraftDrawn",
  at: NOON + 50,
  serial,
  draftReleaseId,
});

function delivered(environment: string, version: string, at: CommitSha): WaybillEvent {
  return {
    type: "EnvironmentDelivered",
    at: NOON + 200,
    environment,
    version,
    sha: at,
    url: null,
    promotionId: "x1" as PromotionId,
    last: environment === "prod",
  };
}

describe("a merge", () => {
  it("draws the notice at once, and asks dev for the build", () => {
    const then = givenRepository().when(merged(1));
    expect(then.effects.find((one) => one.effect.type === "drawNotice")).toMatchObject({
      id: "notice:1",
      delayMs: 0,
      coalesce: true,
      effect: { issue: null, view: { version: "1.5.0", tag: "v1.5.0", pipeline: ["staging", "prod"] } },
    });
    expect(then.only("tellLane")).toMatchObject({
      environment: "dev",
      event: {
        type: "PromotionRequested",
        request: {
          cause: { kind: "merge" },
          cargo: { version: "1.5.0-dev.1", sha: sha("b1"), tag: null, ref: "main" },
          reportOn: null,
        },
      },
    });
  });

  it("heard of twice is one merge", () => {
    const then = givenRepository(merged(1)).when(merged(1));
    expect(then.ordered).toEqual([]);
    expect(then.audit).toEqual([]);
  });

  it("is drawn again where only its sections are others: the config may be on another branch", () => {
    const same = merged(1);
    if (same.type !== "BranchMoved") throw new Error("no merge");
    const model = { ...same.notes.model, sections: [{ title: "Manual", entries: [] }] };
    const given = givenRepository(same);
    const other: WaybillEvent = { ...same, at: NOON + 60_000, notes: { ...same.notes, model } };
    expect(given.when(other).only("drawNotice").view.notes.model.sections).toHaveLength(1);
  });

  it("with nothing to release leaves no coming version", () => {
    const then = givenRepository(merged(2)).when(merged(0, { head: sha("b2") }));
    expect(then.lane.upcoming).toBeNull();
    expect(then.ordered).toEqual([]);
  });

  it("that arrives in dev is shown in the notice as a place to try it", () => {
    const then = givenRepository(merged(1), drawn(1, 7)).when(delivered("dev", "1.5.0-dev.1", sha("b1")));
    expect(then.only("drawNotice").view.places).toEqual([
      { environment: "dev", version: "1.5.0-dev.1", url: null },
    ]);
  });

  it("of another version is no place to try the coming one", () => {
    const then = givenRepository(merged(1), drawn(1, 7)).when(delivered("prod", "1.4.2", sha("142")));
    expect(then.only("drawNotice").view.places).toEqual([]);
  });
});

describe("a version tag", () => {
  const noticed = [merged(2), drawn(1, 7), draftDrawn(1, 907)];

  it("publishes the notes, and the notice that announced the release follows it from now on", () => {
    const then = givenRepository(...noticed).when(tag("1.5.0"));
    expect(then.only("publishRelease")).toMatchObject({
      tag: "v1.5.0",
      sha: sha("b2"),
      draftReleaseId: 907,
      noticeSerial: 1,
    });
    expect(then.only("drawNotice")).toMatchObject({
      serial: 1,
      issue: 7,
      view: { released: { tag: "v1.5.0", arrived: [] }, closed: false },
    });
    expect(then.lane).toMatchObject({ upcoming: null, notice: null });
  });

  it("what is merged after it gets a notice of its own", () => {
    const then = givenRepository(...noticed, tag("1.5.0")).when(
      merged(1, { version: "1.5.1", head: sha("b9") }),
    );
    expect(then.only("drawNotice")).toMatchObject({ serial: expect.any(Number), issue: null });
    expect(then.only("drawNotice").serial).not.toBe(1);
  });

  it("pushed again, or heard of again, is the same release", () => {
    expect(givenRepository(...noticed, tag("1.5.0")).when(tag("1.5.0")).ordered).toEqual([]);
  });

  it("moved to another commit is refused: a version means one commit for ever", () => {
    const then = givenRepository(...noticed, tag("1.5.0")).when(tag("1.5.0", sha("bad")));
    expect(then.all("publishRelease")).toEqual([]);
    expect(then.all("tellLane")).toEqual([]);
    expect(then.only("comment")).toMatchObject({
      issue: 7,
      view: { template: "tag-refused", reason: { code: "moved", before: sha("b2") } },
    });
    expect(then.lane.releases[0]?.sha).toBe(sha("b2"));
  });

  it("that arrives at the end of the pipeline closes its notice", () => {
    const placed = givenRepository(...noticed, tag("1.5.0")).and(drawn(1, 7));
    const staging = placed.when(delivered("staging", "1.5.0", sha("b2")));
    expect(staging.only("drawNotice").view).toMatchObject({
      released: { arrived: ["staging"] },
      closed: false,
    });
    const prod = placed.when(delivered("staging", "1.5.0", sha("b2")), delivered("prod", "1.5.0", sha("b2")));
    expect(prod.only("drawNotice").view).toMatchObject({
      released: { arrived: ["staging", "prod"] },
      closed: true,
    });
  });
});

describe("what goes forward by itself", () => {
  const asked = (then: { all: ReturnType<ReturnType<typeof givenRepository>["when"]>["all"] }) =>
    then
      .all("tellLane")
      .map((one) => [
        one.environment,
        one.event.type === "PromotionRequested" ? one.event.request.cargo.version : one.event.type,
      ]);

  it("staging waits until dev runs the release's commit, and is asked as soon as it does", () => {
    const early = givenRepository(merged(2)).when(tag("1.5.0"));
    expect(asked(early)).toEqual([]);
    const then = givenRepository(merged(2), tag("1.5.0")).when(delivered("dev", "1.5.0-dev.2", sha("b2")));
    expect(asked(then)).toEqual([["staging", "1.5.0"]]);
    expect(then.only("tellLane").event).toMatchObject({
      request: { cause: { kind: "auto" }, cargo: { tag: "v1.5.0", ref: "v1.5.0", sha: sha("b2") } },
    });
  });

  it("a later build in dev that carries the release will do: GitHub is asked, not dates or numbers", () => {
    const later = [merged(2), delivered("dev", "1.5.0-dev.3", sha("b3"))];
    const then = givenRepository(...later).when(tag("1.5.0"));
    expect(then.only("lookForCommit")).toMatchObject({
      version: "1.5.0",
      sha: sha("b2"),
      running: sha("b3"),
      environment: "dev",
    });
    const seen = (contained: boolean): WaybillEvent => ({
      type: "ContainmentSeen",
      at: NOON,
      version: "1.5.0",
      environment: "dev",
      contained,
    });
    expect(asked(givenRepository(...later, tag("1.5.0")).when(seen(true)))).toEqual([["staging", "1.5.0"]]);
    expect(givenRepository(...later, tag("1.5.0")).when(seen(false)).ordered).toEqual([]);
    expect(asked(givenRepository(...later, tag("1.5.0"), seen(true)).when(seen(true)))).toEqual([]);
  });

  it.each([
    ["in order", ["1.5.0", "1.6.0"]],
    ["out of order", ["1.6.0", "1.5.0"]],
  ])(
    "of several tags pushed %s, the newest version is what ends up asked for",
    (_order, [one = "", other = ""]) => {
      const plans = plansFor("environments:\n  staging: { promote: auto }\n");
      const then = givenRepository(tag(one, sha(one.replaceAll(".", "")), plans)).when(
        tag(other, sha(other.replaceAll(".", "")), plans),
      );
      expect(then.lane.releases.find((release) => release.version === "1.6.0")?.requested).toEqual([
        "staging",
      ]);
      expect(asked(then)).toEqual(other === "1.6.0" ? [["staging", "1.6.0"]] : []);
    },
  );

  it("two environments side by side are asked for under names of their own", () => {
    const plans = plansFor(
      "environments:\n  east: { promote: auto, after: [] }\n  west: { promote: auto, after: [] }\n",
    );
    const then = givenRepository().when(tag("1.5.0", sha("b2"), plans));
    const ids = then
      .all("tellLane")
      .map((one) => one.event.type === "PromotionRequested" && one.event.request.id);
    expect(new Set(ids).size).toBe(2);
  });
});

describe("what is said on the notice", () => {
  const refused = (name: string, at: CommitSha | null = sha("b2")): WaybillEvent => ({
    type: "TagRefused",
    at: NOON,
    tag: name,
    sha: at,
    reason: { code: "nearly", meant: "v1.5.0" },
  });

  it("a tag that is no release, once for each tag", () => {
    const there = givenRepository(merged(2), drawn(1, 7));
    expect(there.when(refused("1.5.0")).only("comment")).toMatchObject({ issue: 7, view: { tag: "1.5.0" } });
    expect(there.and(refused("1.5.0")).when(refused("1.5.0")).ordered).toEqual([]);
    expect(there.and(refused("1.5.0")).when(refused("release-1.5")).only("comment").issue).toBe(7);
    const nowhere = there.and(refused("x", null)).when(refused("y", null));
    expect(nowhere.only("comment").view).toMatchObject({ tag: "y" });
  });

  it("waits for a notice where there is none yet", () => {
    const then = givenRepository(refused("1.5.0"), merged(1)).when(drawn(1, 7));
    expect(then.only("comment")).toMatchObject({ issue: 7, view: { template: "tag-refused" } });
    expect(then.lane.unsaid).toEqual([]);
  });

  it("the same while it waits is kept once", () => {
    const then = givenRepository(refused("1.5.0")).when(refused("1.5.0"));
    expect(then.lane.unsaid).toHaveLength(1);
  });

  it("an automatic promotion that failed, and before that, that it needed a person", () => {
    const failed = (marker: string, ended: boolean): WaybillEvent => ({
      type: "EnvironmentFailed",
      at: NOON,
      environment: "dev",
      promotionId: "m2" as PromotionId,
      marker,
      view: {
        template: "failure",
        environment: "dev",
        version: "1.5.0-dev.1",
        tag: null,
        sha: sha("b1"),
        from: null,
        changeCount: null,
        requestedBy: null,
        url: null,
        ended,
        problem: { code: "run-gone", detail: {} },
        steps: [],
        evidence: [],
        automatic: true,
      },
    });
    const there = givenRepository(merged(1), drawn(1, 7)).and(failed("need-m2-api-5", false));
    expect(there.when(failed("failure-m2", true)).only("comment")).toMatchObject({
      issue: 7,
      marker: "failure-m2",
    });
    expect(there.when(failed("need-m2-api-5", false)).ordered).toEqual([]);
  });
});

describe("answers to commands", () => {
  const refusal = {
    kind: "refusal",
    command: "/promote prd",
    problem: { code: "unknown-environment", detail: {} },
  } as const;
  const status = { kind: "status", command: "/status", environments: [], upcoming: null } as const;
  const answered = (answers: readonly (typeof refusal | typeof status)[], commentId = 77): WaybillEvent => ({
    type: "CommandsAnswered",
    at: NOON,
    commentId,
    issue: 9,
    by: ana,
    answers,
  });

  it("come as one comment, with eyes first and how it went after", () => {
    const then = givenRepository().when(answered([refusal, status]));
    expect(then.all("react").map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expect(then.only("comment")).toMatchObject({ issue: 9, marker: "answers-77", view: { by: "ana" } });
    expect(then.audit.map((line) => [line.actor, line.type, line.ref])).toEqual([
      ["user:11", "command.refused", "77"],
      ["user:11", "command.answered", "77"],
    ]);
  });

  it("thumbs down where everything was refused", () => {
    expect(
      givenRepository()
        .when(answered([refusal]))
        .all("react")
        .at(-1)?.content,
    ).toBe("-1");
  });

  it("are given once, however often the comment is heard of", () => {
    expect(givenRepository(answered([status])).when(answered([status])).ordered).toEqual([]);
    expect(givenRepository(answered([status])).when(answered([status], 78)).ordered).toHaveLength(3);
  });

  it("a stranger gets none, only a line in the audit log", () => {
    const then = givenRepository().when({
      type: "StrangerIgnored",
      at: NOON,
      commentId: 77,
      issue: 9,
      by: ana,
      command: "promote",
    });
    expect(then.ordered).toEqual([]);
    expect(then.audit).toMatchObject([{ actor: "user:11", type: "command.ignored", ref: "77" }]);
  });
});

describe("lanes hear only what concerns them", () => {
  it("an event handed to the wrong lane is a fault of ours, and said so", () => {
    expect(() => givenRepository().when(requested())).toThrow("handed to a repository's lane");
    expect(() => givenEnvironment().and(merged(1)).when(requested())).toThrow(
      "handed to an environment's lane",
    );
  });

  it("what the repository's lane asks for is what an environment's lane takes", () => {
    const { event } = givenRepository().when(merged(1)).only("tellLane");
    expect(active(givenEnvironment().when(event).lane).cargo.version).toBe("1.5.0-dev.1");
  });
});
