/**
 * One commit by itself: its message, or what its pull request's override puts in the message's place.
 */
import { parseMessage, type DeclaredChange, type ParsedMessage } from "./message.ts";
import { overrideOf } from "./override.ts";
import { isByBot } from "./pulls.ts";
import { DEFAULT_TYPES, rulesByType } from "./sections.ts";
import type { Commit, TypeRule } from "./types.ts";

/** What a commit's message says: its changes, or the reason why there are none. */
export interface ParsedCommit {
  readonly header: string;
  readonly changes: readonly DeclaredChange[];
  readonly reason: string | null;
  readonly pull: number | null;
}

/** Reads one commit for whoever needs no range around it. Takes any text, never throws. */
export function parseCommit(commit: Commit, types: readonly TypeRule[] = DEFAULT_TYPES): ParsedCommit {
  const rules = rulesByType(types);
  const { header, changes, reason, pull } = readCommit(commit, (type) => rules.has(type));
  return { header, changes, reason, pull: commit.pull?.number ?? pull };
}

/** The same with all that a range needs. An override says what changed; whose commit it is, only the commit says. */
export function readCommit(commit: Commit, isKnownType: (type: string) => boolean): ParsedMessage {
  const own = parseMessage(commit.message, {
    isKnownType,
    manyHeaders: false,
    ignoreBody: isByBot(commit),
    title: commit.pull?.title ?? null,
  });
  const override = overrideOf(commit);
  if (override === null) return own;
  const instead = parseMessage(override, { isKnownType, manyHeaders: true });
  return { ...instead, pull: own.pull, merge: own.merge };
}
