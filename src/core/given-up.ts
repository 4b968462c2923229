/** What an effect that was tried too often comes to: an event like any other observation. */
import { drawConfigIssue } from "./config-check/issue.ts";
import type { Effect } from "./effects.ts";
import { order, record, type Minutes } from "./decision.ts";
import type { RepositoryEvent, WaybillEvent } from "./events.ts";
import { drawReleased, drawUpcoming, say } from "./notices.ts";
import { noMeasures } from "./measures.ts";
import { unseenFindings } from "./gates/findings.ts";
import type { LaneKey } from "./ports.ts";
import type { RepositoryLane } from "./repository.ts";
import type { LateView } from "./views.ts";

const TALK = [
  "comment",
  "publishRelease",
  "drawNotice",
  "drawDraft",
  "retireDeployments",
  "label",
  "keepReceipt",
  "drawConfigIssue",
] as const;

/** What no rollout hangs on, but people wait for: it is tried anew when GitHub has had a rest. */
export type TalkEffect = Extract<Effect, { type: (typeof TALK)[number] }>;

function isTalk(effect: Effect): effect is TalkEffect {
  return TALK.some((type) => type === effect.type);
}

/** The lane that hears of it: talk is the repository's, whoever ordered it, for an environment's lane may have forgotten its promotion by then. */
export function hearerOf(lane: LaneKey, effect: Effect): LaneKey {
  return isTalk(effect) ? { ...lane, environment: "" } : lane;
}

/** The rest before it is tried anew: with its attempts one round takes about six hours. */
const REST_MS = 60 * 60_000;
/** Nobody waits for it any more after so long. */
const FORGOTTEN_AFTER_MS = 7 * 24 * 60 * 60_000;

type RepositoryEventOf<Type> = Extract<RepositoryEvent, { type: Type }>;

/** It is written down and said, and tried anew after a rest: never silently lost. */
export function onTalkGivenUp(
  lane: RepositoryLane,
  { effect, at }: RepositoryEventOf<"TalkGivenUp">,
  minutes: Minutes,
): RepositoryLane {
  const name = nameOf(effect);
  const since = "givenUpAt" in effect ? (effect.givenUpAt ?? at) : at;
  const isForgotten = at - since > FORGOTTEN_AFTER_MS;
  record(minutes, "waybill", isForgotten ? "effect.forgotten" : "effect.given-up", name, {
    effect: effect.type,
  });
  if (isForgotten) return lane;
  // The notice and the draft are drawn anew from what is known then: they have no beginning that could be carried along.
  const isDrawn =
    effect.type === "drawNotice" || effect.type === "drawDraft" || effect.type === "drawConfigIssue";
  const again = isDrawn ? effect : { ...effect, givenUpAt: since };
  order(
    minutes,
    `wake:anew:${name}:${at}`,
    { type: "wake", event: { type: "TalkDueAgain", at: at + REST_MS, effect: again } },
    { delayMs: REST_MS },
  );
  return sayLate(lane, effect, minutes);
}

/** Said once of each thing, on the notice that it belongs to or else in the newest one: as soon as GitHub takes that. */
function sayLate(lane: RepositoryLane, effect: TalkEffect, minutes: Minutes): RepositoryLane {
  const late = lateView(effect);
  if (late === null) return lane;
  const marker = `late-${nameOf(effect).replaceAll(/[^A-Za-z0-9]+/g, "-")}`;
  const version = effect.type === "publishRelease" ? effect.view.version : undefined;
  return say(lane, marker, late, minutes, version);
}

/** Null for what nobody waits for, and for the word about what is late itself. */
function lateView(effect: TalkEffect): LateView | null {
  const late = { template: "late", issue: null, tag: null } as const;
  switch (effect.type) {
    case "comment":
      return effect.view.template === "late" ? null : { ...late, what: "comment", issue: effect.issue };
    case "publishRelease":
      return { ...late, what: "release", tag: effect.tag };
    case "drawNotice":
      return { ...late, what: "notice" };
    case "drawDraft":
      return { ...late, what: "draft" };
    case "keepReceipt":
      return { ...late, what: "receipt", tag: effect.receipt.release.version };
    case "retireDeployments":
    case "label":
    case "drawConfigIssue":
      return null;
  }
}

/** It is ordered once more, as it is to be now; each looks first whether it happened. */
export function onTalkDueAgain(
  lane: RepositoryLane,
  { effect, at }: RepositoryEventOf<"TalkDueAgain">,
  minutes: Minutes,
): RepositoryLane {
  const id = `anew:${nameOf(effect)}:${at}`;
  switch (effect.type) {
    case "comment":
      order(minutes, id, { ...effect, lookFirst: true });
      return lane;
    case "publishRelease":
      order(minutes, id, effect, { serial: "notice" });
      return lane;
    case "retireDeployments":
    case "label":
    case "keepReceipt":
      order(minutes, id, effect);
      return lane;
    case "drawConfigIssue":
      drawConfigIssue(lane, minutes);
      return lane;
    case "drawNotice":
    case "drawDraft": {
      // An old picture must not take the place of a newer one: it is drawn from what is known now.
      if (lane.notice?.serial === effect.serial) return drawUpcoming(lane, minutes, at);
      const release = lane.releases.find((one) => one.notice?.serial === effect.serial);
      if (release !== undefined) drawReleased(lane, release, minutes);
      return lane;
    }
  }
}

function nameOf(effect: TalkEffect): string {
  switch (effect.type) {
    case "comment":
      return `${effect.issue}:${effect.marker}`;
    case "publishRelease":
      return effect.tag;
    case "keepReceipt":
      return `receipt:${effect.promotionId}`;
    case "retireDeployments":
      return `${effect.environment}:${effect.component}:${effect.keep}`;
    case "label":
      return `${effect.issue}:${effect.label}`;
    case "drawConfigIssue":
      return effect.type;
    case "drawNotice":
    case "drawDraft":
      return `${effect.type}:${effect.serial}`;
  }
}

/** `error` is cut to 300 characters: it may be shown to people. */
export function givenUp(effect: Effect, error: string, at: number): WaybillEvent {
  if (isTalk(effect)) return { type: "TalkGivenUp", at, effect };
  if (effect.type === "tellChannel") {
    const { channel, audience, message } = effect;
    const reason = `it was tried again and again, in vain: ${error.replace(/^\w+Error: /, "")}`;
    return { type: "ChannelFailed", at, channel, audience, message, reason: reason.slice(0, 300) };
  }
  const problem = { code: "github-refused", detail: { message: error.slice(0, 300) } } as const;
  if (effect.type === "cutTag") {
    // One of the many attempts may have made the tag although nobody heard the answer.
    return { type: "CutRefused", at, cut: effect.cut, problem, unsure: true };
  }
  if (effect.type === "openHotfix")
    return { type: "HotfixRefused", at, branch: effect.hotfix.branch, problem };
  if (effect.type === "openForwardPort")
    return { type: "ForwardPortSeen", at, branch: effect.branch, port: { state: "refused", problem } };
  // Nothing is known of them: it is looked at again as long as they are awaited.
  if (effect.type === "lookAtAssets")
    return {
      type: "AssetsSeen",
      at,
      wanted: effect.wanted,
      outcome: "waiting",
      missing: effect.wanted.assets,
    };
  if (effect.type === "keepChangelog") {
    const nothing = { written: [], declined: [], proposed: null };
    return { type: "ChangelogKept", at, path: effect.path, ...nothing, problem };
  }
  if (effect.type === "answerProtectionRule") return { type: "ProtectionGivenUp", at, answer: effect };
  if (effect.type === "askVersion" || effect.type === "askMeasures") return unasked(effect, at);
  if (effect.type === "lookAtGates") {
    const { promotionId, nr, names } = effect;
    return {
      type: "GatesSeen",
      at,
      promotionId,
      nr,
      findings: unseenFindings(names, at, error.slice(0, 300)),
    };
  }
  return {
    type: "EffectGivenUp",
    at,
    effect: effect.type,
    promotionId: "promotionId" in effect ? effect.promotionId : null,
    correlationId: "correlationId" in effect ? effect.correlationId : null,
    error: error.slice(0, 300),
  };
}

/** Nobody has been asked: no answer is an answer, and the asking goes on to its deadline and ends there in words. */
function unasked(effect: Extract<Effect, { type: "askVersion" | "askMeasures" }>, at: number): WaybillEvent {
  const detail = "it could not be asked";
  if (effect.type === "askMeasures") {
    const { promotionId, phase, numbers } = effect;
    return { type: "MeasuresTaken", at, promotionId, phase, values: noMeasures(numbers, detail) };
  }
  const { promotionId, component, probe, config, cargo } = effect;
  const wanted = { version: cargo.version, sha: cargo.sha };
  const evidence = { at, url: config.url, outcome: "no-answer", observed: null, detail } as const;
  return { type: "VersionObserved", at, promotionId, component, probe, evidence, wanted };
}
