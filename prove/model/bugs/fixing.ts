/** Bugs about hotfixes: what makes them wait or disappear, and what comes without their fix. */
import type { Bug } from "./bug.ts";

export const fixingBugs: readonly Bug[] = [
  {
    name: "supersede-drops-hotfix",
    about: "a hotfix that waits makes way for a newer release, as releases that go by themselves do",
    scene: "hotfix",
    patches: [
      {
        file: "src/core/supersede.ts",
        find: '      classOf(other) === "normal" &&\n',
        replace: '      classOf(other) !== "rollback" &&\n',
      },
    ],
  },
  {
    name: "normal-overtakes-hotfix",
    about: "a hotfix waits in line, behind what was asked for earlier",
    scene: "hotfix",
    patches: [
      {
        file: "src/core/queue.ts",
        find: '  return (promotion) => (order === "fifo" ? 0 : order.indexOf(classOf(promotion)));\n',
        replace:
          '  return (promotion) => (order === "fifo" ? 0 : Math.min(order.indexOf(classOf(promotion)), 0));\n',
      },
    ],
  },
  {
    name: "hotfix-lost",
    about: "a release that lacks the fix of a hotfix goes after it",
    scene: "hotfix",
    patches: [
      {
        file: "src/core/gates/index.ts",
        find: '  { judge: losesNoHotfix, hotfix: "asked" },\n',
        replace: '  ...[{ judge: losesNoHotfix, hotfix: "asked" } as const].slice(1),\n',
      },
    ],
  },
  {
    name: "port-by-webhook",
    about: "that a fix has come to the release branch is believed when its webhook comes, and nobody looks",
    scene: "hotfix-ported",
    patches: [
      {
        file: "src/github/effects/fixes.ts",
        find: "  const port = fix.port ?? (fix.pull === null ? null : await mergeCommitOf(client, fix.pull));\n",
        replace:
          "  const port = fix.port ?? (fix.pull === -1 ? await mergeCommitOf(client, fix.pull) : null);\n",
      },
    ],
  },
];
