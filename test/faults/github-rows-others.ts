/** The rows of effects that are about runs which Waybill did not start, about incidents, published releases, and how the repository stands; see github-rows.ts. */
import {
  asking,
  brokenConfig,
  byHand,
  dispatched,
  drafted,
  incident,
  letIn,
  previewed,
  publish,
  publishComponent,
  retitled,
  runAgain,
} from "./github-given.ts";
import type { Row } from "./github-rows.ts";

export const OTHERS: {
  readonly answerProtectionRule: Row<"answerProtectionRule">;
  readonly drawIncident: Row<"drawIncident">;
  readonly drawConfigIssue: Row<"drawConfigIssue">;
  readonly drawPreview: Row<"drawPreview">;
  readonly lookAtOutOfBand: Row<"lookAtOutOfBand">;
  readonly readRecoveryPoint: Row<"readRecoveryPoint">;
  readonly lookAtStanding: Row<"lookAtStanding">;
  readonly publishRelease: Row<"publishRelease">;
  readonly label: Row<"label">;
} = {
  label: {
    scenes: [
      { name: "on a pull request", given: () => ({ type: "label", issue: 1, label: "in: prod" }) },
      { name: "that it has", again: true, given: () => ({ type: "label", issue: 1, label: "in: prod" }) },
    ],
    transient: [],
    permanent: ["let go", "given up"],
  },
  publishRelease: {
    scenes: [
      { name: "without a draft", given: (shop) => publish(shop, null) },
      { name: "published, but nobody heard", again: true, given: (shop) => publish(shop, null) },
      { name: "of a draft", given: async (shop) => publish(shop, (await drafted(shop)).draftReleaseId) },
      { name: "of a component", given: (shop) => publishComponent(shop) },
      { name: "of a component, but nobody heard", again: true, given: (shop) => publishComponent(shop) },
    ],
    transient: [],
    permanent: ["given up", "let go", "said"],
    says: ["TagRefused"],
  },
  readRecoveryPoint: {
    scenes: [
      {
        name: "of a run that has ended",
        async given(shop, bench) {
          const runId = await dispatched(shop, bench, "hang");
          shop.repository.finishRun(runId, "succeed");
          await bench.sandbox.settled();
          return { type: "readRecoveryPoint", correlationId: "c101--backup", runId };
        },
      },
    ],
    transient: [],
    // Of a run that is gone nobody can tell it.
    permanent: ["said", "given up"],
    says: ["RecoveryPointSeen"],
  },
  lookAtStanding: {
    scenes: [{ name: "that is active", given: () => ({ type: "lookAtStanding", hint: null }) }],
    transient: [],
    permanent: ["said", "given up"],
    says: ["StandingSeen"],
  },
  drawIncident: {
    scenes: [
      { name: "new", given: () => incident(null) },
      { name: "drawn, but nobody heard", again: true, given: () => incident(null) },
      {
        name: "that goes on",
        async given(shop) {
          const end = await shop.perform(shop.connect(), incident(null), 1);
          const [event] = end.kind === "done" ? end.result : [];
          return incident(event?.type === "IncidentDrawn" ? event.issue : null, "1.4.1");
        },
      },
    ],
    transient: [],
    permanent: ["given up"],
  },
  drawConfigIssue: {
    scenes: [
      { name: "new", given: () => brokenConfig(null) },
      { name: "drawn, but nobody heard", again: true, given: () => brokenConfig(null) },
      {
        name: "that is mended",
        async given(shop) {
          const end = await shop.perform(shop.connect(), brokenConfig(null), 1);
          const [event] = end.kind === "done" ? end.result : [];
          return brokenConfig(event?.type === "ConfigIssueDrawn" ? event.issue : null, true);
        },
      },
    ],
    transient: [],
    permanent: ["given up"],
  },
  drawPreview: {
    scenes: [
      { name: "new", given: (shop) => previewed(shop) },
      { name: "written, but nobody heard", again: true, given: (shop) => previewed(shop) },
      {
        name: "that says something else by now",
        async given(shop, bench) {
          const effect = previewed(shop);
          await shop.arrange(effect);
          await retitled(shop, bench, effect.number, "docs: a word");
          return effect;
        },
      },
    ],
    transient: [],
    // The branch is read as `branchFacts` reads it.
    only: [
      "GET /repos/{owner}/{repo}/pulls/{pull_number}",
      "GET /repos/{owner}/{repo}/pulls/{pull_number}/commits",
      "GET /repos/{owner}/{repo}/commits/{ref}/check-runs",
      "POST /repos/{owner}/{repo}/check-runs",
      "PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",
    ],
    // Where checks may not be written, nothing hangs on it.
    permanent: ["let go", "given up"],
  },
  answerProtectionRule: {
    scenes: [
      { name: "of a job that asks", given: (shop, bench) => asking(shop, bench) },
      { name: "given, but nobody heard", again: true, given: (shop, bench) => asking(shop, bench) },
      {
        name: "of a run that nobody asks about",
        async given(shop, bench) {
          const runId = await dispatched(shop, bench, "hang");
          return { ...letIn(shop), runId };
        },
      },
    ],
    transient: [],
    // Nothing waits there: it was given already, or there is no such rule.
    permanent: ["let go", "given up"],
  },
  lookAtOutOfBand: {
    scenes: [
      {
        name: "that goes on",
        given: async (shop, bench) => byHand(shop, await dispatched(shop, bench, "hang")),
      },
      {
        name: "that was run again",
        async given(shop, bench) {
          const run = await dispatched(shop, bench, "hang");
          shop.repository.finishRun(run, "fail");
          await bench.sandbox.settled();
          await runAgain(shop, bench, run);
          return byHand(shop, run);
        },
      },
      {
        name: "that has ended, of which nobody knows where",
        async given(shop, bench) {
          const run = await dispatched(shop, bench, "hang");
          shop.repository.finishRun(run, "succeed");
          await bench.sandbox.settled();
          return byHand(shop, run);
        },
      },
    ],
    // One that is not found any more is not waited for.
    transient: [],
    permanent: ["said", "given up"],
    attempts: 8,
    says: ["OutOfBandSeen"],
  },
};
