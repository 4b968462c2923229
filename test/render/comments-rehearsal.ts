/** What is shown of a rollout that goes another way than in the environments before. */
import type { Problem, PromotionStage } from "../../src/core/promotion.ts";
import type { DifferenceLine } from "../../src/core/rehearsal-views.ts";
import type { StepRow } from "../../src/core/rows.ts";
import type { CommentView, FailureView, LiveView, ReceiptView } from "../../src/core/views.ts";

interface Makers {
  readonly live: (stage: PromotionStage, more: Partial<LiveView>) => LiveView;
  readonly receipt: (more: Partial<ReceiptView>) => ReceiptView;
  readonly failure: (problem: Problem, more: Partial<FailureView>) => FailureView;
  readonly row: (component: string, more?: Partial<StepRow>) => StepRow;
}

const RUN = "https://github.example/acme/shop/actions/runs/501";
const named = (...names: string[]) => ({ names, more: 0 });
const line = (
  kind: DifferenceLine["kind"],
  components: readonly string[],
  more: Partial<DifferenceLine> = {},
): DifferenceLine => ({
  kind,
  components: named(...components),
  environments: named("staging"),
  ...more,
});

const LINES: readonly DifferenceLine[] = [
  line("added", ["jobs"]),
  line("missing", ["mail", "cron"]),
  line("not-left", ["search"]),
  line("left", ["docs", "edge"]),
  line("workflow", ["api"], { file: "deploy-prod.yml", fileThere: "deploy.yml" }),
  line("ref", ["web"], { file: "deploy.yml", refThere: "main" }),
  line("version", ["admin"], { file: "deploy.yml", environments: named("staging", "qa") }),
  line("after", ["web"], { needs: named("api", "jobs") }),
  line("not-after", ["api", "admin"], { needs: named("web") }),
  line("ahead", ["web"], { needs: named("api") }),
];

/** Comments about rollouts that were rehearsed otherwise. */
export function rehearsalViews({ live, receipt, failure, row }: Makers): Record<string, CommentView> {
  const begun = [row("api", { stage: "recording", runUrl: null, durationMs: null })];
  return {
    "live-rehearsed-otherwise": live("rolling", { steps: begun, rehearsal: { lines: LINES, more: 0 } }),
    "live-rehearsed-very-much-otherwise": live("rolling", {
      steps: begun,
      migrations: { known: true, seen: [{ component: "api", kind: "expand" }], floor: null },
      notSkipped: [{ why: "workflow", components: ["jobs"] }],
      rehearsal: {
        lines: [
          line("added", ["jobs", "mail"], { components: { names: ["jobs", "mail"], more: 7 } }),
          line("after", ["web"], {
            needs: { names: ["api", "jobs"], more: 3 },
            environments: { names: ["staging", "qa"], more: 2 },
          }),
        ],
        more: 1,
      },
    }),
    "failure-rehearsed-otherwise": failure(
      { code: "run-failed", detail: { component: "web", url: RUN, conclusion: "failure" } },
      {
        steps: [row("api"), row("web", { stage: "failed" })],
        rehearsal: { lines: LINES.slice(-3, -2), more: 0 },
      },
    ),
    "receipt-rehearsed-otherwise": receipt({ rehearsal: { lines: LINES.slice(0, 3), more: 4 } }),
  };
}
