/**
 * What people write in the scenes, as the events that it is translated to when its webhook is heard; and what Waybill's own lane of the repository
 * tells an environment's, which nobody writes.
 */
import type { EnvironmentEvent } from "../../../src/core/events.ts";
import type { CommitSha, PromotionId, UserId } from "../../../src/core/ids.ts";
import type { Cargo, NewPromotion, Person, PlanSnapshot } from "../../../src/core/promotion.ts";
import { commitOf, HOTFIX } from "./commits.ts";
import { taggedCommit, type GitHub } from "./github.ts";
import { NOON, TICK_MS } from "./times.ts";

/** Who commands, and who approves. */
export const wes = { id: 12 as UserId, login: "wes" };
export const ada = { id: 13 as UserId, login: "ada" };

interface Written {
  readonly commentId: number;
  /** Its place in ENVIRONMENTS. */
  readonly lane: number;
  /** What its writer has read before, a comment's marker: as long as that is not said, it is not written. */
  readonly after?: string;
}

export type Word = Written &
  (
    | { readonly say: "promote"; readonly version: string }
    /** It goes by itself: nobody writes it. */
    | { readonly say: "auto"; readonly version: string }
    /** `from`: what ran when it was written, and is bad. */
    | { readonly say: "rollback"; readonly version: string; readonly from: string }
    | { readonly say: "retry"; readonly version: string; readonly of: string }
    | { readonly say: "cancel"; readonly version: string }
    /** `ticks`: when it ends by itself; absent: only by another word. */
    | { readonly say: "freeze"; readonly ticks?: number }
    | { readonly say: "unfreeze" }
    | { readonly say: "approve"; readonly version: string }
    | { readonly say: "unapprove"; readonly version: string }
    | { readonly say: "unpin" }
    /** The hotfix's fix has come to the release branch: nobody writes it. */
    | { readonly say: "ported" }
  );

/** The words that ask for a promotion. */
export type Asking = Extract<Word, { say: "promote" | "auto" | "rollback" | "retry" }>;

export function isAsking(word: Word): word is Asking {
  return ["promote", "auto", "rollback", "retry"].includes(word.say);
}

/** Whether a person has written it, who is to be answered. */
export function isWritten({ say }: Word): boolean {
  return say !== "auto" && say !== "ported";
}

/** The promotion that a word asks for. */
export function promotionIdOf({ say, commentId }: Asking): string {
  return `${say === "auto" ? "a" : "c"}${commentId}`;
}

/** What a word comes to in its environment's lane, if its webhook is heard now. */
export function eventOf(word: Word, plan: PlanSnapshot, github: GitHub): EnvironmentEvent {
  const environment = plan.environment.name;
  const told = { at: NOON, environment } as const;
  switch (word.say) {
    case "promote":
    case "auto":
    case "rollback":
    case "retry":
      return { type: "PromotionRequested", at: NOON, request: requestOf(word, plan) };
    case "cancel":
      return {
        type: "PersonCancelled",
        ...told,
        version: word.version,
        name: `x${word.commentId}`,
        by: wes,
        commentId: word.commentId,
        issue: 7,
      };
    case "freeze": {
      const until = word.ticks === undefined ? null : NOON + word.ticks * TICK_MS;
      return { type: "EnvironmentFrozen", ...told, until, reason: null, word: freezeWord(word) };
    }
    case "unfreeze":
      return { type: "EnvironmentUnfrozen", ...told, alone: true, word: freezeWord(word) };
    case "approve": {
      const { version } = word;
      const sha = taggedCommit(github, version) as CommitSha;
      return { type: "ReleaseApproved", ...told, version, sha, reason: null, word: wordBy(ada, "v", word) };
    }
    case "unapprove":
      return {
        type: "ApprovalWithdrawn",
        ...told,
        version: word.version,
        word: wordBy(ada, "v", word),
      };
    case "unpin":
      return { type: "EnvironmentUnpinned", ...told, word: wordBy(wes, "p", word) };
    case "ported": {
      const { version, pull, port } = HOTFIX;
      const fix = commitOf(version) as CommitSha;
      return { type: "HotfixPorted", ...told, version, fix, pull, port: port as CommitSha };
    }
  }
}

function requestOf(word: Asking, plan: PlanSnapshot): NewPromotion {
  const { commentId, version, say } = word;
  return {
    id: promotionIdOf(word) as PromotionId,
    environment: plan.environment.name,
    cargo: cargoOf(version),
    ...(version === HOTFIX.version ? { class: "hotfix" } : {}),
    ...(say === "rollback" ? { class: "rollback", rollback: { reason: null } } : {}),
    ...(say === "retry" ? { retry: { of: word.of as PromotionId } } : {}),
    cause: say === "auto" ? { kind: "auto" } : { kind: "command", by: wes, commentId, issue: 7 },
    reportOn: say === "auto" ? null : 7,
    plan,
  };
}

function cargoOf(version: string): Cargo {
  const tag = `v${version}`;
  const ofHotfix = version === HOTFIX.version ? { hotfix: HOTFIX.branch } : {};
  return { version, sha: commitOf(version) as CommitSha, tag, ref: tag, ...ofHotfix };
}

function wordBy(by: Person, letter: string, { commentId }: Written) {
  return { by, commentId, ordinal: 1, issue: 7, name: `${letter}${commentId}` };
}

function freezeWord(word: Written) {
  return { ...wordBy(wes, "f", word), answers: true };
}

/** A word as its writer wrote it. */
export function textOf(word: Word, environment: string): string {
  switch (word.say) {
    case "auto":
      return `${word.version} is to go to ${environment} by itself`;
    case "ported":
      return `${environment} hears that the release branch has the fix of ${HOTFIX.version}`;
    case "freeze": {
      const end = word.ticks === undefined ? "" : ` --for ${word.ticks}m`;
      return `/freeze ${environment}${end} in comment ${word.commentId}`;
    }
    case "unfreeze":
    case "unpin":
    case "retry":
      return `/${word.say} ${environment} in comment ${word.commentId}`;
    case "promote":
    case "rollback":
    case "cancel":
    case "approve":
    case "unapprove":
      return `/${word.say} ${environment} ${word.version} in comment ${word.commentId}`;
  }
}
