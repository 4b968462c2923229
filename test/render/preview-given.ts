/** What the check of a pull request says, one for each sentence. */
import type { PreviewView } from "../../src/core/preview/preview.ts";
import { USUAL_MERGING, type MergeSettings } from "../../src/core/preview/merging.ts";
import { commit, pull, shaOf } from "../core/notes/history.ts";
import { ground, preview, SQUASH } from "../core/preview-given.ts";

const MERGED = ground([commit("old", "feat(web): a basket", { pull: pull(3), author: { login: "ana" } })]);
const STRICT = ground([], { strict: true });
const ANY: MergeSettings = { ...SQUASH, methods: ["squash", "merge", "rebase"] };

export const PREVIEWS: Readonly<Record<string, PreviewView>> = {
  minor: preview({ title: "feat(api): accept `vouchers`" }),
  "patch-of-a-minor": preview({ title: "fix: round down" }, SQUASH, MERGED),
  breaks: preview({
    title: "feat(api)!: accept vouchers",
    body: "BREAKING CHANGE: `POST /basket` takes a voucher\n\nUse the new form.",
  }),
  "breaks-after-a-minor": preview({ title: "fix!: drop Node 18" }, SQUASH, MERGED),
  "first-release": preview({ title: "feat: begin" }, SQUASH, ground([], { base: null })),
  "says-nothing": preview({ title: "docs: a word" }),
  "says-nothing-after-a-minor": preview({ title: "docs: a word" }, SQUASH, MERGED),
  "listed-only": preview(
    { title: "docs: a word" },
    SQUASH,
    ground([], {
      notes: {
        ...ground().notes,
        types: [{ type: "docs", section: "Documentation", bump: null, hidden: false }],
      },
    }),
  ),
  forced: preview({ title: "chore: begin anew", body: "Release-As: 3.0.0" }),
  undoes: preview(
    { title: 'Revert "feat(web): a basket"', body: `This reverts commit ${shaOf("old")}.` },
    SQUASH,
    MERGED,
  ),
  "not-conventional": preview({ title: "Tidy up" }),
  "not-conventional-strict": preview({ title: "Tidy up" }, SQUASH, STRICT),
  "nearly-a-type": preview({ title: "faet(api): accept vouchers" }),
  "the-only-commit-speaks": preview(
    { title: "feat: accept vouchers", commits: ["wip"] },
    { ...USUAL_MERGING, methods: ["squash"] },
  ),
  "depends-on-the-way": preview(
    { title: "feat: accept vouchers", commits: ["fix: one", "wip"] },
    ANY,
    STRICT,
  ),
  "depends-on-the-way-in-words": preview(
    { title: "fix: accept vouchers", commits: ["fix: one", "fix: two"] },
    ANY,
  ),
  "a-list": preview(
    { title: "feat: accept vouchers", commits: ["feat: vouchers", "fix(web): show them", "docs: say so"] },
    { ...USUAL_MERGING, methods: ["squash"] },
  ),
  "not-all-read": { ...preview({ title: "feat: accept vouchers" }), unreadCount: 120 },
  "only-thought-of": preview({ title: "feat: accept vouchers", number: 0 }),
};
