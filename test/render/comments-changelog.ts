/** What is said of a changelog that cannot be written. */
import type { CommentView } from "../../src/core/views.ts";
import { PROBLEMS } from "./comments-problems.ts";

const refused = { template: "changelog-refused", path: "docs/CHANGES.md", version: "1.5.0" } as const;

export const CHANGELOG_VIEWS: Readonly<Record<string, CommentView>> = {
  "changelog-refused": {
    ...refused,
    problem: { code: "changelog-refused", detail: PROBLEMS["changelog-refused"][0] ?? {} },
  },
  "changelog-refused-unfit": {
    ...refused,
    problem: { code: "changelog-unfit", detail: PROBLEMS["changelog-unfit"][3] ?? {} },
  },
};
