import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/sequencer.ts";
import { SummaryReporter } from "./test/support/summary-reporter.ts";

/** They start processes, kill them, and patch what they load: each of these files has a process of its own. */
const APART = [
  "test/canary.test.ts",
  "test/cli/**/*.test.ts",
  "test/prove/**/*.test.ts",
  "test/store/**/*.test.ts",
];

export default defineConfig({
  // The packages that the server runs, as Node finds them; not their builds for development, which some have beside them.
  ssr: { resolve: { conditions: ["node"] } },
  test: {
    globalSetup: ["test/support/global-setup.ts"],
    setupFiles: ["test/support/drawn.ts"],
    reporters: ["default", new SummaryReporter()],
    sequence: { sequencer: LongestFirst },
    // For two cores: two workers leave a quarter of them idle, four make the tests of processes slow.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A worker that has run a hundred files takes its time to end on a busy machine, and nothing is to be said after the summary.
    teardownTimeout: 60_000,
    pool: "forks",
    projects: [
      { extends: true, test: { name: "apart", include: APART } },
      // The others share a process with the next file: to load everything anew for each costs a third of the time.
      {
        extends: true,
        test: { name: "together", include: ["test/**/*.test.ts"], exclude: APART, isolate: false },
      },
    ],
  },
});
