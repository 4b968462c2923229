/** What is said of a changelog that cannot be written, of a release whose files do not come, and of channels that take nothing. */
import type { CommentView } from "../../src/core/views.ts";
import { PROBLEMS } from "./comments-problems.ts";

const release = { template: "assets", version: "1.5.0", tag: "v1.5.0" } as const;
const refused = { template: "changelog-refused", path: "docs/CHANGES.md", version: "1.5.0" } as const;

export const FILES_VIEWS: Readonly<Record<string, CommentView>> = {
  "changelog-refused": {
    ...refused,
    problem: { code: "changelog-refused", detail: PROBLEMS["changelog-refused"][0] ?? {} },
  },
  "changelog-refused-unfit": {
    ...refused,
    problem: { code: "changelog-unfit", detail: PROBLEMS["changelog-unfit"][3] ?? {} },
  },
  "tag-refused-burned": { template: "tag-refused", tag: "v1.5.0", reason: { code: "burned" } },
  "assets-waiting": { ...release, outcome: "waiting", missing: ["*.tgz", "checksums.txt"] },
  ...Object.fromEntries(
    (["webhook", "slack", "email", "teams", "cdevents"] as const).map((kind) => [
      `channel-failed-${kind}`,
      { template: "channel-failed", channel: "ops", kind, reason: "it answered with status 410" },
    ]),
  ),
  "assets-sealed": { ...release, outcome: "sealed", missing: ["checksums.txt"] },
};
