/** The repository in the world of the promises: its history, who has which right, and whether Waybill may act there at all. */
import semver from "semver";
import type { Effect } from "../../src/core/effects.ts";
import type { RepositoryEvent } from "../../src/core/events.ts";
import type { CommitSha } from "../../src/core/ids.ts";
import type { PlanSnapshot } from "../../src/core/promotion.ts";
import type { KnownRelease, NotesSnapshot } from "../../src/core/release.ts";
import type { ParkReason, Standing } from "../../src/core/standing.ts";
import { NOON, notes, plansFor, sha } from "./given.ts";

/** What only reads: GitHub answers it of an archived repository, too. */
const READS: ReadonlySet<Effect["type"]> = new Set([
  "prepareRollout",
  "lookForCommit",
  "traceRun",
  "lookAtRun",
  "lookAtTag",
  "catchUp",
]);
/** What asks others than the repository: the running system, or GitHub about the installation. */
const ELSEWHERE: ReadonlySet<Effect["type"]> = new Set(["askVersion", "lookAtStanding"]);

/** The first version: it was released before Waybill came. */
export const FIRST = "1.4.2";

/** A repository with one branch. */
export class FakeRepository {
  now = NOON;
  /** The commits of the branch, oldest first, and the versions tagged on them. */
  readonly commits: CommitSha[] = [sha("0")];
  readonly tags = new Map<string, CommitSha>([[FIRST, sha("0")]]);
  readonly plans: readonly PlanSnapshot[];
  /** Why Waybill can do nothing here; null while it can. */
  away: { readonly reason: ParkReason; readonly since: number } | null = null;
  /** Whether whoever gives the commands has the right to. */
  mayCommand = true;

  constructor(config: string) {
    this.plans = plansFor(config);
  }

  place(commit: string): number {
    return this.commits.findIndex((one) => one === commit);
  }

  // ---- what people do

  merge(): void {
    this.commits.push(sha(this.commits.length.toString(16).padStart(2, "0")));
  }

  tag(version: string): void {
    if (!this.tags.has(version)) this.tags.set(version, this.commits.at(-1) ?? sha("0"));
  }

  /** Whether people can merge, tag and comment: not where it is archived, or gone. */
  isWritable(): boolean {
    return this.away?.reason !== "archived" && this.away?.reason !== "deleted";
  }

  // ---- whether Waybill may act; that takes some time, as it does anywhere, so that no absence begins when another does

  leave(reason: ParkReason): void {
    this.now += 1;
    this.away = { reason, since: this.now };
  }

  comeBack(): void {
    this.now += 1;
    this.away = null;
  }

  /** Whether GitHub sends webhooks about what happens in it. */
  isHeardOf(): boolean {
    return this.away === null || this.away.reason === "archived";
  }

  /** Whether GitHub lets nobody do this now. */
  refuses({ type }: Effect): boolean {
    if (this.away === null || ELSEWHERE.has(type)) return false;
    return this.away.reason !== "archived" || !READS.has(type);
  }

  /** What GitHub answers when asked how it stands, as `src/github/standing.ts` asks: gone is gone, whatever for. */
  standing(hint: ParkReason | null): Standing {
    if (this.away === null) return { kind: "active" };
    const { reason, since } = this.away;
    if (reason === "suspended") return { kind: "parked", reason, since };
    const isGone = reason === "removed" || reason === "deleted";
    const seen = isGone ? (hint === "deleted" ? "deleted" : "removed") : reason;
    return { kind: "parked", reason: seen, since: null };
  }

  // ---- what is seen of it when somebody looks

  /** The branch as it is now, whatever was pushed. */
  branchMoved(): RepositoryEvent {
    const head = this.commits.at(-1) ?? sha("0");
    const [base] = [...this.tags].toSorted((one, other) => this.place(other[1]) - this.place(one[1]));
    const [newest, at] = base ?? [FIRST, sha("0")];
    const version = newest.replace(/\d+$/, (patch) => String(Number(patch) + 1));
    const seen = this.#notes(head, this.place(head) - this.place(at), newest);
    return { type: "BranchMoved", at: this.now, head, notes: seen, version, plans: this.plans };
  }

  releaseTagged(version: string): RepositoryEvent[] {
    const at = this.tags.get(version);
    if (at === undefined) return [];
    const release = { version, tag: `v${version}`, sha: at, prerelease: false };
    return [
      { type: "ReleaseTagged", at: this.now, release, notes: this.#notes(at, 1, FIRST), plans: this.plans },
    ];
  }

  #notes(head: CommitSha, count: number, base: string): NotesSnapshot {
    const at = this.tags.get(base) ?? sha("0");
    return { ...notes(head, count), base: { version: base, tag: `v${base}`, sha: at } };
  }

  /** What was missed, as `src/github/catch-up.ts` finds it: higher and later releases, the highest first; then the branch. */
  missed(known: readonly KnownRelease[]): RepositoryEvent[] {
    const tagged = known.length === 0 ? [] : this.laterTags(known);
    return [...tagged.flatMap((version) => this.releaseTagged(version)), this.branchMoved()];
  }

  /** The versions above and beyond these releases, the highest first. */
  laterTags(known: readonly KnownRelease[]): string[] {
    return [...this.tags]
      .filter(([version, at]) =>
        known.every((one) => semver.gt(version, one.version) && this.place(at) > this.place(one.sha)),
      )
      .map(([version]) => version)
      .toSorted(semver.rcompare);
  }
}
