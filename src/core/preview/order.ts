/** When the check of a pull request is drawn. */
import { order, type Minutes } from "../decision.ts";
import { hotfixTags } from "../hotfix-model.ts";
import type { RepositoryLane } from "../repository.ts";

/** Whoever opens a pull request often edits it or pushes to it within moments: one look. */
const PREVIEW_PAUSE_MS = 2_000;

/** Orders a look at a pull request. The lane keeps nothing of it: how it stands, and what the check says, GitHub knows. */
export function orderPreview(lane: RepositoryLane, number: number, minutes: Minutes): RepositoryLane {
  const { unreleased } = lane;
  const taken = hotfixTags(lane).versions;
  const id = `preview:${number}`;
  order(
    minutes,
    id,
    { type: "drawPreview", number, unreleased, taken },
    { delayMs: PREVIEW_PAUSE_MS, serial: id, coalesce: true },
  );
  return lane;
}
