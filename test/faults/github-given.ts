/** How each effect comes about in a shop: what stands there before, and the effect itself. */
import type { GatesConfig } from "../../src/core/config/gates-model.ts";
import { parseConfig } from "../../src/core/config/index.ts";
import type { Effect, EffectType } from "../../src/core/effects.ts";
import { summarise } from "../../src/core/notes/index.ts";
import type { CommitSha, PromotionId, UserId } from "../../src/core/ids.ts";
import { plansOf } from "../../src/core/plans.ts";
import type { Cargo, PlanSnapshot, PromotionCause } from "../../src/core/promotion.ts";
import type { NotesSnapshot, NoticeView } from "../../src/core/release.ts";
import type { Bench, Shop } from "./github-bench.ts";

export type Of<Type extends EffectType> = Extract<Effect, { type: Type }>;

function planIn(shop: Shop): PlanSnapshot {
  const { repository } = shop;
  const text = repository.file(".github/waybill.yml") ?? "";
  const reading = parseConfig(text, { path: ".github/waybill.yml", repositoryName: "shop" });
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  const [plan] = plansOf(reading.config, shop.sha("main"), "main");
  if (plan === undefined) throw new Error("no environment");
  return plan;
}

const COMMAND = 77;
export const CORRELATION = "c77-api";

function cargoIn(shop: Shop): Cargo {
  return { version: "1.5.0", sha: shop.sha("v1.5.0"), tag: "v1.5.0", ref: "v1.5.0" };
}

function causeIn(bench: Bench): PromotionCause {
  const { id, login } = bench.sandbox.user("ana");
  return { kind: "command", by: { id: id as UserId, login }, commentId: COMMAND, issue: 1 };
}

function notesIn(shop: Shop): NotesSnapshot {
  const head = shop.sha("main");
  const base = { tag: "v1.5.0", version: "1.5.0", sha: shop.sha("v1.5.0") };
  const model = summarise([], { components: [], repository: "acme/shop" });
  return { base, head, model, commitCount: 1, unreadCount: 0, compareUrl: null };
}

export function noticeIn(shop: Shop, version = "1.5.1", released: NoticeView["released"] = null): NoticeView {
  const notes = notesIn(shop);
  return {
    version,
    commitCount: 1,
    notes,
    places: [],
    tag: `v${version}`,
    pipeline: ["prod"],
    released,
    closed: released !== null,
  };
}

export const told = (environment: string): Of<"comment"> => ({
  type: "comment",
  issue: 1,
  marker: `told-${environment}`,
  view: { template: "told", environment, version: "1.5.0", tag: "v1.5.0", url: null, proven: false },
});

export function live(shop: Shop, commentId: number | null): Of<"liveComment"> {
  return {
    type: "liveComment",
    issue: 1,
    marker: "c77",
    promotionId: "c77" as PromotionId,
    commentId,
    view: {
      template: "live",
      environment: "prod",
      version: "1.5.0",
      tag: "v1.5.0",
      sha: shop.sha("v1.5.0"),
      from: null,
      changeCount: 1,
      requestedBy: "ana",
      url: null,
      stage: commentId === null ? "preparing" : "delivered",
      position: null,
      behind: null,
      held: null,
      steps: [],
      done: 0,
      probes: [],
      problem: null,
    },
  };
}

/** The same as the first that is written of it. */
export function firstLive(shop: Shop): Of<"liveComment"> {
  return { ...live(shop, null), isFirst: true };
}

export const draw = (shop: Shop, more: Partial<Of<"drawNotice">> = {}): Of<"drawNotice"> => ({
  type: "drawNotice",
  serial: 1,
  issue: null,
  view: noticeIn(shop),
  ...more,
});

/** The notice as it was drawn before. */
export async function drawn(shop: Shop): Promise<{ issue: number }> {
  const end = await shop.arrange(draw(shop));
  const [event] = end.kind === "done" ? end.result : [];
  if (event?.type !== "NoticeDrawn" || event.issue === null) throw new Error("the notice was not drawn");
  return { issue: event.issue };
}

/** Production goes back to this version. */
export const incident = (issue: number | null, to = "1.4.2"): Of<"drawIncident"> => ({
  type: "drawIncident",
  incident: "c77" as PromotionId,
  issue,
  view: {
    environment: "prod",
    from: "1.5.0",
    to,
    bad: ["1.5.0"],
    entries: [{ kind: "asked", at: 0, version: to, by: "ana", reason: null, on: 1 }],
  },
});

/** The config is broken on the default branch, or was. */
export const brokenConfig = (issue: number | null, isMended = false): Of<"drawConfigIssue"> => ({
  type: "drawConfigIssue",
  issue,
  view: {
    path: ".github/waybill.yml",
    head: "a".repeat(40) as CommitSha,
    problems: [{ line: 1, column: 15, message: "this is a number; expected is a map", mend: "write a map" }],
    inForce: null,
    end: isMended ? { head: "b".repeat(40) as CommitSha } : null,
  },
});

/** A pull request of several commits stands open. */
export function previewed({ repository }: Shop): Of<"drawPreview"> {
  const commits = ["fix(api): round down", "wip"].map((message, at) => ({
    message,
    files: { [`b-${at}.txt`]: message },
  }));
  const number = repository.openPullRequest({ title: "fix(api): round down", author: "wes", commits });
  return { type: "drawPreview", number, unreleased: [], taken: [] };
}

/** Somebody gives a pull request another title, on GitHub's page. */
export async function retitled(
  { repository }: Shop,
  { sandbox }: Bench,
  number: number,
  title: string,
): Promise<void> {
  const token = sandbox.user("wes").token();
  const answer = await fetch(`${sandbox.url}/api/v3/repos/${repository.fullName}/pulls/${number}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ title }),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
}

export const drawDraft = (shop: Shop, more: Partial<Of<"drawDraft">> = {}): Of<"drawDraft"> => ({
  type: "drawDraft",
  serial: 1,
  draftReleaseId: null,
  view: noticeIn(shop),
  ...more,
});

/** The draft as it was drawn before. */
export async function drafted(shop: Shop): Promise<{ draftReleaseId: number }> {
  const end = await shop.arrange(drawDraft(shop));
  const [event] = end.kind === "done" ? end.result : [];
  if (event?.type !== "DraftDrawn") throw new Error("the draft was not drawn");
  return { draftReleaseId: event.draftReleaseId };
}

export const publish = (shop: Shop, draftReleaseId: number | null): Of<"publishRelease"> => ({
  type: "publishRelease",
  tag: "v1.5.0",
  sha: shop.sha("v1.5.0"),
  draftReleaseId,
  noticeSerial: draftReleaseId === null ? null : 1,
  view: { version: "1.5.0", tag: "v1.5.0", prerelease: false, notes: notesIn(shop) },
});

export const publishComponent = (shop: Shop): Of<"publishRelease"> => {
  const effect = publish(shop, null);
  const component = { name: "api", release: effect.tag };
  return {
    ...effect,
    tag: "api-v2.4.0",
    view: { ...effect.view, version: "2.4.0", tag: "api-v2.4.0", component },
  };
};

export const prepare = (shop: Shop, bench: Bench, replaces: "1.4.2" | null): Of<"prepareRollout"> => ({
  type: "prepareRollout",
  promotionId: "c77" as PromotionId,
  cargo: cargoIn(shop),
  cause: causeIn(bench),
  plan: planIn(shop),
  replaces: replaces === null ? null : { version: replaces, sha: shop.sha(`v${replaces}`) },
});

export const lookAtGates = (shop: Shop, bench: Bench, name: "checks" | "approvals"): Of<"lookAtGates"> => {
  const { promotionId, cargo, cause, plan, replaces } = prepare(shop, bench, "1.4.2");
  const gates: GatesConfig = {
    checks: { required: true, named: [{ name: "build", app: null }] },
    approvals: {
      count: 1,
      role: "write",
      users: [],
      teams: ["release-managers"],
      excludeAuthors: true,
      expiresMs: 1,
    },
  };
  const { id, login } = bench.sandbox.user("wes");
  return {
    type: "lookAtGates",
    nr: 1,
    names: [name],
    promotionId,
    cargo,
    cause,
    plan: { ...plan, environment: { ...plan.environment, gates } },
    replaces,
    approvers: [{ id: id as UserId, login }],
  };
};

export const cut = (shop: Shop, bench: Bench): Of<"cutTag"> => {
  const { id, login } = bench.sandbox.user("ana");
  const { permission } = planIn(shop).environment;
  return {
    type: "cutTag",
    cut: {
      version: "1.5.1",
      tag: "v1.5.1",
      sha: shop.sha("main"),
      branch: "main",
      cause: {
        kind: "command",
        by: { id: id as UserId, login },
        commentId: COMMAND,
        ordinal: 1,
        issue: 1,
        text: "/release",
        permission,
      },
    },
    after: { tag: "v1.5.0", sha: shop.sha("v1.5.0") },
  };
};

export const record = (shop: Shop, correlationId = CORRELATION): Of<"recordDeployment"> => ({
  type: "recordDeployment",
  correlationId,
  promotionId: "c77" as PromotionId,
  component: "api",
  environment: "prod",
  production: true,
  cargo: cargoIn(shop),
});

export const status = (
  deploymentId: number,
  state: "success" | "in_progress",
): Of<"setDeploymentStatus"> => ({
  type: "setDeploymentStatus",
  deploymentId,
  state,
  words: { version: "1.5.0", outcome: state === "success" ? "deployed" : "started" },
  logUrl: null,
  environmentUrl: null,
});

/** A deployment of Waybill's own that has succeeded. Answers its id. */
export async function recorded(shop: Shop, correlationId: string): Promise<number> {
  const end = await shop.arrange(record(shop, correlationId));
  const [event] = end.kind === "done" ? end.result : [];
  if (event?.type !== "DeploymentRecorded") throw new Error("the deployment was not recorded");
  await shop.arrange(status(event.deploymentId, "success"));
  return event.deploymentId;
}

export const dispatch = (shop: Shop, bench: Bench): Of<"dispatchRun"> => ({
  type: "dispatchRun",
  // So long ago that the rights and the tag are looked at once more.
  preparedAt: bench.now() - 60_000,
  cargo: cargoIn(shop),
  cause: causeIn(bench),
  plan: planIn(shop),
  correlationId: CORRELATION,
  workflow: "deploy.yml",
  ref: "v1.5.0",
  inputs: {
    environment: "prod",
    component: "api",
    version: "1.5.0",
    sha: shop.sha("v1.5.0"),
    correlation_id: CORRELATION,
  },
});

/** A run of the dispatch above. Answers its id. */
export async function dispatched(shop: Shop, bench: Bench, outcome: "never-start" | "hang"): Promise<number> {
  shop.repository.clearScript();
  shop.repository.script({ outcome });
  await shop.arrange(dispatch(shop, bench));
  await bench.sandbox.settled();
  const run = shop.repository.runs().at(-1);
  if (run === undefined) throw new Error("nothing runs");
  return run.id;
}

/** A person has the run made again: GitHub shows its second attempt then. */
export function runAgain(shop: Shop, bench: Bench, runId: number): Promise<void> {
  return actAs(shop, bench, `actions/runs/${runId}/rerun`);
}

async function actAs({ repository }: Shop, { sandbox }: Bench, path: string, body?: object): Promise<void> {
  const headers = {
    authorization: `token ${sandbox.user("ana").token()}`,
    "content-type": "application/json",
  };
  const { status } = await fetch(`${sandbox.url}/api/v3/repos/${repository.fullName}/${path}`, {
    method: "POST",
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (status >= 300) throw new Error(`GitHub answered ${status}`);
  await sandbox.settled();
}

export const trace = (bench: Bench, claims: boolean): Of<"traceRun"> => ({
  type: "traceRun",
  correlationId: CORRELATION,
  workflow: "deploy.yml",
  claims,
  since: bench.now(),
});

export const claim = (shop: Shop): Of<"takeClaim"> => ({
  type: "takeClaim",
  correlationId: CORRELATION,
  workflow: "deploy.yml",
  sha: shop.sha("v1.5.0"),
});

export const byHand = (shop: Shop, id: number): Of<"lookAtOutOfBand"> => ({
  type: "lookAtOutOfBand",
  run: {
    id,
    attempt: 1,
    environment: "prod",
    url: `https://github.example/acme/shop/actions/runs/${id}`,
    by: "ana",
    version: null,
    sha: shop.sha("v1.5.0"),
    certain: false,
  },
});

export const letIn = (shop: Shop): Of<"answerProtectionRule"> => ({
  type: "answerProtectionRule",
  environment: "prod",
  runId: shop.repository.runs().at(-1)?.id ?? 0,
  attempt: 1,
  deploymentId: null,
  state: "approved",
  words: { environment: "prod", reason: "ours", version: "1.5.0" },
});

/** A job of a run stands before an environment that has Waybill as its rule. */
export async function asking(shop: Shop, bench: Bench): Promise<Of<"answerProtectionRule">> {
  const path = ".github/workflows/deploy.yml";
  const named = (shop.repository.file(path) ?? "").replace(
    "    runs-on: ubuntu-latest\n",
    "    runs-on: ubuntu-latest\n    environment: ${{ inputs.environment }}\n",
  );
  shop.repository.commit({ message: "ci: name it", author: "ana", files: { [path]: named } });
  shop.repository.environment("prod", { customRule: true });
  const { workflow, inputs } = dispatch(shop, bench);
  await actAs(shop, bench, `actions/workflows/${workflow}/dispatches`, { ref: "main", inputs });
  return letIn(shop);
}
