/** Where a case takes place: the environments, the components and the workflow of its repository, and how patient its Waybill is. */
import type { Random } from "../random.ts";
import type { Temper } from "./troubles.ts";

export interface Setting {
  /** Most cases are small: what breaks a promise at all mostly breaks it with few things, and many small cases try more than few large ones. */
  readonly isSmall: boolean;
  /** In the order of the pipeline. */
  readonly environments: readonly string[];
  readonly components: readonly string[];
  readonly config: string;
  readonly workflow: string;
  /** Whether each run claims before it deploys. */
  readonly claims: boolean;
  /** Whether the last environment asks for somebody's approval; wes may give it. */
  readonly approvals: boolean;
  /** Releases that were there before Waybill, oldest first. */
  readonly versions: readonly string[];
  /** How often GitHub is compared with the store, in milliseconds; 0: never, where nothing gets lost. */
  readonly reconcileMs: number;
  /** How long a stage of a run takes, in milliseconds. */
  readonly stageMs: number;
  /** Whether runs may fail, hang or never start. */
  readonly runsFail: boolean;
  /**
   * Whether webhooks of what Waybill has done itself arrive: its comments, its deployments and their statuses. They tell it nothing, and are two of five
   * webhooks; in small cases they are lost.
   */
  readonly hearsItself: boolean;
  /** How likely a look for work waits when it could go on, so that what it finds is more than one job: as it is where several work at a time. */
  readonly claimsWait: number;
}

/** What a case is to be about, where that is not left to chance. */
export interface Frame {
  readonly isSmall?: boolean;
  readonly environments?: readonly string[];
  readonly claims?: boolean;
  readonly approvals?: boolean;
  readonly reconcileMs?: number;
  readonly runsFail?: boolean;
}

const MINUTE = 60_000;
const SMALL_SHARE = 0.85;
const PIPELINES = [
  ["prod"],
  ["prod"],
  ["prod"],
  ["prod"],
  ["staging", "prod"],
  ["dev", "staging", "prod"],
] as const;
const MODES: Readonly<Record<string, string>> = { dev: "{ promote: merge }", staging: "{ promote: auto }" };

/** Whether a case is small. Drawn first, as all else is drawn by it. */
export function drawsSmall(random: Random, frame: Frame): boolean {
  return frame.isSmall ?? random.happens(SMALL_SHARE);
}

/** Draws a place. */
export function drawSetting(random: Random, isSmall: boolean, frame: Frame, temper: Temper): Setting {
  const environments = frame.environments ?? random.of(PIPELINES);
  const components = random.happens(isSmall ? 0.1 : 0.25) ? ["api", "web"] : ["api"];
  const claims = frame.claims ?? random.happens(0.7);
  // Drawn in any case: two tellings that differ only in their troubles have the same place.
  const isLookedAt = random.happens(isSmall ? 0.05 : 0.4);
  const getsLost = temper.webhooks > 0 || temper.deaths > 0 || isLookedAt;
  const inLine = components.length > 1 && random.happens(0.5);
  const namesEnvironment = random.happens(0.15);
  const approvals = frame.approvals ?? random.happens(0.15);
  return {
    isSmall,
    environments,
    components,
    config: configText(environments, components, inLine, approvals),
    workflow: workflowText(claims, namesEnvironment),
    claims,
    approvals,
    versions: isSmall ? ["1.0.0", "1.1.0"] : ["1.0.0", "1.1.0", "1.2.0"],
    // Where nothing gets lost, nobody needs to look for it.
    reconcileMs: frame.reconcileMs ?? (getsLost ? random.of(isSmall ? [10, 20] : [5, 10, 20]) * MINUTE : 0),
    stageMs: random.of([1, 1, 1_000, 20_000, 180_000]),
    runsFail: frame.runsFail ?? random.happens(0.3),
    // Deployments of jobs that name their environment are no work of Waybill's, and are made in its name.
    hearsItself: !isSmall || namesEnvironment,
    claimsWait: random.of(isSmall ? [0.9, 0.97] : [0.6, 0.9]),
  };
}

function configText(
  environments: readonly string[],
  components: readonly string[],
  inLine: boolean,
  approvals: boolean,
): string {
  const placed = components.map((name) => {
    const after = inLine && name !== components[0] ? `, needs: [${components[0]}]` : "";
    return `  ${name}: { workflow: deploy.yml${after} }\n`;
  });
  const last = approvals ? "{ gates: { approvals: { count: 1, role: write } } }" : "{}";
  const modes = environments.map((name) => `  ${name}: ${MODES[name] ?? last}\n`);
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
