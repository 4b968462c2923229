/** For every effect: how it comes about in a shop, and what its faults may come to. */
import type { EffectType } from "../../src/core/effects.ts";
import type { Bench, Shop } from "./github-bench.ts";
import { OTHERS } from "./github-rows-others.ts";
import { patch, prepareAfterHotfix } from "./hotfix-given.ts";
import { ASSETS_ROWS } from "./assets-rows.ts";
import { CHANGELOG_ROWS } from "./changelog-rows.ts";
import { HOTFIX_ROWS } from "./hotfix-rows.ts";
import { RECEIPT_ROWS } from "./receipt-rows.ts";
import {
  CORRELATION,
  noticeIn,
  told,
  live,
  firstLive,
  draw,
  drawn,
  drawDraft,
  drafted,
  prepare,
  lookAtGates,
  cut,
  record,
  status,
  recorded,
  dispatch,
  dispatched,
  runAgain,
  trace,
  claim,
  type Of,
} from "./github-given.ts";

/** One way in which an effect comes about. */
export interface Scene<Type extends EffectType = EffectType> {
  readonly name: string;
  /** Arranges the shop and gives the effect. */
  given(shop: Shop, bench: Bench): Of<Type> | Promise<Of<Type>>;
  /** Its answer was lost with the process: it is there already, and is performed once more. */
  readonly again?: boolean;
}

/**
 * - `done`: it stands at GitHub, exactly once, as if nothing had happened
 * - `said`: an event says that GitHub refused, or that nobody can tell: the core tells people
 * - `let go`: a courtesy, or something that is gone; nothing hangs on it
 * - `given up`: tried until the end; test/core/given-up.test.ts has what people see then
 */
export type Verdict = "done" | "said" | "let go" | "given up";

export interface Row<Type extends EffectType> {
  readonly scenes: readonly Scene<Type>[];
  /** What a fault may come to that is gone at the next try, beside `done`. */
  readonly transient: readonly Verdict[];
  /** What a fault may come to that stays, beside `done` (a call whose answer does not matter). */
  readonly permanent: readonly Verdict[];
  /** How many attempts it needs to make up its mind, where that is more than usual. */
  readonly attempts?: number;
  /** Only calls of these routes are struck: the others are made by code that another row, or github-reads.ts, tries. Default: all. */
  readonly only?: readonly string[];
  /** Events that say what GitHub refused, or that a person must look. */
  readonly says?: readonly string[];
}

/** Done by the engine itself or by the probe: no call to GitHub. */
type Elsewhere = "elsewhere";

/** Every effect has its row: TypeScript says so where one is added. */
export const ROWS: { readonly [Type in EffectType]: Row<Type> | Elsewhere } = {
  react: {
    scenes: [
      {
        name: "to a command",
        given: (shop) => ({
          type: "react",
          commentId: shop.repository.comment(1, "/status", "ana"),
          content: "eyes",
        }),
      },
    ],
    transient: [],
    permanent: ["let go", "given up"],
  },
  comment: {
    scenes: [
      { name: "new", given: () => told("prod") },
      { name: "written, but nobody heard", again: true, given: () => told("prod") },
    ],
    transient: [],
    permanent: ["let go", "given up"],
  },
  liveComment: {
    scenes: [
      { name: "new", given: (shop) => live(shop, null) },
      { name: "written, but nobody heard", again: true, given: (shop) => live(shop, null) },
      { name: "the first", given: firstLive },
      { name: "the first, written, but nobody heard", again: true, given: firstLive },
      {
        name: "edited",
        async given(shop) {
          const end = await shop.arrange(live(shop, null));
          const [event] = end.kind === "done" ? end.result : [];
          return live(shop, event?.type === "LiveCommentWritten" ? event.commentId : null);
        },
      },
    ],
    transient: [],
    permanent: ["let go", "given up"],
  },
  drawNotice: {
    scenes: [
      { name: "new", given: (shop) => draw(shop) },
      { name: "drawn, but nobody heard", again: true, given: (shop) => draw(shop) },
      {
        name: "drawn anew",
        given: async (shop) => draw(shop, { ...(await drawn(shop)), view: noticeIn(shop, "1.6.0") }),
      },
      {
        name: "delivered to the end",
        given: async (shop) =>
          draw(shop, {
            ...(await drawn(shop)),
            view: noticeIn(shop, "1.5.1", { tag: "v1.5.1", arrived: ["prod"] }),
          }),
      },
    ],
    transient: [],
    permanent: ["given up"],
  },
  drawDraft: {
    scenes: [
      { name: "new", given: (shop) => drawDraft(shop) },
      { name: "drawn, but nobody heard", again: true, given: (shop) => drawDraft(shop) },
      {
        name: "drawn anew",
        given: async (shop) => drawDraft(shop, { ...(await drafted(shop)), view: noticeIn(shop, "1.6.0") }),
      },
    ],
    transient: [],
    permanent: ["given up"],
  },
  cutTag: {
    scenes: [
      { name: "by a command", given: (shop, bench) => cut(shop, bench) },
      { name: "cut, but nobody heard", again: true, given: (shop, bench) => cut(shop, bench) },
      { name: "of a hotfix", given: (shop, bench) => patch(shop, bench) },
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["CutRefused"],
  },
  ...HOTFIX_ROWS,
  ...CHANGELOG_ROWS,
  ...ASSETS_ROWS,
  lookForCommit: {
    scenes: [
      {
        name: "in what runs",
        given: (shop) => ({
          type: "lookForCommit",
          version: "1.5.0",
          sha: shop.sha("v1.5.0"),
          environment: "dev",
          running: shop.sha("main"),
        }),
      },
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["ContainmentSeen"],
  },
  lookAtEnvironment: {
    scenes: [
      { name: "that is free", given: () => ({ type: "lookAtEnvironment", environment: "prod" }) },
      {
        name: "in which a run goes on",
        async given(shop, bench) {
          await recorded(shop, "c76-api");
          await shop.arrange(record(shop));
          await dispatched(shop, bench, "hang");
          return { type: "lookAtEnvironment", environment: "prod" };
        },
      },
      {
        name: "in which a deployment has no run yet",
        async given(shop) {
          await shop.arrange(record(shop));
          return { type: "lookAtEnvironment", environment: "prod" };
        },
      },
    ],
    transient: [],
    permanent: ["given up"],
  },
  lookAtGates: {
    scenes: [
      { name: "that are checks", given: (shop, bench) => lookAtGates(shop, bench, "checks") },
      {
        name: "that are approvals",
        given(shop, bench) {
          bench.sandbox.team("acme/release-managers", { members: ["wes"] });
          return lookAtGates(shop, bench, "approvals");
        },
      },
    ],
    transient: [],
    permanent: ["given up"],
  },
  ...OTHERS,
  prepareRollout: {
    scenes: [
      { name: "the first", given: (shop, bench) => prepare(shop, bench, null) },
      { name: "in the place of another", given: (shop, bench) => prepare(shop, bench, "1.4.2") },
      { name: "after a hotfix", given: (shop, bench) => prepareAfterHotfix(shop, bench) },
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["RolloutRefused"],
  },
  recordDeployment: {
    scenes: [
      { name: "new", given: (shop) => record(shop) },
      { name: "recorded, but nobody heard", again: true, given: (shop) => record(shop) },
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["DispatchRefused"],
  },
  setDeploymentStatus: {
    scenes: [
      { name: "new", given: async (shop) => status(await recorded(shop, CORRELATION), "in_progress") },
      {
        name: "set, but nobody heard",
        again: true,
        given: async (shop) => status(await recorded(shop, CORRELATION), "in_progress"),
      },
    ],
    transient: [],
    permanent: ["let go", "given up"],
  },
  retireDeployments: {
    scenes: [
      {
        name: "one that was replaced",
        async given(shop) {
          await recorded(shop, "c75-api");
          await recorded(shop, "c76-api");
          const keep = await recorded(shop, CORRELATION);
          const by = { version: "1.5.0", runUrl: "https://github.example/runs/7" };
          return { type: "retireDeployments", environment: "prod", component: "api", keep, by };
        },
      },
    ],
    transient: [],
    permanent: ["given up"],
  },
  ...RECEIPT_ROWS,
  adoptDeployment: {
    scenes: [
      {
        name: "of a run",
        async given(shop, bench) {
          const runId = await dispatched(shop, bench, "never-start");
          const deploymentId = await recorded(shop, CORRELATION);
          const logUrl = `${bench.sandbox.url}/${shop.repository.fullName}/actions/runs/${runId}/job/1`;
          await shop.arrange({ ...status(deploymentId, "success"), logUrl });
          const { correlationId, environment, cargo } = record(shop);
          return { type: "adoptDeployment", correlationId, environment, runId, sha: cargo.sha };
        },
      },
    ],
    transient: [],
    permanent: ["given up", "let go"],
  },
  dispatchRun: {
    scenes: [
      { name: "new", given: (shop, bench) => dispatch(shop, bench) },
      { name: "sent, but nobody heard", again: true, given: (shop, bench) => dispatch(shop, bench) },
    ],
    transient: ["said"],
    permanent: ["said", "given up"],
    says: ["DispatchRefused", "DispatchAnswerLost"],
  },
  traceRun: {
    scenes: [
      {
        name: "that has claimed",
        async given(shop, bench) {
          await dispatched(shop, bench, "hang");
          return trace(bench, true);
        },
      },
      {
        name: "that is listed",
        async given(shop, bench) {
          await dispatched(shop, bench, "never-start");
          return trace(bench, false);
        },
      },
      { name: "that there is not", given: (_shop, bench) => trace(bench, true) },
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["RunNotSeen"],
  },
  takeClaim: {
    scenes: [
      { name: "that is free", given: (shop) => claim(shop) },
      { name: "that was taken, but nobody heard", again: true, given: (shop) => claim(shop) },
      {
        name: "that a run holds",
        async given(shop, bench) {
          await dispatched(shop, bench, "hang");
          return claim(shop);
        },
      },
    ],
    transient: [],
    permanent: ["given up"],
  },
  lookAtRun: {
    scenes: [
      {
        name: "as it is",
        given: async (shop, bench) => ({
          type: "lookAtRun",
          correlationId: CORRELATION,
          runId: await dispatched(shop, bench, "never-start"),
        }),
      },
      {
        name: "that a person ran again",
        async given(shop, bench) {
          const runId = await dispatched(shop, bench, "hang");
          shop.repository.finishRun(runId, "succeed");
          await bench.sandbox.settled();
          await runAgain(shop, bench, runId);
          return { type: "lookAtRun", correlationId: CORRELATION, runId };
        },
      },
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["RunGone"],
    attempts: 9,
  },
  cancelRun: {
    scenes: [
      {
        name: "that goes on",
        given: async (shop, bench) => ({ type: "cancelRun", runId: await dispatched(shop, bench, "hang") }),
      },
      {
        name: "that goes on, by force",
        given: async (shop, bench) => ({
          type: "cancelRun",
          runId: await dispatched(shop, bench, "hang"),
          force: true,
        }),
      },
    ],
    transient: [],
    permanent: ["let go", "given up"],
  },
  removeClaim: {
    scenes: [
      {
        name: "that stands",
        async given(shop) {
          await shop.arrange(claim(shop));
          return { type: "removeClaim", correlationId: CORRELATION };
        },
      },
    ],
    transient: [],
    permanent: ["let go", "given up"],
  },
  lookAtTag: {
    scenes: [
      {
        name: "that nobody told of",
        given: () => ({ type: "lookAtTag", tag: "v1.5.0", own: null, unreleased: [] }),
      },
    ],
    transient: [],
    permanent: ["said", "given up", "let go"],
    says: ["TagRefused"],
  },
  catchUp: {
    scenes: [{ name: "with a tag missed", given: () => ({ type: "catchUp", newest: ["1.4.2"] }) }],
    transient: [],
    permanent: ["said", "given up", "let go"],
    says: ["TagRefused"],
  },
  askMeasures: "elsewhere",
  askVersion: "elsewhere",
  tellChannel: "elsewhere",
  tellLane: "elsewhere",
  wake: "elsewhere",
};
