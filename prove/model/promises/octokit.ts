/**
 * The calls that Waybill's performers make, answered by the GitHub of this world. Only what they read and write is here; `fate` says what
 * becomes of the one call that may go wrong.
 */
import { deployWorkflow } from "../../../src/cli/demo/shop.ts";
import type { RepositoryClient } from "../../../src/github/client.ts";
import { newMemory } from "../../../src/github/memory.ts";
import { commitOf, compare, HEAD, HOTFIX, VERSIONS } from "./commits.ts";
import {
  cancel,
  dispatch,
  list,
  sorted,
  taggedCommit,
  type GitHub,
  type Outcome,
  type Run,
} from "./github.ts";
import { NOON } from "./times.ts";
import { ada, wes } from "./words.ts";

/**
 * What becomes of an effect's call: `lost` where nobody hears the answer, though GitHub did it (`after`) or did not (`before`); `missed` where
 * the list does not show what is there yet.
 */
export type Fate = "done" | "lost-after" | "lost-before" | "missed";

export interface Workflows {
  readonly claims: boolean;
  /** A job names its environment, so that GitHub makes the deployment record and Waybill adopts it. */
  readonly adopts: boolean;
  /** How many looks at the list may miss a new run. */
  readonly lag: number;
  /** The promotions that are rollbacks because people asked for them; absent: none. */
  readonly rollbacks?: readonly string[];
  /** Those that go on from what failed; absent: none. */
  readonly retries?: readonly string[];
}

const BOT = "waybill[bot]";
/** The one check that scenes ask for. */
export const CHECK = "ci";
/** The pull request that has brought the hotfix to the release branch. */
const FORWARD_PORT = {
  number: HOTFIX.pull,
  head: { sha: commitOf(HOTFIX.version) },
  merge_commit_sha: HOTFIX.port,
  merged: true,
};

/** Remembers what the calls have made of GitHub. */
export class Desk {
  github: GitHub;
  readonly broken: string[] = [];
  #fate: Fate;
  readonly #workflows: Workflows;

  constructor(github: GitHub, fate: Fate, workflows: Workflows) {
    this.github = github;
    this.#fate = fate;
    this.#workflows = workflows;
  }

  /** The client that the performers get. */
  client(): RepositoryClient {
    const request = { endpoint: { DEFAULTS: { baseUrl: "https://api.github.com" } } };
    const rest = {
      actions: this.#actions(),
      checks: this.#checks(),
      git: this.#git(),
      pulls: { get: () => Promise.resolve(answer(FORWARD_PORT)) },
      repos: this.#repos(),
    };
    return {
      octokit: { rest, request },
      installation: 1,
      repository: 12,
      owner: "acme",
      repo: "shop",
      defaultBranch: "main",
      botLogin: BOT,
      appId: 7,
      clock: { now: () => NOON },
      gitHubTime: () => NOON,
      memory: newMemory(),
    } as unknown as RepositoryClient;
  }

  /** A write whose answer may be lost: the fate strikes the first of them. */
  #write<Answer>(write: () => Answer): Promise<Answer> {
    const fate = this.#fate;
    this.#fate = "done";
    if (fate === "lost-before") return Promise.reject(new Error("socket hang up"));
    const answer = write();
    return fate === "lost-after" ? Promise.reject(new Error("socket hang up")) : Promise.resolve(answer);
  }

  #take(outcome: Outcome): void {
    this.github = outcome.github;
    this.broken.push(...outcome.broken);
  }

  #actions() {
    return {
      createWorkflowDispatch: ({ inputs }: { inputs: Record<string, string> }) =>
        this.#write(() => {
          const outcome = dispatch(this.github, {
            correlation: inputs["correlation_id"] ?? "",
            environment: inputs["environment"] ?? "",
            component: inputs["component"] ?? "",
            version: inputs["version"] ?? "",
            sha: inputs["sha"] ?? "",
            lag: this.#workflows.lag,
            rollbacks: this.#workflows.rollbacks ?? [],
            retries: this.#workflows.retries ?? [],
          });
          this.#take(outcome);
          return answer({ workflow_run_id: outcome.runId, html_url: runUrl(outcome.runId) });
        }),
      listWorkflowRuns: () => {
        this.github = list(this.github, this.#fate !== "missed");
        const shown = this.github.runs.filter((run) => run.listed);
        return Promise.resolve(answer({ workflow_runs: shown.toReversed().map((run) => shownRun(run)) }));
      },
      getWorkflowRun: ({ run_id }: { run_id: number }) => answerOf(this.#run(run_id), shownRun),
      getWorkflowRunAttempt: ({ run_id }: { run_id: number }) =>
        answerOf(this.#run(run_id), (run) => ({
          ...shownRun({ ...run, attempt: 1, status: "completed", conclusion: run.first }),
        })),
      cancelWorkflowRun: ({ run_id }: { run_id: number }) => {
        const run = this.#run(run_id);
        if (run === undefined || run.status === "completed") return Promise.reject(failure(409));
        this.github = cancel(this.github, run);
        return Promise.resolve(answer({}));
      },
    };
  }

  #run(id: number): Run | undefined {
    return this.github.runs.find((run) => run.id === id);
  }

  #checks() {
    return {
      listForRef: ({ ref }: { ref: string }) => {
        const conclusion = this.github.failing.includes(ref) ? "failure" : "success";
        const run = { id: 1, name: CHECK, app: null, status: "completed", conclusion, html_url: "" };
        return Promise.resolve(answer({ check_runs: [run] }));
      },
    };
  }

  #git() {
    return {
      getRef: ({ ref }: { ref: string }) => answerOf(this.#object(ref), (object) => ({ object })),
      getTag: ({ tag_sha }: { tag_sha: string }) => {
        const holder = this.github.claims[tag_sha.slice("claim:".length)];
        const message = JSON.stringify(holder === "waybill" ? { waybill: true } : { run_id: holder });
        return Promise.resolve(answer({ message, object: { type: "commit", sha: HEAD } }));
      },
      createTag: () => Promise.resolve(answer({ sha: "waybill's claim" })),
      createRef: ({ ref }: { ref: string }) =>
        this.#write(() => {
          const correlation = ref.replace("refs/waybill/claims/", "");
          if (this.github.claims[correlation] !== undefined) throw failure(422);
          const claims = sorted({ ...this.github.claims, [correlation]: "waybill" as const });
          this.github = { ...this.github, claims };
          return answer({});
        }),
      listMatchingRefs: () =>
        Promise.resolve(
          answer(
            VERSIONS.map((version) => ({
              ref: `refs/tags/v${version}`,
              object: { sha: this.#tagged(version) },
            })),
          ),
        ),
    };
  }

  #tagged(version: string): string {
    return taggedCommit(this.github, version);
  }

  #object(ref: string): { readonly type: string; readonly sha: string } | undefined {
    if (ref.startsWith("tags/")) return { type: "commit", sha: this.#tagged(ref.slice("tags/v".length)) };
    if (ref.startsWith("heads/")) return { type: "commit", sha: HEAD };
    const correlation = ref.replace("waybill/claims/", "");
    const isTaken = this.github.claims[correlation] !== undefined;
    return isTaken ? { type: "tag", sha: `claim:${correlation}` } : undefined;
  }

  #repos() {
    return {
      getCollaboratorPermissionLevel: ({ username }: { username: string }) => {
        const isGone = username === ada.login ? this.github.isDenied : this.github.revokedAt !== null;
        const role = isGone ? "read" : "maintain";
        const { id } = username === ada.login ? ada : wes;
        return Promise.resolve(answer({ user: { id }, role_name: role, permission: role }));
      },
      getCombinedStatusForRef: () => Promise.resolve(answer({ statuses: [] })),
      compareCommitsWithBasehead: ({ basehead }: { basehead: string }) =>
        Promise.resolve(answer(compare(basehead))),
      getContent: () => {
        const text = workflowText(this.#workflows);
        const content = Buffer.from(text).toString("base64");
        return Promise.resolve(answer({ type: "file", size: text.length, content, sha: "f".repeat(40) }));
      },
      listDeployments: () =>
        Promise.resolve(
          answer(
            Object.keys(this.github.deployments).map((correlation) => ({
              id: 1,
              payload: { correlation_id: correlation },
            })),
          ),
        ),
      createDeployment: ({ payload }: { payload: { correlation_id: string } }) =>
        this.#write(() => {
          const { correlation_id: correlation } = payload;
          const made = (this.github.deployments[correlation] ?? 0) + 1;
          if (made > 1) this.broken.push(`P2: ${correlation} has two deployment records`);
          const deployments = sorted({ ...this.github.deployments, [correlation]: made });
          this.github = { ...this.github, deployments };
          return answer({ id: 1 });
        }),
    };
  }
}

function answer<Data>(data: Data): { readonly data: Data; readonly headers: object } {
  return { data, headers: {} };
}

function answerOf<Found, Data>(found: Found | undefined, shape: (found: Found) => Data) {
  return found === undefined ? Promise.reject(failure(404)) : Promise.resolve(answer(shape(found)));
}

function failure(status: number): Error {
  return Object.assign(new Error(`GitHub answered ${status}`), {
    status,
    response: { headers: {}, data: {} },
  });
}

function runUrl(id: number): string {
  return `https://github.com/acme/shop/actions/runs/${id}`;
}

/** A run as GitHub shows it, in its webhooks as in its answers. */
export function shownRun({ id, attempt, status, conclusion, headSha, correlation, component }: Run) {
  return {
    id,
    run_attempt: attempt,
    status,
    conclusion,
    head_sha: headSha,
    html_url: runUrl(id),
    display_title: `Deploy ${component} ${correlation}`,
    event: "workflow_dispatch",
    path: ".github/workflows/deploy.yml@refs/tags/v1",
    actor: { login: BOT },
  };
}

const texts = new Map<string, string>();

function workflowText({ claims, adopts }: Workflows): string {
  const name = `${claims} ${adopts}`;
  const known = texts.get(name);
  if (known !== undefined) return known;
  const plain = deployWorkflow({ claims });
  const named = plain.replace("runs-on:", "environment: ${{ inputs.environment }}\n    runs-on:");
  const text = adopts ? named : plain;
  texts.set(name, text);
  return text;
}
