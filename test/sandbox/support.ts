import { createAppAuth } from "@octokit/auth-app";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ProbotOctokit } from "probot";
import type { Sandbox, SandboxOptions, SandboxRepository } from "../../src/sandbox/index.ts";
import { startSandbox } from "../../src/sandbox/index.ts";
import { appKey } from "../support/app-key.ts";

export type Octokit = InstanceType<typeof ProbotOctokit>;

export const WORKFLOW_FILE = ".github/workflows/deploy.yml";

/** A workflow as docs/workflows.md wants it: the first step claims, a later one deploys. */
export const WORKFLOW = `name: Deploy
run-name: Deploy \${{ inputs.component }} \${{ inputs.version }} to \${{ inputs.environment }}
on:
  workflow_dispatch:
    inputs:
      environment: { type: string, required: true }
      component: { type: string }
      version: { type: string }
      sha: { type: string }
      correlation_id: { type: string }
      region: { type: choice, options: [eu, us], default: eu }
permissions:
  contents: write
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment:
      name: \${{ inputs.environment }}
      url: https://\${{ inputs.environment }}.shop.example
    steps:
      - id: waybill-claim
        run: echo claim
      - name: Deploy
        id: deploy
        run: ./deploy.sh
      - run: echo done
`;

export interface Shop {
  sandbox: Sandbox;
  repository: SandboxRepository;
  /** As the App itself (JWT). */
  app: Octokit;
  /** As the App's installation. */
  bot: Octokit;
  installationId: number;
}

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A client without retries and throttling, so that one call is one call. */
export function client(sandbox: Sandbox, auth: string): Octokit {
  return new ProbotOctokit({
    baseUrl: `${sandbox.url}/api/v3`,
    auth: { token: auth },
    log: quiet,
    retry: { enabled: false },
    throttle: { enabled: false },
  });
}

function appClient(sandbox: Sandbox, installationId?: number): Octokit {
  return new ProbotOctokit({
    baseUrl: `${sandbox.url}/api/v3`,
    authStrategy: createAppAuth,
    auth: {
      appId: sandbox.app.id,
      privateKey: appKey().privateKey,
      ...(installationId === undefined ? {} : { installationId }),
    },
    log: quiet,
    retry: { enabled: false },
    throttle: { enabled: false },
  });
}

/** The stand-in with a small shop: ana maintains, wes writes, tri triages, rea reads. */
export async function openShop(options: SandboxOptions = {}, workflow = WORKFLOW): Promise<Shop> {
  const sandbox = await startSandbox({ appPublicKeyPem: appKey().publicKey, ...options });
  const repository = sandbox.repository("acme/shop", {
    files: {
      "README.md": "# Shop\n",
      "api/server.ts": "export const port = 1;\n",
      [WORKFLOW_FILE]: workflow,
    },
    collaborators: { ana: "maintain", wes: "write", tri: "triage", rea: "read" },
  });
  const app = appClient(sandbox);
  const { data } = await app.rest.apps.getRepoInstallation({ owner: "acme", repo: "shop" });
  return { sandbox, repository, app, bot: appClient(sandbox, data.id), installationId: data.id };
}

export interface Received {
  event: string;
  guid: string;
  headers: Record<string, unknown>;
  body: string;
}

/** A receiver of webhooks; `answer` decides the status of each. */
export async function openReceiver(
  answer: (received: Received) => number = () => 202,
): Promise<{ url: string; received: Received[]; close(): Promise<void> }> {
  const received: Received[] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const one = {
        event: String(incoming.headers["x-github-event"]),
        guid: String(incoming.headers["x-github-delivery"]),
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      received.push(one);
      outgoing.writeHead(answer(one)).end("seen");
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** What a call was refused with; fails if it was not. */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await call;
  } catch (error) {
    const { status, message } = error as { status: number; message: string };
    return { status, message };
  }
  throw new Error("The call was not refused.");
}
