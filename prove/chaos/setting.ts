/** Where a case takes place: the environments, the components and the workflow of its repository, and how patient its Waybill is. */
import type { Random } from "../random.ts";
import type { Temper } from "./troubles.ts";

export interface Setting {
  /** In the order of the pipeline. */
  readonly environments: readonly string[];
  readonly components: readonly string[];
  readonly config: string;
  readonly workflow: string;
  /** Whether each run claims before it deploys. */
  readonly claims: boolean;
  /** Releases that were there before Waybill, oldest first. */
  readonly versions: readonly string[];
  /** How often GitHub is compared with the store, in milliseconds; 0: never, where nothing gets lost. */
  readonly reconcileMs: number;
  /** How long a stage of a run takes, in milliseconds. */
  readonly stageMs: number;
  /** Whether runs may fail, hang or never start. */
  readonly runsFail: boolean;
}

/** What a case is to be about, where that is not left to chance. */
export interface Frame {
  readonly environments?: readonly string[];
  readonly claims?: boolean;
  readonly reconcileMs?: number;
  readonly runsFail?: boolean;
}

const MINUTE = 60_000;
const PIPELINES = [
  ["prod"],
  ["prod"],
  ["prod"],
  ["prod"],
  ["staging", "prod"],
  ["dev", "staging", "prod"],
] as const;
const MODES: Readonly<Record<string, string>> = { dev: "{ promote: merge }", staging: "{ promote: auto }" };

/** Draws a place. */
export function drawSetting(random: Random, frame: Frame, temper: Temper): Setting {
  const environments = frame.environments ?? random.of(PIPELINES);
  const components = random.happens(0.2) ? ["api", "web"] : ["api"];
  const claims = frame.claims ?? random.happens(0.7);
  // Drawn in any case: two tellings that differ only in their troubles have the same place.
  const isLookedAt = random.happens(0.3);
  const getsLost = temper.webhooks > 0 || temper.deaths > 0 || isLookedAt;
  const inLine = components.length > 1 && random.happens(0.5);
  return {
    environments,
    components,
    config: configText(environments, components, inLine),
    workflow: workflowText(claims, random.happens(0.15)),
    claims,
    versions: ["1.0.0", "1.1.0", "1.2.0"],
    // Where nothing gets lost, nobody needs to look for it.
    reconcileMs: frame.reconcileMs ?? (getsLost ? random.of([5, 10, 20]) * MINUTE : 0),
    stageMs: random.of([1, 1, 1_000, 20_000, 180_000]),
    runsFail: frame.runsFail ?? random.happens(0.3),
  };
}

function configText(environments: readonly string[], components: readonly string[], inLine: boolean): string {
  const placed = components.map((name) => {
    const after = inLine && name !== components[0] ? `, needs: [${components[0]}]` : "";
    return `  ${name}: { workflow: deploy.yml${after} }\n`;
  });
  const modes = environments.map((name) => `  ${name}: ${MODES[name] ?? "{}"}\n`);
  return `components:\n${placed.join("")}environments:\n${modes.join("")}`;
}

/** As docs/workflows.md has it, in fewer words: what is looked at is there. */
function workflowText(claims: boolean, namesEnvironment: boolean): string {
  const claim = claims ? '      - { id: waybill-claim, run: "claim waybill/claims/$CORRELATION_ID" }\n' : "";
  const environment = namesEnvironment ? "    environment: ${{ inputs.environment }}\n" : "";
  return `name: Deploy
run-name: Deploy \${{ inputs.component }} \${{ inputs.correlation_id }}
on:
  workflow_dispatch:
    inputs:
      environment: { required: true, type: string }
      component: { required: true, type: string }
      version: { required: true, type: string }
      sha: { required: true, type: string }
      correlation_id: { type: string }
permissions: { contents: write }
jobs:
  deploy:
    runs-on: ubuntu-latest
${environment}    steps:
${claim}      - { id: deploy, run: "deploy" }
`;
}
