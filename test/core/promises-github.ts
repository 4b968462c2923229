/** A GitHub for the world of the promises: runs that claim, comments; and what Waybill does there, as `src/github/effects` does it. */
import { lateToBegin } from "../../src/core/commands/late.ts";
import type { Effect } from "../../src/core/effects.ts";
import type { RunObservation, WaybillEvent } from "../../src/core/events.ts";
import type { CommitSha } from "../../src/core/ids.ts";
import type { Problem, PromotionCause, StepPlan } from "../../src/core/promotion.ts";
import type { ParkReason } from "../../src/core/standing.ts";
import type { CommentView } from "../../src/core/views.ts";
import { sha } from "./given.ts";
import { FakeRepository } from "./promises-repository.ts";
import { isOverBadly, type Run } from "./promises-runs.ts";

/** What becomes of doing a job. */
export type Fate =
  | "done"
  /** The process dies before it did anything; or after, before it could write down what it saw. */
  | "dies-before"
  | "dies-after"
  /** GitHub did it but nobody heard; did not do it and nobody heard; does it only after a while and nobody heard. */
  | "lost-after"
  | "lost-before"
  | "lost-late"
  | "refused"
  | "given-up"
  /** GitHub says 404 of what is there. */
  | "hidden"
  /** The tag was moved just before the dispatch. */
  | "moved";

export interface Comment {
  readonly issue: number;
  readonly marker: string;
  view: CommentView;
}

export interface WorldOptions {
  readonly claims: boolean;
  readonly adopts: boolean;
  readonly config: string;
  /** Whether a run may succeed without bringing anything. */
  readonly lies: boolean;
  /** Whether commands never count as too old, however late they are heard. */
  readonly isPunctual: boolean;
}

/** How long a lost run is looked for. */
const PATIENCE_MS = 60_000;
/** For so long what was looked at before the rollout counts, and a component is dispatched without another look. */
const LOOK_HOLDS_MS = 30_000;

function settingsOf(placed: Pick<StepPlan, "settings"> | undefined): Pick<StepPlan, "settings"> {
  return placed?.settings === undefined ? {} : { settings: placed.settings };
}

/** GitHub, and the systems that its runs deploy. */
export class FakeGitHub extends FakeRepository {
  readonly runs: Run[] = [];
  readonly claims = new Map<string, string>();
  readonly deployments = new Map<string, number>();
  readonly comments: Comment[] = [];
  readonly reactions: string[] = [];
  /** What each environment's component really runs. */
  readonly running = new Map<string, { version: string; sha: string }>();
  /** What went against a promise while it went on. */
  readonly broken: string[] = [];
  readonly options: WorldOptions;

  constructor(options: WorldOptions) {
    super(options.config);
    this.options = options;
  }

  /** With a repository that is deleted, its runs are; all else of why Waybill may not act leaves them alone. */
  override leave(reason: ParkReason): void {
    super.leave(reason);
    const going = reason === "deleted" ? this.runs.filter((run) => run.status !== "completed") : [];
    for (const run of going) this.#finish(run, "cancelled");
  }

  // ---- GitHub's runs

  /** A run goes one step on: it is seen, begins with its claim, or ends. */
  goOn(run: Run, conclusion: "success" | "failure"): void {
    if (run.status === "coming") run.status = "queued";
    else if (run.status === "queued") this.#begin(run);
    else if (run.status === "in_progress") this.#finish(run, conclusion);
  }

  #begin(run: Run): void {
    if (this.options.claims) {
      // A claim is written into the repository, which takes nothing while it is archived.
      const isTaken = this.away?.reason === "archived" || this.claims.has(run.correlationId);
      if (isTaken) return this.#finish(run, "failure");
      this.claims.set(run.correlationId, `run ${run.id}`);
    }
    const other = this.runs.find(
      (one) =>
        one.claimed &&
        one.attempt === 1 &&
        one.status === "in_progress" &&
        one.environment === run.environment &&
        one.promotionId !== run.promotionId,
    );
    if (other !== undefined)
      this.broken.push(`P1: ${run.correlationId} and ${other.correlationId} run at once`);
    const twin = this.runs.find(
      (one) =>
        one !== run &&
        one.claimed &&
        one.promotionId === run.promotionId &&
        one.component === run.component &&
        // A run that was seen to fail may be followed by another one; that a person then runs the first again is no doing of Waybill's.
        (one.correlationId === run.correlationId || (one.attempt === 1 && !isOverBadly(one))),
    );
    if (twin !== undefined) this.broken.push(`P2: ${run.correlationId} runs twice`);
    run.claimed = true;
    run.status = "in_progress";
  }

  /** Somebody runs it again; the claim step stops it, where there is one. */
  rerun(run: Run): void {
    run.attempt += 1;
    run.status = "in_progress";
    run.conclusion = null;
  }

  #finish(run: Run, conclusion: string): void {
    run.status = "completed";
    run.conclusion = conclusion;
    const brings = !this.options.lies || run.id % 5 > 0;
    if (conclusion === "success" && run.attempt === 1 && brings)
      this.running.set(`${run.environment}/${run.component}`, { version: run.version, sha: run.inputSha });
  }

  observe(run: Run): RunObservation {
    const { id, attempt, headSha, byWaybill, correlationId } = run;
    const status = run.status === "coming" ? "queued" : run.status;
    const title = `Deploy ${correlationId}`;
    return {
      id,
      attempt,
      status,
      conclusion: run.conclusion,
      headSha,
      url: `https://github.example/runs/${id}`,
      title,
      workflow: "deploy.yml",
      dispatched: true,
      byWaybill,
    };
  }

  // ---- GitHub's part, as `src/github/effects` plays it

  /** Does what an effect asks for, and answers what is seen of it. */
  perform(effect: Effect, attempt: number, fate: Fate): WaybillEvent[] {
    const at = this.now;
    switch (effect.type) {
      case "react":
        this.reactions.push(`${effect.commentId} ${effect.content}`);
        return [];
      case "comment":
        if (!this.#stands(effect, attempt))
          this.comments.push({ issue: effect.issue, marker: effect.marker, view: effect.view });
        return [];
      case "liveComment": {
        const known = this.comments.find(
          (one) => one.marker === effect.marker && one.view.template === "live",
        );
        if (known === undefined)
          this.comments.push({ issue: effect.issue, marker: effect.marker, view: effect.view });
        else known.view = effect.view;
        return [{ type: "LiveCommentWritten", at, promotionId: effect.promotionId, commentId: 1 }];
      }
      case "keepChangelog":
      case "keepReceipt":
      case "tellChannel":
      case "lookAtAssets":
        return [];
      case "drawNotice":
        return [{ type: "NoticeDrawn", at, serial: effect.serial, issue: 500 + effect.serial }];
      case "drawIncident":
        return [{ type: "IncidentDrawn", at, incident: effect.incident, issue: 900 }];
      case "drawDraft":
        return [{ type: "DraftDrawn", at, serial: effect.serial, draftReleaseId: 1 }];
      case "lookForCommit": {
        const contained = this.place(effect.sha) <= this.place(effect.running);
        return [
          {
            type: "ContainmentSeen",
            at,
            version: effect.version,
            environment: effect.environment,
            contained,
          },
        ];
      }
      // No environment of this world has a database.
      case "readRecoveryPoint":
      // Nor an open pull request.
      case "drawPreview":
      // Nor a broken config.
      case "drawConfigIssue":
      case "answerProtectionRule":
      case "lookAtOutOfBand":
        return [];
      case "lookAtEnvironment":
        return [this.#lookAround(effect.environment)];
      // No environment of this world has gates that look at the world outside.
      case "lookAtGates":
        return [];
      case "prepareRollout":
        return [this.#prepare(effect)];
      case "recordDeployment": {
        const made = this.deployments.get(effect.correlationId);
        if (made !== undefined && attempt === 1)
          this.broken.push(`P2: two deployments for ${effect.correlationId}`);
        const deploymentId = made ?? this.deployments.size + 1;
        this.deployments.set(effect.correlationId, deploymentId);
        return [{ type: "DeploymentRecorded", at, correlationId: effect.correlationId, deploymentId }];
      }
      case "askVersion": {
        const places = effect.component === null ? ["api", "web"] : [effect.component];
        const versions = places.map(
          (one) => this.running.get(`${this.#environmentOf(effect.promotionId)}/${one}`)?.version ?? null,
        );
        const observed =
          fate === "hidden"
            ? null
            : (versions.find((one) => one !== effect.cargo.version) ?? versions[0] ?? null);
        const outcome =
          observed === null ? "no-answer" : observed === effect.cargo.version ? "confirmed" : "other-version";
        const evidence = { at, url: effect.config.url, outcome, observed, detail: "" } as const;
        const { promotionId, component, probe } = effect;
        return [{ type: "VersionObserved", at, promotionId, component, probe, evidence }];
      }
      case "dispatchRun":
        return this.#dispatch(effect, attempt, fate);
      case "traceRun":
      case "takeClaim":
        return [this.#trace(effect)];
      case "lookAtRun":
        return [this.#look(effect, fate)];
      case "removeClaim":
        // Days later. GitHub lets no job wait for so long: whatever was still to come has come by now.
        for (const run of this.runs)
          while (run.correlationId === effect.correlationId && run.status !== "completed")
            this.goOn(run, "success");
        this.claims.delete(effect.correlationId);
        return [];
      case "cancelRun": {
        const run = this.runs.find((one) => one.id === effect.runId);
        if (run !== undefined && run.status !== "completed" && fate !== "refused")
          this.#finish(run, "cancelled");
        return [];
      }
      case "lookAtStanding": {
        // A lapse, or another App's key: GitHub denies what is there.
        const denied = { kind: "parked", reason: "uninstalled", since: null } as const;
        this.now += 1;
        const standing = fate === "hidden" ? denied : this.standing(effect.hint);
        return [{ type: "StandingSeen", at, standing, hint: effect.hint, environments: [] }];
      }
      case "catchUp":
        return this.missed(effect.known ?? []);
      case "askMeasures":
      case "adoptDeployment":
      case "cutTag":
      case "openHotfix":
      case "lookAtHotfix":
      case "openForwardPort":
      case "lookAtForwardPort":
      case "lookAtTag":
      case "publishRelease":
      case "label":
      case "retireDeployments":
      case "setDeploymentStatus":
      case "tellLane":
      case "wake":
        return [];
    }
  }

  /** Whether the comment is there already; looked for only where it may be. */
  #stands(effect: Extract<Effect, { type: "comment" }>, attempt: number): boolean {
    const mayStand = attempt > 1 || effect.lookFirst === true;
    return (
      mayStand && this.comments.some((one) => one.marker === effect.marker && one.issue === effect.issue)
    );
  }

  #environmentOf(promotion: string): string {
    return this.runs.find((run) => run.promotionId === promotion)?.environment ?? "";
  }

  #lookAround(environment: string): WaybillEvent {
    const runs = this.runs
      .filter(({ status }) => status !== "completed" && status !== "coming")
      .map((run) => ({ ...this.observe(run), environment: run.environment }))
      .map(({ id, url, title, environment: its }) => ({ id, url, title, environment: its }));
    const recent = this.runs.some((run) => run.status === "coming" && run.environment === environment);
    return { type: "EnvironmentSeen", at: this.now, environment, runs, recent };
  }

  #prepare(effect: Extract<Effect, { type: "prepareRollout" }>): WaybillEvent {
    const { promotionId, cargo, cause, replaces, plan } = effect;
    const problem = this.#rightOf(cause, plan.environment.name);
    if (problem !== null) return { type: "RolloutRefused", at: this.now, promotionId, problem };
    if (replaces !== null && this.place(cargo.sha) < this.place(replaces.sha)) {
      const detail = {
        version: cargo.version,
        environment: plan.environment.name,
        running: replaces.version,
      };
      return {
        type: "RolloutRefused",
        at: this.now,
        promotionId,
        problem: { code: "older-than-delivered", detail },
      };
    }
    const steps = plan.components.map(({ name, needs }): StepPlan => ({
      component: name,
      needs,
      workflow: "deploy.yml",
      inputs: { environment: plan.environment.name, component: name, version: cargo.version, sha: cargo.sha },
      claims: this.options.claims,
      adoptsDeployment: this.options.adopts,
      ...settingsOf(plan.environment.components[name]),
    }));
    return { type: "RolloutPrepared", at: this.now, promotionId, steps, changeCount: 1, pulls: [] };
  }

  #rightOf(cause: PromotionCause, environment: string): Problem | null {
    if (cause.kind !== "command" || this.mayCommand) return null;
    return { code: "not-allowed-any-more", detail: { login: cause.by.login, environment } };
  }

  /** Why a component is not dispatched: it was held too long, its right is gone, or GitHub will not have it. */
  #objection(effect: Extract<Effect, { type: "dispatchRun" }>, fate: Fate): Problem | null {
    const { begins, cause, plan, preparedAt } = effect;
    const late = begins === undefined ? null : lateToBegin("/promote", begins, this.now);
    if (late !== null) return late;
    const isLong = this.now - preparedAt >= LOOK_HOLDS_MS;
    const revoked = isLong ? this.#rightOf(cause, plan.environment.name) : null;
    if (revoked !== null) return revoked;
    return fate === "refused" ? { code: "dispatch-refused", detail: { status: 422 } } : null;
  }

  #dispatch(effect: Extract<Effect, { type: "dispatchRun" }>, attempt: number, fate: Fate): WaybillEvent[] {
    const { correlationId, inputs } = effect;
    const answerLost: WaybillEvent = { type: "DispatchAnswerLost", at: this.now, correlationId };
    if (attempt > 1) return [answerLost];
    const problem = this.#objection(effect, fate);
    if (problem !== null) return [{ type: "DispatchRefused", at: this.now, correlationId, problem }];
    if (fate === "lost-before") return [answerLost];
    const component = inputs["component"] ?? "";
    const run: Run = {
      id: 100 + this.runs.length,
      correlationId,
      environment: inputs["environment"] ?? "",
      component,
      promotionId: correlationId.replace(/^again-|--\d+$/g, "").slice(0, -component.length - 1),
      version: inputs["version"] ?? "",
      headSha: fate === "moved" ? sha("bad") : ((inputs["sha"] ?? "") as CommitSha),
      inputSha: inputs["sha"] ?? "",
      byWaybill: true,
      status: fate === "lost-late" ? "coming" : "queued",
      conclusion: null,
      attempt: 1,
      claimed: false,
    };
    this.runs.push(run);
    if (fate === "lost-after" || fate === "lost-late") return [answerLost];
    return [
      { type: "RunStarted", at: this.now, correlationId, runId: run.id, runUrl: this.observe(run).url },
    ];
  }

  #trace(effect: Extract<Effect, { type: "traceRun" | "takeClaim" }>): WaybillEvent {
    const { correlationId } = effect;
    const found = this.runs.find((run) => run.correlationId === correlationId && run.status !== "coming");
    const holder = this.claims.get(correlationId);
    const at = this.now;
    if (effect.type === "takeClaim" && holder === undefined) this.claims.set(correlationId, "waybill");
    if (holder === "waybill" || (effect.type === "takeClaim" && holder === undefined))
      return { type: "ClaimTaken", at, correlationId };
    if (found !== undefined)
      return { type: "RunStarted", at, correlationId, runId: found.id, runUrl: this.observe(found).url };
    const since = effect.type === "traceRun" ? effect.since : at;
    return { type: "RunNotSeen", at, correlationId, lookedLongEnough: at - since >= PATIENCE_MS };
  }

  #look(effect: Extract<Effect, { type: "lookAtRun" }>, fate: Fate): WaybillEvent {
    const run = this.runs.find((one) => one.id === effect.runId);
    if (run === undefined || fate === "hidden")
      return { type: "RunGone", at: this.now, correlationId: effect.correlationId };
    return { type: "RunObserved", at: this.now, run: this.observe(run) };
  }
}
