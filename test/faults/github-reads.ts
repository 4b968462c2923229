/** Everything that is read at GitHub in order to decide: by the webhooks that are translated, and by the looks that find what no webhook told. */
import { newEnvironmentLane, type EnvironmentLane } from "../../src/core/environment.ts";
import type { LaneReader } from "../../src/core/ports.ts";
import type { LookSubject } from "../../src/core/reconciling.ts";
import { newRepositoryLane, type RepositoryLane } from "../../src/core/repository.ts";
import { changedFiles } from "../../src/github/changed-files.ts";
import type { GitHub } from "../../src/github/client.ts";
import { createReconciler } from "../../src/github/reconcile/index.ts";
import { createReportTranslator } from "../../src/github/report.ts";
import { translateWebhook } from "../../src/github/translate.ts";
import { NO_LANES } from "../support/no-lanes.ts";
import type { Bench, Shop } from "./github-bench.ts";
import { CORRELATION, dispatched, record, runAgain } from "./github-given.ts";

/** Reads by a connection that may be a fresh one, and answers what is decided by it. */
type Read = (github: GitHub) => Promise<unknown>;

export interface ReadScene {
  readonly name: string;
  /** Arranges the shop; what it reads there itself is not struck. */
  given(shop: Shop, bench: Bench): Read | Promise<Read>;
  /** Also what the server learns once is struck: its token, the repository's name and the App's. */
  readonly connects?: boolean;
  /** So many calls that of each kind only the first one is struck. */
  readonly isLong?: boolean;
  /** Only calls of these routes are struck: the others are those of another scene. */
  readonly only?: readonly string[];
}

const silent = { info() {}, warn() {}, error() {}, debug() {} };

interface Known {
  readonly repository?: Partial<RepositoryLane>;
  readonly environment?: Partial<EnvironmentLane>;
}

function lanesOf({ lane }: Shop, { repository = {}, environment }: Known = {}): LaneReader {
  return {
    ...NO_LANES,
    repositories: () => Promise.resolve([lane.repository]),
    environments: () => Promise.resolve(environment === undefined ? [] : ["prod"]),
    repository: () => Promise.resolve({ ...newRepositoryLane(), ...repository }),
    environment: () =>
      Promise.resolve(environment === undefined ? null : { ...newEnvironmentLane(), ...environment }),
  };
}

function told(shop: Shop, bench: Bench, name: string, payload: object, known?: Known): Read {
  const { installation, repository } = shop.lane;
  const origin = {
    installation: { id: installation },
    repository: { id: repository, default_branch: "main" },
  };
  const clock = { now: () => bench.now() };
  const lanes = lanesOf(shop, known);
  return (github) =>
    translateWebhook({ github, lanes, clock, logger: silent }, name, { ...origin, ...payload });
}

export const pushed = (ref: string) => (shop: Shop, bench: Bench) => told(shop, bench, "push", { ref });

const commanded = (text: string, by: string) => (shop: Shop, bench: Bench) => {
  const { id, login } = bench.sandbox.user(by);
  const comment = {
    id: 77,
    body: text,
    user: { id, login, type: "User" },
    created_at: new Date(bench.now()).toISOString(),
  };
  return told(shop, bench, "issue_comment", { action: "created", issue: { number: 1 }, comment });
};

function looked(
  shop: Shop,
  bench: Bench,
  subject: LookSubject,
  known?: Known,
  isStored = (_guid: string) => true,
) {
  const lanes = lanesOf(shop, known);
  return (github: GitHub, memory: unknown) =>
    createReconciler({
      github,
      lanes,
      isStored: (guid) => Promise.resolve(isStored(guid)),
      now: () => bench.now(),
      logger: silent,
    }).look(subject, memory);
}

function repositoryOf({ lane }: Shop): LookSubject {
  return { kind: "repository", installation: lane.installation, repository: lane.repository };
}

const lookedAt: ReadScene = {
  name: "a repository, looked at for the first time",
  given(shop, bench) {
    const look = looked(shop, bench, repositoryOf(shop));
    return (github) => look(github, null);
  },
};

const lost: ReadScene = {
  name: "a merge, a tag and a command, whose webhooks were lost",
  isLong: true,
  async given(shop, bench) {
    const look = looked(shop, bench, repositoryOf(shop));
    const { memory } = await look(shop.connect(), null);
    const { repository } = shop;
    repository.commit({ message: "feat: one more", author: "ana", files: { "a.txt": "one" } });
    repository.tag("v1.6.0", { by: "ana", annotated: true });
    repository.commit({ message: "fix: one more", author: "ana", files: { "a.txt": "more" } });
    repository.comment(1, "/promote prod 1.6.0", "ana");
    return (github) => look(github, memory);
  },
};

const strayRun: ReadScene = {
  name: "a run that nobody could tell of",
  only: [
    "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
    "GET /repos/{owner}/{repo}/actions/runs",
    "GET /repos/{owner}/{repo}/deployments",
  ],
  async given(shop, bench) {
    await dispatched(shop, bench, "never-start");
    const step = { stage: "needs-human", runId: null, workflow: "deploy.yml", correlationId: CORRELATION };
    const environment = { active: { steps: [step] } } as never;
    const plans = [{ environment: { name: "prod", components: {} } }] as never;
    const look = looked(shop, bench, repositoryOf(shop), { repository: { plans }, environment });
    const { memory } = await look(shop.connect(), null);
    return (github) => look(github, memory);
  },
};

const byHand: ReadScene = {
  name: "a run that somebody ran again, for one of two environments",
  isLong: true,
  async given(shop, bench) {
    await shop.perform(shop.connect(), record(shop), 1);
    const id = await dispatched(shop, bench, "hang");
    for (const turn of ["first", "again"]) {
      if (turn === "again") await runAgain(shop, bench, id);
      shop.repository.finishRun(id, "succeed");
      await bench.sandbox.settled();
    }
    const plans = ["red", "blue"].map((name) => ({
      environment: { name, components: { api: { workflow: "deploy.yml" } } },
      tagPattern: "v{version}",
    }));
    const run = {
      id,
      run_attempt: 2,
      status: "completed",
      conclusion: "success",
      head_sha: shop.sha("v1.5.0"),
      html_url: "https://github.example/run",
      event: "workflow_dispatch",
      path: ".github/workflows/deploy.yml",
    };
    const known = { repository: { plans: plans as never } };
    return told(shop, bench, "workflow_run", { workflow_run: run }, known);
  },
};

const installations: ReadScene = {
  name: "where the App is installed",
  given(shop, bench) {
    const look = looked(shop, bench, { kind: "installations" });
    const isThis = (one: LookSubject) => one.kind === "repository" && one.repository === shop.lane.repository;
    // One tenant that refuses must not hide the others: it is found by the next look, which comes all the same.
    let memory: unknown = null;
    let found = false;
    return async (github) => {
      for (let looks = 0; looks < 2 && !found; looks += 1) {
        const seen = await look(github, memory);
        found = seen.found.some(isThis);
        ({ memory } = seen);
      }
      return found;
    };
  },
};

const deliveries: ReadScene = {
  name: "a delivery that never arrived",
  async given(shop, bench) {
    const { sandbox } = bench;
    // Nobody listens there.
    sandbox.setWebhook({ url: "http://127.0.0.1:9/", secret: "nobody checks it" });
    const before = sandbox.deliveries.length;
    shop.repository.comment(1, "hello", "ana");
    await sandbox.settled();
    const guid = sandbox.deliveries.slice(before).find(({ event }) => event === "issue_comment")?.guid ?? "";
    sandbox.setWebhook(null);
    const look = looked(shop, bench, { kind: "deliveries" }, {}, (one) => one !== guid);
    return async (github) => {
      const { memory } = await look(github, null);
      // Sent again, or still watched: never forgotten.
      return (memory as { failed: { guid: string }[] }).failed.some((one) => one.guid === guid);
    };
  },
};

/** What is asked of GitHub before anything is decided. */
export const READS: readonly ReadScene[] = [
  {
    name: "the files that differ between two lines",
    given(shop) {
      const [older, newer] = ["side", "main"].map((branch) => {
        const files = { [`${branch}.txt`]: "changed\n" };
        shop.repository.commit({ branch, message: "chore: go apart", author: "ana", files });
        return shop.sha(branch);
      });
      if (older === undefined || newer === undefined) throw new Error("there are no two lines");
      const { installation, repository } = shop.lane;
      return async (github) => {
        const files = await changedFiles(await github.forRepository(installation, repository), older, newer);
        // Of a commit that is gone nobody knows the files: then everything counts as changed, and nothing is decided by them.
        if (files === null) throw new Error("it is not known");
        return files;
      };
    },
  },
  { name: "the branch, seen for the first time", given: pushed("refs/heads/main"), connects: true },
  {
    name: "the branch at a glance",
    async given(shop, bench) {
      const warm = shop.connect();
      const read = told(shop, bench, "push", { ref: "refs/heads/main" });
      await read(warm);
      shop.repository.commit({ message: "feat: one more", author: "ana", files: { "a.txt": "more" } });
      return () => read(warm);
    },
  },
  {
    name: "a lockfile that has changed since the base",
    given(shop, bench) {
      const files = { "package.json": JSON.stringify({ dependencies: { zod: "^4.0.0" } }) };
      shop.repository.commit({ message: "feat: a lockfile", author: "ana", files });
      return told(shop, bench, "push", { ref: "refs/heads/main" });
    },
    only: ["GET /repos/{owner}/{repo}/git/blobs/{file_sha}"],
  },
  {
    name: "a commit past pull requests, where a component has versions of its own",
    given(shop, bench) {
      const path = ".github/waybill.yml";
      const config = (shop.repository.file(path) ?? "").replace(
        /^  api: \{ /m,
        '  api: { tag: "api-v{version}", ',
      );
      shop.repository.commit({ message: "feat: api", author: "ana", files: { [path]: config } });
      shop.repository.tag("api-v2.3.0", { by: "ana" });
      shop.repository.commit({ message: "fix: api", author: "ana", files: { "api/server.txt": "more\n" } });
      return told(shop, bench, "push", { ref: "refs/heads/main" });
    },
    only: ["GET /repos/{owner}/{repo}/commits/{ref}"],
  },
  {
    name: "a branch without a release to count from",
    given(shop, bench) {
      for (const tag of ["v1.4.2", "v1.5.0"]) shop.repository.deleteTag(tag);
      return told(shop, bench, "push", { ref: "refs/heads/main" });
    },
  },
  { name: "a release's tag", given: pushed("refs/tags/v1.5.0") },
  {
    name: "a tag that is nearly a release's",
    given(shop, bench) {
      shop.repository.tag("1.6.0", { by: "ana", annotated: true });
      return told(shop, bench, "push", { ref: "refs/tags/1.6.0" });
    },
  },
  {
    name: "no config",
    given(shop, bench) {
      shop.repository.commit({
        message: "chore: no config",
        author: "ana",
        files: { ".github/waybill.yml": null },
      });
      return told(shop, bench, "push", { ref: "refs/heads/main" });
    },
  },
  { name: "a command to promote", given: commanded("/promote prod 1.5.0", "ana") },
  { name: "a command to release", given: commanded("/release", "ana") },
  { name: "a stranger's command", given: commanded("/promote prod 1.5.0", "rea") },
  {
    name: "another default branch",
    given(shop, bench) {
      const { repository: id } = shop.lane;
      const changes = { default_branch: { from: "master" } };
      return told(shop, bench, "repository", {
        action: "edited",
        changes,
        repository: { id, default_branch: "main" },
      });
    },
  },
  {
    name: "a run",
    connects: true,
    async given(shop, bench) {
      const id = await dispatched(shop, bench, "never-start");
      const run = {
        id,
        run_attempt: 1,
        status: "completed",
        conclusion: "success",
        head_sha: shop.sha("v1.5.0"),
        html_url: "https://github.example/run",
        event: "workflow_dispatch",
      };
      const environment = { active: { steps: [{}] } } as never;
      return told(shop, bench, "workflow_run", { workflow_run: run }, { environment });
    },
  },
  {
    name: "what a system reports, by the name of its repository",
    only: ["GET /repos/{owner}/{repo}/installation", "GET /repos/{owner}/{repo}"],
    given(shop, bench) {
      const [owner = "", repo = ""] = shop.repository.fullName.split("/");
      const clock = { now: () => bench.now() };
      const lanes = lanesOf(shop, { environment: {} });
      const said = { repository: "acme/shop", environment: "prod", version: "1.5.0" };
      return (github) =>
        createReportTranslator({ github, lanes, clock })({ owner, repo, secret: "KEY", at: 1, said });
    },
  },
  lookedAt,
  lost,
  strayRun,
  byHand,
  {
    name: "a job that asks to be let in",
    async given(shop, bench) {
      const run = await dispatched(shop, bench, "never-start");
      const url = `https://github.example/actions/runs/${run}/deployment_protection_rule`;
      const asked = { action: "requested", environment: "prod", deployment_callback_url: url };
      const plans = [{ environment: { name: "prod", components: {} } }] as never;
      return told(shop, bench, "deployment_protection_rule", asked, { repository: { plans } });
    },
  },
  installations,
  deliveries,
];

/** What was decided, without what differs in any two shops: names, commits, numbers and times. */
export function plainly(shop: Shop, decided: unknown): string {
  return (JSON.stringify(decided) ?? "nothing")
    .replaceAll(shop.repository.fullName, "acme/shop")
    .replaceAll(/\b[0-9a-f]{7,}\b/g, "SHA")
    .replaceAll(/\b\d{4,}\b/g, "N")
    .replaceAll(/"(installation|repository|until)":\d+/g, '"$1":N');
}
