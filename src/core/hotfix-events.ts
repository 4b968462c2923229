/** What happens to hotfixes. See `events.ts` for what events are. */
import type { HotfixWord, WantedHotfix } from "./hotfix-model.ts";
import type { CommitSha } from "./ids.ts";
import type { Problem, PlanSnapshot } from "./promotion.ts";

/** Events of the repository's lane that are about one of its hotfixes; others know it by its branch. */
export type HotfixEvent =
  | { readonly type: "HotfixRequested"; readonly at: number; readonly hotfix: WantedHotfix }
  | { readonly type: "HotfixOpened"; readonly at: number; readonly branch: string }
  | {
      /** Its branch was not made. */
      readonly type: "HotfixRefused";
      readonly at: number;
      readonly branch: string;
      readonly problem: Problem;
    }
  | {
      /** The branch was looked at. */
      readonly type: "HotfixMoved";
      readonly at: number;
      readonly branch: string;
      /** Null where it is gone. */
      readonly head: CommitSha | null;
      readonly fit: HotfixFit;
      /** The version that a release of the head would get. */
      readonly version: string;
      readonly plans: readonly PlanSnapshot[];
    }
  | {
      /** The pull request to the release branch was looked at, or opened. */
      readonly type: "ForwardPortSeen";
      readonly at: number;
      readonly branch: string;
      readonly port: ForwardPortState;
    }
  | {
      /** It is open for long by now. */
      readonly type: "ForwardPortDue";
      readonly at: number;
      readonly branch: string;
      readonly number: number;
    }
  | {
      /** A person says that the release branch needs nothing of the hotfix any more, from its commit of now on. */
      readonly type: "HotfixSettled";
      readonly at: number;
      readonly branch: string;
      readonly word: HotfixWord;
      readonly tip: CommitSha;
    };

/** Each of them; a record, so that a new one without its line does not compile. */
export const HOTFIX_EVENTS: Readonly<Record<HotfixEvent["type"], true>> = {
  HotfixRequested: true,
  HotfixOpened: true,
  HotfixRefused: true,
  HotfixMoved: true,
  ForwardPortSeen: true,
  ForwardPortDue: true,
  HotfixSettled: true,
};

/** Whether an event is about a hotfix. */
export function isHotfixEvent(event: { readonly type: string }): event is HotfixEvent {
  return Object.hasOwn(HOTFIX_EVENTS, event.type);
}

/**
 * What a hotfix's branch holds. `pure`: the release that it comes from, and what was added to that there; `mixed`: also commits of the release
 * branch, which are no part of a patch; `strayed`: it does not descend from the release any more.
 */
export type HotfixFit = "pure" | "mixed" | "strayed";

/** How a forward-port stands at GitHub. */
export type ForwardPortState =
  /** There is nothing to bring: the release branch has the commits of the hotfix already. */
  | { readonly state: "contained" }
  /** There is no branch any more to bring it from. */
  | { readonly state: "branch-gone" }
  | { readonly state: "refused"; readonly problem: Problem }
  | {
      readonly state: "open";
      readonly number: number;
      /** Null: GitHub has not worked it out yet. */
      readonly conflicts: boolean | null;
      /** Files that both sides have changed, where it conflicts: at most twenty. */
      readonly files: readonly string[];
    }
  | { readonly state: "closed"; readonly number: number }
  | {
      readonly state: "merged";
      readonly number: number;
      /** The head that was merged. */
      readonly head: CommitSha;
      /** The commit that it became on the release branch, however it was merged. */
      readonly commit: CommitSha;
    };
