/**
 * Whatever is merged, tagged by hand and asked for, in whatever order the events of it come, doubled or late: Waybill makes no version
 * twice, releases no commit twice, and never makes a lower version after a higher one, or an older commit's after a newer one's.
 */
import fc from "fast-check";
import semver from "semver";
import { expect, it } from "vitest";
import { newLane, type LaneState } from "../../src/core/decide.ts";
import type { Effect } from "../../src/core/effects.ts";
import type { WaybillEvent } from "../../src/core/events.ts";
import type { CommitSha } from "../../src/core/ids.ts";
import { nextVersion, summarise } from "../../src/core/notes/index.ts";
import type { Cut } from "../../src/core/release.ts";
import type { RepositoryLane } from "../../src/core/repository.ts";
import { ana, decideLawfully, NOON, plansFor, sha } from "./given.ts";

type Mode = "tag" | "merge" | "command";
type CutTag = Extract<Effect, { type: "cutTag" }>;

const SUBJECTS = ["feat: a", "fix: b", "chore: c", "feat!: d"] as const;

type Move =
  | { readonly kind: "merge"; readonly subject: (typeof SUBJECTS)[number] }
  | { readonly kind: "handTag"; readonly back: number; readonly bump: "patch" | "minor" | "major" }
  | { readonly kind: "ask"; readonly bump: "patch" | "minor" | "major" | null }
  /** One of what waits is decided or performed; `again` leaves it where it is, to come once more. */
  | { readonly kind: "work"; readonly pick: number; readonly again: boolean };

/** A repository of one branch, its tags, and what is on its way between it and Waybill. */
class World {
  readonly commits: { readonly sha: CommitSha; readonly subject: string }[] = [];
  readonly tags = new Map<string, CommitSha>();
  readonly made: Cut[] = [];
  readonly asked: Cut[] = [];
  lane: LaneState = newLane("");
  /** Each is what one webhook or effect came to: its events are decided in their order, those of others before, between and after. */
  #events: (readonly WaybillEvent[])[] = [];
  #cuts: CutTag[] = [];
  #comments = 0;
  readonly #mode: Mode;

  constructor(mode: Mode) {
    this.#mode = mode;
    this.merge("chore: begin");
    this.tags.set("1.0.0", this.#head());
  }

  #head(): CommitSha {
    return this.commits.at(-1)?.sha ?? sha("0");
  }

  #place(commit: CommitSha): number {
    return this.commits.findIndex((one) => one.sha === commit);
  }

  get waiting(): number {
    return this.#events.length + this.#cuts.length;
  }

  merge(subject: string): void {
    this.commits.push({ sha: sha((this.commits.length + 1).toString(16)), subject });
    this.#events.push([this.#branch()]);
  }

  /** The branch as it is now: its nearest tag, and what came after. */
  #branch(): WaybillEvent {
    const [base] = [...this.tags]
      .map(([version, at]) => ({ version, at, place: this.#place(at) }))
      .toSorted((one, other) => other.place - one.place || semver.rcompare(one.version, other.version));
    const since = this.commits.slice((base?.place ?? -1) + 1).toReversed();
    const head = this.#head();
    const model = summarise(
      since.map((one) => ({ sha: one.sha, message: one.subject })),
      {},
    );
    const from = base === undefined ? null : { tag: `v${base.version}`, version: base.version, sha: base.at };
    return {
      type: "BranchMoved",
      at: NOON,
      head,
      version: nextVersion(base?.version ?? null, model).version,
      plans: plansFor(`environments: { prod: { promote: auto } }\nrelease: { on: ${this.#mode} }\n`),
      notes: { base: from, head, model, commitCount: since.length, unreadCount: 0, compareUrl: null },
    };
  }

  #tagEvents(version: string): WaybillEvent[] {
    const at = this.tags.get(version);
    const moved = this.#branch();
    if (at === undefined || moved.type !== "BranchMoved") return [];
    const release = { version, tag: `v${version}`, sha: at, prerelease: false };
    return [{ type: "ReleaseTagged", at: NOON, release, notes: moved.notes, plans: moved.plans }, moved];
  }

  handTag(back: number, bump: "patch" | "minor" | "major"): void {
    const highest = [...this.tags.keys()].toSorted(semver.rcompare)[0] ?? "1.0.0";
    const version = semver.inc(highest, bump) ?? highest;
    const commit = this.commits.at(-1 - (back % this.commits.length));
    if (commit === undefined) return;
    this.tags.set(version, commit.sha);
    this.#events.push(this.#tagEvents(version));
  }

  ask(bump: "patch" | "minor" | "major" | null): void {
    const { upcoming } = this.lane as RepositoryLane;
    if (upcoming === null) return;
    const version =
      bump === null ? upcoming.version : (semver.inc(upcoming.version, bump) ?? upcoming.version);
    this.#comments += 1;
    const cause = {
      kind: "command",
      by: ana,
      commentId: this.#comments,
      ordinal: 1,
      issue: 7,
      text: "/release",
      permission: { role: "maintain", users: [] },
    } as const;
    const cut = { version, tag: `v${version}`, sha: upcoming.head, branch: "main", cause };
    this.#events.push([{ type: "ReleaseRequested", at: NOON, cut, head: this.#head() }]);
  }

  /** Does one of the things that wait. */
  work(pick: number, again: boolean): void {
    if (this.waiting === 0) return;
    const index = pick % this.waiting;
    if (index < this.#events.length) {
      const [event, ...rest] = this.#events[index] ?? [];
      if (!again) this.#events.splice(index, 1, ...(rest.length > 0 ? [rest] : []));
      if (event !== undefined) this.#decide(event);
    } else {
      const at = index - this.#events.length;
      const [cut] = again ? this.#cuts.slice(at) : this.#cuts.splice(at, 1);
      if (cut !== undefined) this.#perform(cut);
    }
  }

  #decide(event: WaybillEvent): void {
    const decision = decideLawfully(this.lane, event);
    this.lane = decision.state;
    for (const { effect } of decision.effects) {
      if (effect.type === "wake") this.#events.push([effect.event]);
      if (effect.type === "catchUp") this.#events.push([this.#branch()]);
      if (effect.type === "lookAtTag") this.#events.push(this.#tagEvents(effect.tag.slice(1)));
      if (effect.type === "cutTag") {
        this.asked.push(effect.cut);
        this.#cuts.push(effect);
      }
    }
  }

  /** GitHub's part, as `src/github/effects/tag.ts` plays it. */
  #perform({ cut, after }: CutTag): void {
    const standing = this.tags.get(cut.version);
    const isPast = after !== null && this.#place(cut.sha) < this.#place(after.sha);
    if (standing === undefined && !isPast) {
      this.tags.set(cut.version, cut.sha);
      this.made.push(cut);
      // The push webhook of the own tag comes, or is lost.
      if (this.made.length % 2 === 0) this.#events.push(this.#tagEvents(cut.version));
    }
    const stands = this.tags.get(cut.version) === cut.sha;
    const problem = { code: "version-tagged", detail: {} } as const;
    const outcome: WaybillEvent = stands
      ? { type: "TagCut", at: NOON, cut }
      : { type: "CutRefused", at: NOON, cut, problem, unsure: false };
    this.#events.push([outcome]);
  }

  expectOrder(): void {
    const versions = this.made.map((cut) => cut.version);
    expect(new Set(versions).size, "a version twice").toBe(versions.length);
    expect(new Set(this.made.map((cut) => cut.sha)).size, "a commit twice").toBe(versions.length);
    expect(versions, "a lower one after a higher one").toEqual(versions.toSorted(semver.compare));
    const places = this.made.map((cut) => this.#place(cut.sha));
    expect(places, "an older commit after a newer one").toEqual(places.toSorted((one, other) => one - other));
  }
}

const bump = fc.constantFrom("patch" as const, "minor" as const, "major" as const);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("merge" as const), subject: fc.constantFrom(...SUBJECTS) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("handTag" as const), back: fc.nat(3), bump }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("ask" as const), bump: fc.option(bump) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("work" as const),
      pick: fc.oneof(fc.constant(0), fc.nat(20)),
      again: fc.nat(3).map((one) => one === 0),
    }),
  },
);

function play(mode: Mode, moves: readonly Move[]): World {
  const world = new World(mode);
  for (const one of moves) {
    if (one.kind === "merge") world.merge(one.subject);
    else if (one.kind === "handTag") world.handTag(one.back, one.bump);
    else if (one.kind === "ask") world.ask(one.bump);
    else world.work(one.pick, one.again);
    world.expectOrder();
  }
  return world;
}

const RUNS = { numRuns: 150, interruptAfterTimeLimit: 15_000 };

it.each(["tag", "merge", "command"] as const)(
  "no version and no commit twice, and always upwards: %s",
  (mode) => {
    let made = 0;
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60, size: "max" }), (moves) => {
        made += play(mode, moves).made.length;
      }),
      RUNS,
    );
    expect(made, "nothing was ever made: the property says nothing").toBeGreaterThan(20);
  },
);

it("where every merge is a release, what bumps the version is released once all is quiet", () => {
  const merges = fc.array(
    fc.record({ kind: fc.constant("merge" as const), subject: fc.constantFrom(...SUBJECTS) }),
    {
      minLength: 1,
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(merges, fc.infiniteStream(fc.nat(20)), (moves, picks) => {
      const world = new World("merge");
      for (const one of moves) {
        world.merge(one.subject);
        // Some of it is done before the next merge.
        for (let steps = (picks.next().value ?? 0) % 4; steps > 0; steps -= 1)
          world.work(picks.next().value ?? 0, false);
      }
      for (let steps = 0; world.waiting > 0 && steps < 500; steps += 1)
        world.work(picks.next().value ?? 0, false);
      world.expectOrder();
      const last = moves.findLastIndex((one) => one.subject !== "chore: c");
      if (last === -1) {
        expect(world.made).toEqual([]);
        return;
      }
      const [newest] = world.made.slice(-1);
      const place = world.commits.findIndex((one) => one.sha === newest?.sha);
      // The first commit is the beginning.
      expect(place).toBeGreaterThanOrEqual(last + 1);
    }),
    RUNS,
  );
});
