/** What people do in a case, and what they remember of it: the repository, its releases, the commands that were given. */
import type { InstallationId, RepositoryId } from "../../src/core/ids.ts";
import type { SandboxRepository } from "../../src/sandbox/index.ts";
import type { Command } from "../judge.ts";
import type { Random } from "../random.ts";
import type { GitHub } from "./github.ts";
import type { Setting } from "./setting.ts";

const OUTCOMES = ["succeed", "succeed", "succeed", "fail", "hang"] as const;

const MINUTE = 60_000;

/** Has something done by people after a while. */
export type Later = (ms: number, run: () => void) => void;

export class People {
  readonly shop: SandboxRepository;
  readonly github: GitHub;
  readonly setting: Setting;
  /** What Waybill has to answer: given by people who have a say. */
  readonly commands: Command[] = [];
  /** The commit of each release, as it was tagged first. */
  readonly releases = new Map<string, string>();
  readonly thread: number;
  /** The markers of Waybill's comments that somebody has deleted. */
  readonly deleted: string[] = [];
  /** Whether something may hold a promotion while others pass it. */
  mayHold = false;
  /** What somebody will put right before the case ends. */
  readonly #amends: (() => void)[] = [];
  readonly #installation: InstallationId;
  #merged = 0;

  constructor(github: GitHub, setting: Setting, random: Random, later: Later) {
    this.github = github;
    this.setting = setting;
    this.mayHold = setting.approvals;
    this.shop = github.sandbox.repository("acme/shop", {
      collaborators: { ana: "maintain", wes: "write" },
      files: { ".github/waybill.yml": setting.config, ".github/workflows/deploy.yml": setting.workflow },
      install: true,
    });
    this.#installation = this.shop.install() as InstallationId;
    for (const version of setting.versions) this.release(version);
    this.thread = this.shop.openIssue({ title: "Talk", author: "ana" });
    this.shop.script({
      delayMs: setting.stageMs,
      outcome: ({ run }) => {
        const outcome = setting.runsFail ? random.of(OUTCOMES) : "succeed";
        if (outcome === "hang")
          later(random.of([5, 30]) * MINUTE, () =>
            this.shop.finishRun(run.id, random.of(["succeed", "fail"])),
          );
        return outcome;
      },
    });
  }

  merge(subject: string): void {
    this.#merged += 1;
    const files = { [`changes/${this.#merged}.txt`]: `${subject}\n` };
    this.shop.commit({ message: subject, author: "ana", files });
  }

  /** Merges something, and tags it. */
  release(version: string): void {
    this.merge(`feat: ${version}`);
    this.shop.tag(`v${version}`, { by: "ana" });
    this.releases.set(version, this.shop.sha() ?? "");
  }

  /** Writes a file on the default branch. */
  write(path: string, text: string): void {
    this.shop.commit({ message: `chore: ${path}`, author: "ana", files: { [path]: text } });
  }

  /** Runs a completed run again, as a button of GitHub's does. */
  rerun(runId: number): void {
    const token = this.github.sandbox.user("ana").token();
    void this.github.sandbox.answer({
      method: "POST",
      url: `/api/v3/repos/${this.shop.fullName}/actions/runs/${runId}/rerun`,
      headers: { authorization: `Bearer ${token}` },
      body: () => Promise.resolve(Buffer.from("{}")),
      isGone: () => false,
    });
  }

  /** Gives a command. */
  command(text: string, by = "ana"): void {
    const id = this.shop.comment(this.thread, text, by);
    this.commands.push({ id, text });
  }

  /** The tenant, as Waybill names it. */
  get place(): { readonly installation: InstallationId; readonly repository: RepositoryId } {
    return { installation: this.#installation, repository: this.shop.id as RepositoryId };
  }

  /** What somebody says who has looked at runs of which nobody knows whether they began: ` delivered`, ` failed`, or nothing where there is none. */
  seen(correlationIds: readonly string[]): string {
    if (correlationIds.length === 0) return "";
    const { deployments } = this.github.sandbox.record;
    const isDone = (id: string): boolean =>
      deployments.some((one) => one.correlation_id === id && one.outcome === "succeed");
    return correlationIds.every(isDone) ? " delivered" : " failed";
  }

  /** Will be put right before the case ends. */
  amend(what: () => void): void {
    this.#amends.push(what);
  }

  /** Puts right what was done amiss, the latest first. */
  putRight(): void {
    for (const amend of this.#amends.splice(0).toReversed()) amend();
  }
}
