/**
 * The patch releases of hotfixes: what is merged into a hotfix's branch is tagged there, on its own line, released, and asked for in the environment
 * that the hotfix is for. The version is the next patch of the release that the branch comes from; the release branch's notice stays as it is.
 */
import { tellOfRelease } from "./channels/release.ts";
import { toBeWritten } from "./changelog/keeping.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { RepositoryEvent } from "./events.ts";
import { beginForwardPort } from "./forward-port.ts";
import type { HotfixEvent } from "./hotfix-events.ts";
import { hotfixesOf, hotfixTags, lookOf, registeredHotfix, type Hotfix } from "./hotfix-model.ts";
import { sayOfHotfix, withHotfix, withoutHotfix } from "./hotfix-words.ts";
import type { PromotionId } from "./ids.ts";
import { tagOfVersion } from "./notes/index.ts";
import type { NewPromotion } from "./promotion.ts";
import { orderPublished } from "./publishing.ts";
import { RELEASES_KEPT, type Cut } from "./release.ts";
import type { ReleaseOnItsWay, RepositoryLane } from "./repository.ts";

/** GitHub's webhook of a tag comes within moments; after this time the tag is looked at without it. */
const TAG_PAUSE_MS = 3_000;
const GONE_PAUSE_MS = 10_000;

type EventOf<Type> = Extract<RepositoryEvent, { type: Type }>;
type Moved = Extract<HotfixEvent, { type: "HotfixMoved" }>;

/** The branch was looked at: what is new there becomes a release. */
export function onHotfixMoved(lane: RepositoryLane, event: Moved, minutes: Minutes): RepositoryLane {
  const hotfix = registeredHotfix(lane, event.branch);
  if (hotfix === null) return lane;
  const { head, fit, version } = event;
  const planned: RepositoryLane = { ...lane, plans: event.plans };
  if (head === null) return onBranchGone(planned, hotfix, event.at, minutes);
  const seen: Hotfix = { ...hotfix, head };
  const next = withHotfix(planned, seen);
  const { cut, base } = hotfix;
  const isKnown = head === base.sha || (head === cut?.sha && cut.stage !== "unsure");
  // While a tag is being made its end looks again.
  if (isKnown || cut?.stage === "ordered") return next;
  if (fit === "pure") return beginCut(next, seen, { ...base, sha: head, version }, minutes);
  // Once it is released, commits of the release branch are there to settle conflicts of the forward-port.
  if (fit === "mixed" && hotfix.released !== null) return next;
  return sayOfHotfix(next, seen, { what: fit, marker: `${fit}-${head}`, sha: head }, minutes);
}

/** Its branch was deleted: without a release that gives the hotfix up; with one, it still has to be brought forward. */
function onBranchGone(lane: RepositoryLane, hotfix: Hotfix, at: number, minutes: Minutes): RepositoryLane {
  const gone: Hotfix = { ...hotfix, head: null };
  const next = withHotfix(lane, gone);
  if (hotfix.released !== null || hotfix.cut !== null) return next;
  if (hotfix.head !== null) {
    // GitHub does not find everything at once: what it does not find twice is gone.
    lookAgain(next, gone, at, minutes, GONE_PAUSE_MS);
    return next;
  }
  record(minutes, "github", "hotfix.abandoned", hotfix.branch, { environment: hotfix.environment });
  return sayOfHotfix(
    withoutHotfix(lane, hotfix.branch),
    gone,
    { what: "abandoned", marker: "abandoned" },
    minutes,
  );
}

function beginCut(
  lane: RepositoryLane,
  hotfix: Hotfix,
  { sha, version }: Pick<Cut, "sha" | "version">,
  minutes: Minutes,
): RepositoryLane {
  const { branch, base } = hotfix;
  const tag = tagOfVersion(lane.plans[0]?.tagPattern ?? "v{version}", version);
  const cut: Cut = { version, tag, sha, branch, cause: { kind: "hotfix" } };
  record(minutes, "waybill", "release.ordered", tag, { version, sha, branch });
  order(minutes, `cut:${tag}`, {
    type: "cutTag",
    cut,
    after: { tag: base.tag, sha: base.sha },
    unreleased: lane.unreleased,
  });
  return withHotfix(lane, { ...hotfix, cut: { version, tag, sha, stage: "ordered" } });
}

/** Has the branch looked at: it has moved on while a tag was being made, or the version was taken. */
function lookAgain(lane: RepositoryLane, hotfix: Hotfix, at: number, minutes: Minutes, delayMs = 0): void {
  const { unreleased } = lane;
  const hotfixes = hotfixTags(lane);
  const look = { type: "lookAtHotfix", hotfix: lookOf(hotfix), unreleased, hotfixes } as const;
  order(minutes, `look-at-hotfix:${hotfix.branch}:${at}`, look, { delayMs });
}

/** Its tag is made. What follows is what follows every release tag. */
export function onHotfixCut(
  lane: RepositoryLane,
  { cut, at }: EventOf<"TagCut">,
  minutes: Minutes,
): RepositoryLane {
  const hotfix = hotfixesOf(lane).find((one) => one.cut?.tag === cut.tag);
  if (hotfix === undefined || hotfix.cut === null || hotfix.cut.stage === "cut") return lane;
  const { tag, version, sha } = cut;
  record(minutes, "waybill", "tag.cut", tag, { version, sha, cause: cut.cause.kind });
  const event = { type: "TagAwaited", at: at + TAG_PAUSE_MS, tag } as const;
  order(minutes, `await-tag:${tag}`, { type: "wake", event }, { delayMs: TAG_PAUSE_MS });
  const next = withHotfix(lane, { ...hotfix, cut: { ...hotfix.cut, stage: "cut" } });
  if (hotfix.head !== sha) lookAgain(next, hotfix, at, minutes);
  return next;
}

/** The tag was not made. Where somebody was quicker, the next version is taken; else it is said in the thread of the command. */
export function onHotfixCutRefused(
  lane: RepositoryLane,
  { cut, problem, unsure, at }: EventOf<"CutRefused">,
  minutes: Minutes,
): RepositoryLane {
  const hotfix = hotfixesOf(lane).find((one) => one.cut?.tag === cut.tag && one.cut.stage === "ordered");
  if (hotfix === undefined || hotfix.cut === null) return lane;
  const { version, tag, sha } = cut;
  record(minutes, "waybill", "release.refused", tag, { version, sha, code: problem.code });
  const settled: Hotfix = { ...hotfix, cut: unsure ? { ...hotfix.cut, stage: "unsure" } : null };
  const next = withHotfix(lane, settled);
  if (problem.code === "version-tagged" || problem.code === "release-out-of-order") {
    lookAgain(next, settled, at, minutes);
    return next;
  }
  const said = { ...problem, detail: { ...problem.detail, branch: cut.branch } };
  const words = { what: "not-released", marker: `not-released-${sha}`, version, sha, problem: said } as const;
  return sayOfHotfix(next, settled, words, minutes);
}

/** A tag on the hotfix's branch is a release: published, asked for where it is needed, and to be brought forward. */
export function onHotfixTagged(
  lane: RepositoryLane,
  event: EventOf<"ReleaseTagged">,
  minutes: Minutes,
): RepositoryLane {
  const { release, at } = event;
  const { version, tag, sha, hotfix: mark } = release;
  const branch = mark?.branch ?? "";
  record(minutes, "github", "release.tagged", tag, { version, sha, branch });
  const adopted: ReleaseOnItsWay = { ...release, notice: null, notes: null, requested: [], arrived: [] };
  const taken: RepositoryLane = {
    ...lane,
    plans: event.plans,
    releases: [...lane.releases, adopted].slice(-RELEASES_KEPT),
    unreleased: lane.unreleased.filter((one) => one !== tag),
  };
  const next = toBeWritten(taken, release, at, minutes);
  orderPublished(event, null, minutes);
  tellOfRelease(next, release, event.notes, null, at, minutes);
  const hotfix = registeredHotfix(next, branch);
  if (hotfix === null) return next;
  const released: Hotfix = {
    ...hotfix,
    cut: { version, tag, sha, stage: "cut" },
    released: { version, tag, sha },
  };
  const asked = requestHotfix(withHotfix(next, released), released, at, minutes);
  return beginForwardPort(asked, released, minutes);
}

/** Asks the environment that the hotfix is for, in the name of whoever gave the command: their right is looked at again before anything runs. */
function requestHotfix(lane: RepositoryLane, hotfix: Hotfix, at: number, minutes: Minutes): RepositoryLane {
  const { environment, asked, released, branch } = hotfix;
  if (released === null) return lane;
  const { version, tag, sha } = released;
  const plan = lane.plans.find((one) => one.environment.name === environment);
  if (plan === undefined)
    return sayOfHotfix(lane, hotfix, { what: "unplaced", marker: `unplaced-${version}` }, minutes);
  const serial = lane.serial + 1;
  const request: NewPromotion = {
    // The counter begins anew with a new store; the claims of earlier runs stay at GitHub.
    id: `u${serial}.${at.toString(36)}` as PromotionId,
    environment,
    cargo: { version, sha, tag, ref: tag, hotfix: branch },
    cause: { kind: "command", by: asked.by, commentId: asked.commentId, issue: asked.issue },
    class: "hotfix",
    reportOn: asked.issue,
    plan,
  };
  order(minutes, `request:${request.id}`, {
    type: "tellLane",
    environment,
    event: { type: "PromotionRequested", at, request },
  });
  return { ...lane, serial };
}
