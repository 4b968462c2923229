/** The rollback floor: what the database may have seen, and that nobody goes past it without saying why. */
import { describe, expect, it } from "vitest";
import type { ComponentConfig } from "../../src/core/config/index.ts";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { MigrationsBetween } from "../../src/core/migrations.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import {
  isReason,
  landedBeyond,
  migrationsPassed,
  pastMigrations,
  type MigrationsPassed,
} from "../../src/core/rollback/floor.ts";
import type { Ground } from "../../src/core/rollback/rollback.ts";
import { givenEnvironment, NOON, plansFor, prepared, stepPlan } from "./given.ts";
import {
  automatic,
  delivers,
  fails,
  goes,
  prodPlan,
  promoted,
  rolledBack,
  shaOf,
  unpinned,
} from "./given-rollback.ts";

const was = (...versions: readonly string[]): Ground["delivered"] =>
  versions.map((version) => ({
    version,
    sha: shaOf(version),
    tag: `v${version}`,
    at: NOON,
    promotionId: "c1" as PromotionId,
  }));
const bad = (version: string) => ({ version, sha: shaOf(version) });
const ground = (more: Partial<Ground>): Ground => ({ name: "prod", delivered: [], active: null, ...more });
const landed = (target: string, more: Partial<Ground>) =>
  landedBeyond(bad(target), ground(more)).map(({ version }) => version);
const halfDone = (version: string): Pick<Ground, "disturbed"> => ({
  disturbed: { kind: "failed", ...bad(version), promotionId: null, at: NOON },
});

describe("what the database of an environment may have seen", () => {
  it("is what runs there, and what ran since the target did", () => {
    expect(landed("1.4.2", { delivered: was("1.4.1", "1.4.2", "1.5.0", "1.6.0") })).toEqual([
      "1.6.0",
      "1.5.0",
    ]);
    expect(landed("1.4.1", { delivered: was("1.4.1", "1.5.0", "1.4.1", "1.6.0") })).toEqual(["1.6.0"]);
  });
  it("also from before Waybill, everything that is newer", () => {
    expect(landed("1.4.2", { delivered: was("1.4.1", "1.5.0") })).toEqual(["1.5.0"]);
  });
  it("is also what was left half done, is under way, or was deployed by hand, whatever its version", () => {
    const delivered = was("1.5.0");
    expect(landed("1.5.0", { delivered })).toEqual([]);
    expect(landed("1.5.0", { delivered, ...halfDone("1.6.0") })).toEqual(["1.6.0"]);
    const active = { ...bad("1.7.0"), class: "normal" } as const;
    expect(landed("1.5.0", { delivered, active })).toEqual(["1.7.0"]);
    const byHand = { version: "abc1234", sha: shaOf("9"), by: null, url: "", at: NOON };
    const { disturbed } = halfDone("1.4.9");
    expect(landed("1.5.0", { delivered, disturbed: disturbed ? { ...disturbed, byHand } : null })).toEqual([
      "abc1234",
    ]);
  });
  it("is still what was rolled back: going back has not undone its migrations", () => {
    const pin = { bad: [bad("1.6.0"), bad("1.7.0")] } as unknown as NonNullable<Ground["pin"]>;
    expect(landed("1.4.2", { delivered: was("1.5.0"), pin })).toEqual(["1.5.0", "1.7.0", "1.6.0"]);
  });
});

const SHOP: readonly ComponentConfig[] =
  plansFor(`components:
  api: { paths: ["api/**"], migration: { kind: contract, paths: ["db/**"] } }
  web: { paths: ["web/**"], migration: expand }
  jobs: { paths: ["jobs/**"], migration: true }
environments: { prod: {} }`)[0]?.components ?? [];
const passed = (...compared: readonly (readonly [string, readonly string[] | null])[]) =>
  migrationsPassed(
    SHOP,
    compared.map(([version, files]) => ({ landed: bad(version), files })),
  );

describe("what a rollback goes past", () => {
  it("is what cannot be taken back or takes something away, by the oldest that brought it", () => {
    expect(passed(["1.6.0", ["db/1.sql", "jobs/a.ts", "web/a.ts"]], ["1.5.0", ["db/1.sql"]])).toEqual({
      known: true,
      seen: [
        { component: "api", kind: "contract", version: "1.5.0" },
        { component: "jobs", kind: "irreversible", version: "1.6.0" },
      ],
    });
  });
  it("is nothing where only something was added", () => {
    expect(passed(["1.6.0", ["web/a.ts", "api/a.ts"]])).toBeNull();
    expect(passed()).toBeNull();
  });
  it("may be anything where GitHub cannot tell, and what is known says more than that", () => {
    expect(passed(["1.6.0", ["db/1.sql"]], ["1.5.0", null])).toEqual({
      known: false,
      seen: [
        { component: "api", kind: "contract", version: "1.6.0" },
        { component: "jobs", kind: "irreversible", version: "1.5.0" },
      ],
    });
  });
  it("takes a reason that says something", () => {
    expect(["checkout fails", "…", " -- ", "", null, undefined, "ошибка"].map(isReason)).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      true,
    ]);
  });
});

const PAST: MigrationsPassed = {
  known: true,
  seen: [{ component: "shop", kind: "contract", version: "1.6.0" }],
};
const refused = (id: string): EnvironmentEvent => ({
  type: "RolloutRefused",
  at: NOON + 900_000,
  promotionId: id as PromotionId,
  problem: pastMigrations("prod", { version: "1.5.0" }, PAST),
});
const twice = () => givenEnvironment(...delivers(101, "1.5.0"), ...delivers(102, "1.6.0"));
const unreasoned = (commentId: number, version: string) =>
  rolledBack(commentId, version, { rollback: { reason: null } });

describe("the last look before a rollback", () => {
  it("is made by what may have landed, and by whether somebody has said why", () => {
    expect(twice().when(rolledBack(103, "1.5.0")).only("prepareRollout").back).toEqual({
      landed: [bad("1.6.0")],
      reasoned: true,
    });
    const story = givenEnvironment(...delivers(101, "1.5.0"), ...fails(102, "1.6.0"));
    expect(story.when(unreasoned(103, "1.5.0")).only("prepareRollout").back).toEqual({
      landed: [bad("1.6.0")],
      reasoned: false,
    });
    expect(twice().when(promoted(103, "1.7.0")).only("prepareRollout")).not.toHaveProperty("back");
  });
  it("writes down past what it went, who wanted it and why, and the comments say so", () => {
    const ready = { ...prepared("c103", [stepPlan("shop", { needs: [] })]), past: PAST } as EnvironmentEvent;
    const then = twice().and(rolledBack(103, "1.5.0")).when(ready);
    expect(then.audit).toContainEqual({
      actor: "user:11",
      type: "rollback.past-migrations",
      ref: "c103",
      data: { migrations: PAST.seen, known: true, reason: "checkout fails" },
    });
    expect(then.only("liveComment").view).toMatchObject({
      past: PAST,
      rollback: { reason: "checkout fails" },
    });
    const over = twice()
      .and(rolledBack(103, "1.5.0"), ready)
      .when(...goes("c103", "1.5.0").slice(1));
    const receipt = over.all("comment").find(({ view }) => view.template === "receipt");
    expect(receipt?.view).toMatchObject({ past: PAST, rollback: { reason: "checkout fails" } });
  });
  it("shows what was found when it was asked for, until it is looked at again", () => {
    const asked = rolledBack(103, "1.5.0", { rollback: { reason: "checkout fails", past: PAST } });
    expect(twice().when(asked).only("liveComment").view).toMatchObject({ past: PAST });
    const then = twice()
      .and(asked)
      .when(prepared("c103", [stepPlan("shop", { needs: [] })]));
    expect(then.only("liveComment").view).not.toHaveProperty("past");
  });
});

describe("a rollback that is refused at the last look", () => {
  it.each([
    refused("c103"),
    {
      type: "RolloutRefused",
      at: NOON + 900_000,
      promotionId: "c103" as PromotionId,
      problem: { code: "not-allowed-any-more", detail: {} },
    },
    {
      type: "EffectGivenUp",
      at: NOON + 900_000,
      effect: "prepareRollout",
      promotionId: "c103" as PromotionId,
      correlationId: null,
      error: "502",
    },
  ] as const)("leaves no pin behind, and nothing in quarantine (%#)", (no) => {
    const then = twice().and(unreasoned(103, "1.5.0")).when(no);
    expect(then.lane).toMatchObject({ pin: null, active: null });
    expect(then.all("tellLane").find(({ event }) => event.type === "QuarantineChanged")?.event).toMatchObject(
      { bad: [] },
    );
  });
  it("lets go what its pin has held", () => {
    const story = twice().and(unreasoned(103, "1.5.0"), automatic(104, "1.7.0"));
    expect(story.when(refused("c103")).only("prepareRollout").promotionId).toBe("a104");
  });
  it("leaves the pin of the rollback before it", () => {
    const story = twice().and(
      ...delivers(103, "1.7.0"),
      rolledBack(104, "1.6.0"),
      ...goes("c104", "1.6.0"),
      unreasoned(105, "1.5.0"),
    );
    expect(story.when(refused("c105")).lane.pin).toMatchObject({
      promotionId: "c104",
      bad: [{ version: "1.7.0" }],
    });
  });
  it("says in its incident that it did not begin, and that nobody lifted anything", () => {
    const story = twice().and(
      rolledBack(103, "1.5.0"),
      ...goes("c103", "1.5.0"),
      unpinned(104),
      ...delivers(105, "1.7.0"),
      unreasoned(106, "1.5.0"),
    );
    const then = story.when(refused("c106"));
    expect(then.only("drawIncident").view.entries.slice(-2)).toMatchObject([
      { kind: "not-back", why: "refused" },
      { kind: "lifted", by: null, version: null },
    ]);
  });
  it("also where its turn has only just come, and there is nothing to go back from any more", () => {
    // What was under way when it was asked for has run nowhere.
    const story = givenEnvironment(
      ...delivers(101, "1.5.0"),
      promoted(102, "1.6.0"),
      rolledBack(103, "1.5.0"),
    );
    const no = { ...refused("c102"), problem: { code: "ref-moved", detail: {} } } as EnvironmentEvent;
    const then = story.when(no);
    expect(then.lane.ended).toMatchObject([
      { id: "c102" },
      { id: "c103", stage: "refused", problem: { code: "already-delivered" } },
    ]);
    expect(then.lane.pin).toBeNull();
  });
});

const brings = (kind: "contract" | "expand"): { readonly migrations: MigrationsBetween } => ({
  migrations: { known: true, seen: [{ component: "shop", kind }] },
});
const AUTO = { plan: prodPlan("{ rollback: { auto: failure } }") };
const failed = (kind: "contract" | "expand") => {
  const [ready, ...rest] = goes("c102", "1.6.0", "failure");
  return givenEnvironment(...delivers(101, "1.5.0", AUTO), promoted(102, "1.6.0", AUTO)).when(
    { ...ready, ...brings(kind) } as EnvironmentEvent,
    ...rest,
  );
};

describe("going back by itself", () => {
  it("never goes past a migration that the release may have done, and says so", () => {
    const then = failed("contract");
    expect(then.lane).toMatchObject({ active: null, waiting: [] });
    expect(then.lane.pin ?? null).toBeNull();
    expect(then.only("comment").view).toMatchObject({
      template: "failure",
      keptFrom: "1.5.0",
      migrations: { seen: [{ component: "shop" }] },
    });
    expect(then.audit.map(({ type }) => type)).toContain("rollback.kept");
  });
  it("goes where only something was added", () => {
    expect(failed("expand").lane.active).toMatchObject({ id: "bc102", cargo: { version: "1.5.0" } });
  });
  it("is refused where the last look finds what else has landed, said where the failure was", () => {
    const story = givenEnvironment(...delivers(101, "1.5.0", AUTO), ...fails(102, "1.6.0", AUTO));
    const then = story.when(refused("bc102"));
    expect(then.lane).toMatchObject({ active: null, pin: null });
    expect(then.only("comment")).toMatchObject({
      issue: 7,
      view: { template: "failure", problem: { code: "past-migrations" } },
    });
  });
});
