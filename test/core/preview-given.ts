/** Pull requests that are not merged yet, and the branch that they are for. */
import { DEFAULT_TYPES, type Commit } from "../../src/core/notes/index.ts";
import { USUAL_MERGING, type MergeSettings, type OpenPull } from "../../src/core/preview/merging.ts";
import { previewOf, type PreviewGround, type PreviewView } from "../../src/core/preview/preview.ts";
import { commit, pull, shaOf } from "./notes/history.ts";

export const SQUASH: MergeSettings = {
  ...USUAL_MERGING,
  methods: ["squash"],
  squashTitle: "PR_TITLE",
  squashMessage: "PR_BODY",
};

/** What is merged on top of 1.4.2, newest first. */
export function ground(merged: readonly Commit[] = [], more: Partial<PreviewGround> = {}): PreviewGround {
  return {
    branch: "main",
    head: shaOf("head"),
    base: { tag: "v1.4.2", version: "1.4.2" },
    commits: merged,
    unreadCount: 0,
    notes: { types: DEFAULT_TYPES, components: [], repository: "acme/shop" },
    policy: {},
    taken: [],
    strict: false,
    ...more,
  };
}

export interface GivenPull {
  readonly title?: string;
  readonly body?: string | null;
  /** Its commits' messages, the oldest first. Default: one with the title. */
  readonly commits?: readonly string[];
  readonly bot?: boolean;
  readonly number?: number;
  readonly label?: string;
}

export function openPull({
  title = "feat: accept vouchers",
  body = null,
  bot = false,
  number = 12,
  ...more
}: GivenPull): OpenPull {
  const messages = more.commits ?? [title];
  const commits = messages.map((message, at) => {
    const before = at === 0 ? shaOf("fork") : shaOf(`own-${at - 1}`);
    return { ...commit(`own-${at}`, message, { author: { login: "wes" } }), parents: [before] };
  });
  return {
    pull: pull(number, { title, body, author: { login: bot ? "renovate[bot]" : "wes", id: 7, bot } }),
    label: more.label ?? "acme:vouchers",
    head: shaOf(`own-${messages.length - 1}`),
    commitCount: messages.length,
    commits: commits.toReversed(),
  };
}

export function preview(
  given: GivenPull,
  settings: MergeSettings = SQUASH,
  on: PreviewGround = ground(),
): PreviewView {
  return previewOf(openPull(given), settings, on);
}
