/** The little shop that the demo and the tests deploy: two components, three environments, one workflow. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const SNIPPET = join(import.meta.dirname, "..", "..", "..", "docs", "snippets", "claim-step.yml");

/** The workflow of docs/workflows.md, with the very claim step that the page gives. */
export function deployWorkflow(options: { readonly claims?: boolean } = {}): string {
  const claim = options.claims === false ? "" : indent(readFileSync(SNIPPET, "utf8"), 6);
  return `name: Deploy
run-name: Deploy \${{ inputs.component }} \${{ inputs.version }} to \${{ inputs.environment }} \${{ inputs.correlation_id }}
on:
  workflow_dispatch:
    inputs:
      environment: { required: true, type: string }
      component: { required: true, type: string }
      version: { required: true, type: string }
      sha: { required: true, type: string }
      correlation_id: { required: false, type: string }
      region: { required: false, type: string, default: local }
permissions:
  contents: write
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
${claim}      - name: Deploy
        id: deploy
        env:
          COMPONENT: \${{ inputs.component }}
          ENVIRONMENT: \${{ inputs.environment }}
          VERSION: \${{ inputs.version }}
          COMMIT: \${{ inputs.sha }}
        run: ./deploy.sh "$COMPONENT" "$ENVIRONMENT" "$VERSION" "$COMMIT"
`;
}

/** A smoke test that runs in an environment once all of a release is there: an ordinary workflow that claims its run like the others. */
export function smokeWorkflow(): string {
  return `name: Smoke test
run-name: Smoke test of \${{ inputs.version }} in \${{ inputs.environment }} \${{ inputs.correlation_id }}
on:
  workflow_dispatch:
    inputs:
      environment: { required: true, type: string }
      component: { required: true, type: string }
      version: { required: true, type: string }
      correlation_id: { required: false, type: string }
permissions:
  contents: write
jobs:
  smoke:
    runs-on: ubuntu-latest
    steps:
${indent(readFileSync(SNIPPET, "utf8"), 6)}      - name: Buy something
        id: deploy
        run: ./smoke.sh
`;
}

function indent(text: string, by: number): string {
  return text.replaceAll(/^(?=.)/gm, " ".repeat(by));
}

export interface ShopConfigOptions {
  /** Where people can see production. Default `https://shop.example`. */
  readonly url?: string;
  /** The pattern of release tags, where it is not the usual `v{version}`. */
  readonly tag?: string;
  /** Whether production has a smoke test (`smoke.yml`) after its components. */
  readonly smoke?: boolean;
}

/** The config of the issue's example, its production asked at the address where the stand-in deploys. */
export function shopConfig(versionUrl: string, interval = "1s", options: ShopConfigOptions = {}): string {
  const { url = "https://shop.example", tag, smoke = false } = options;
  return `# yaml-language-server: $schema=https://waybill.example/waybill.schema.json
components:
  api: { workflow: deploy.yml, paths: ["api/**"] }
  web: { workflow: deploy.yml, paths: ["web/**"], needs: [api] }
environments:
  dev: { promote: merge }
  staging: { promote: auto, inputs: { region: eu-west-1 } }
  prod:
    inputs: { region: us-east-1 }
    url: ${url}
    verify: { url: "${versionUrl}", json: "$.version", confirmations: 3, interval: ${interval} }
${smoke ? "    rollout: { after: [{ workflow: smoke.yml }] }\n" : ""}${tag === undefined ? "" : `release: { tag: ${JSON.stringify(tag)} }\n`}`;
}
