/** Every fault of PROMISES.md ("faults to survive") by its name, and the test that injects it: a row whose test is gone, or was renamed, fails. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const TESTS = join(import.meta.dirname, "..");

/** The fault, the file whose test injects it, and that test's title, or for tables what their rows are made of. */
const FAULTS: readonly (readonly [fault: string, file: string, title: string])[] = [
  ["kill -9 between any two effects", "faults/every-effect.test.ts", "has its row and its own number"],
  [
    "a duplicate, reordered or lost delivery",
    "stories/reconcile-property.test.ts",
    "the same versions arrive, whatever becomes of the webhooks",
  ],
  ["a duplicate that reaches several replicas", "store/postgres-faults.test.ts", "store a delivery once"],
  ["a lost command comment", "stories/reconcile.test.ts", "a lost command"],
  ["a command comment found after 15 minutes", "stories/reconcile.test.ts", "a quarter of an hour"],
  ["5xx", "faults/github-bench.ts", '"502": {'],
  ["a timeout before the write", "faults/github-bench.ts", '"timeout before":'],
  ["a timeout after the write", "faults/github-bench.ts", '"timeout after":'],
  ["a reset", "faults/github-bench.ts", '"reset before":'],
  ["a 403 secondary limit", "github/failure.test.ts", "403 by the secondary limit"],
  ["429 with retry-after", "faults/github-bench.ts", '"429": {'],
  [
    "404 just after create",
    "stories/github-errors.test.ts",
    "by not knowing anything that it has just created",
  ],
  [
    "a run that never starts",
    "stories/dispatch-runs.test.ts",
    "that never starts is looked at again and again",
  ],
  ["a run that never ends", "stories/dispatch-runs.test.ts", "that hangs keeps the environment"],
  ["a run that is cancelled", "stories/dispatch-runs.test.ts", "that a person cancels ends the rollout"],
  ["a run that is re-run", "stories/dispatch-runs.test.ts", "that a person runs again after it failed"],
  [
    "a run that is deleted",
    "stories/dispatch-runs.test.ts",
    "that is deleted before it ended needs a person",
  ],
  ["a clock skew of 24 h", "stories/reconcile-trouble.test.ts", "a clock that is off by a day"],
  ["the store is down", "store/postgres-faults.test.ts", "makes the store unavailable, and loses nothing"],
  ["a full disk", "store/sqlite-faults.test.ts", "a full disk"],
  ["two replicas racing", "stories/replicas.test.ts", "onPostgres(3)"],
  [
    "an installation suspended",
    "stories/lifecycle.test.ts",
    "an installation that is suspended in the middle",
  ],
  [
    "a permission revoked midway",
    "stories/lifecycle.test.ts",
    "a permission that is taken away in the middle",
  ],
  ["the person's right revoked", "stories/bad-input.test.ts", "the right of the person is withdrawn"],
  ["a repository renamed", "stories/lifecycle.test.ts", "a repository that is renamed in the middle"],
  [
    "a repository transferred",
    "stories/lifecycle-anew.test.ts",
    "a repository that is given to another owner",
  ],
  ["a repository archived", "stories/lifecycle.test.ts", "a repository that is archived in the middle"],
  [
    "the default branch renamed",
    "stories/lifecycle.test.ts",
    "that is renamed: the config is read from the new one",
  ],
  ["a tag moved", "stories/bad-input.test.ts", "the tag is moved: what was accepted is not there any more"],
  ["a tag deleted", "stories/bad-input.test.ts", "the tag is deleted: it says so"],
  ["a release deleted by hand", "stories/deleted.test.ts", "a release that is deleted by hand"],
  ["a comment deleted by hand", "stories/deleted.test.ts", "a comment that is deleted by hand"],
  ["the config broken mid-flight", "stories/bad-input.test.ts", "a running plan keeps its snapshot"],
  [
    "a command under a broken config",
    "stories/bad-input.test.ts",
    "is said in an issue with file, line, column",
  ],
];

describe("a fault of PROMISES.md", () => {
  it.each(FAULTS)("%s is injected by a test", (_fault, file, title) => {
    expect(readFileSync(join(TESTS, file), "utf8")).toContain(title);
  });
});
