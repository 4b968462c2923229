/** What is said of a hotfix of 1.5.0 for production, from its branch to its forward-port. */
import type { PromotionStage } from "../../src/core/promotion.ts";
import type { HotfixView } from "../../src/core/hotfix-views.ts";
import type { CommentView, LiveView } from "../../src/core/views.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const SHA = "a1".repeat(20);
const OTHER_SHA = "b2".repeat(20);

const before: HotfixView = {
  template: "hotfix",
  what: "opened",
  branch: "hotfix/1.5.1",
  base: "1.5.0",
  environment: "prod",
  releaseBranch: "main",
  version: null,
  by: "ana",
  sha: SHA,
  pull: null,
  files: [],
  problem: null,
};
const after: HotfixView = { ...before, version: "1.5.1", sha: OTHER_SHA };
const refused = { code: "branch-refused" } as const;

/** Every word on a hotfix, and what another release shows that it holds. */
export function hotfixViews(
  live: (stage: PromotionStage, more: Partial<LiveView>) => LiveView,
): Record<string, CommentView> {
  const held = (pull: number | null) =>
    live("waiting", {
      version: "1.6.0",
      position: 2,
      behind: "1.5.1",
      held: { since: NOON, hold: { gate: "hotfix", version: "1.5.1", pull } },
    });
  return {
    "hotfix-opened": before,
    "hotfix-abandoned": { ...before, what: "abandoned" },
    "hotfix-mixed": { ...before, what: "mixed", sha: OTHER_SHA },
    "hotfix-strayed": { ...before, what: "strayed", sha: OTHER_SHA },
    "hotfix-not-released": {
      ...after,
      what: "not-released",
      problem: {
        code: "cut-refused",
        detail: {
          tag: "v1.5.1",
          status: 422,
          message: "Repository rule violations found",
          branch: "hotfix/1.5.1",
        },
      },
    },
    "hotfix-unplaced": { ...after, what: "unplaced" },
    "hotfix-conflicts": { ...after, what: "conflicts", pull: 9, files: ["api/server.txt", "web/page.txt"] },
    "hotfix-conflicts-somewhere": { ...after, what: "conflicts", pull: 9 },
    "hotfix-closed": { ...after, what: "closed", pull: 9 },
    "hotfix-open-long": { ...after, what: "open-long", pull: 9 },
    "hotfix-not-opened": { ...after, what: "not-opened" },
    "hotfix-not-opened-refused": {
      ...after,
      what: "not-opened",
      problem: {
        ...refused,
        detail: {
          branch: "hotfix/1.5.1",
          to: "main",
          status: 403,
          message: "Resource not accessible by integration",
        },
      },
    },
    "hotfix-settled": { ...after, what: "settled", by: "wes", pull: 9 },
    "live-held-by-hotfix": held(9),
    "live-held-by-hotfix-without-port": held(null),
  };
}
