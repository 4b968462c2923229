import { pendingOf, review } from "./actions/protection.ts";
import { finishRun } from "./actions/runner.ts";
import { targetOf } from "./actions/targets.ts";
import type { Rule, Target } from "./actions/types.ts";
import { addCheck, emitCheck, finishCheck } from "./domain/checks.ts";
import { commitFiles, writeCommit, resolveCommit, signatureOf } from "./domain/commits.ts";
import { addComment, deleteComment, editComment, openIssue, react } from "./domain/issues.ts";
import type { MergeMethod } from "./domain/pulls.ts";
import { mergePull, openPull, pullsOfCommit } from "./domain/pulls.ts";
import { pushRefs } from "./domain/refs.ts";
import { commitsBetween } from "./git/graph.ts";
import { addCommitStatus } from "./domain/statuses.ts";
import type { FileContent } from "./git/store.ts";
import type { Comment, CommitStatus, Issue, Reaction, ReactionContent } from "./state.ts";
import { sameSubject } from "./views/issues.ts";
import { isPull } from "./views/pulls.ts";
import { RepositorySettings } from "./repository-settings.ts";
import * as show from "./sandbox-shapes.ts";

export interface CommitOptions {
  branch?: string;
  message: string;
  files?: Readonly<Record<string, FileContent>>;
  author?: string;
}

export interface PullOptions {
  title: string;
  body?: string;
  author?: string;
  /** Name of the head branch; made up if absent. */
  branch?: string;
  base?: string;
  /** It comes from a fork of this account: its branch and its commits are there. */
  fork?: string;
  /** Files of a single commit with the pull request's title … */
  files?: Readonly<Record<string, FileContent>>;
  /** … or the commits themselves. */
  commits?: readonly { message: string; files?: Readonly<Record<string, FileContent>>; author?: string }[];
}

/** One repository of the stand-in, driven as people would drive it. Every act sends the webhooks that GitHub would. */
export class SandboxRepository extends RepositorySettings {
  /** The commit that a branch, tag or SHA stands for; null if there is none. */
  sha(name = this.state.defaultBranch): string | null {
    return resolveCommit(this.state, name);
  }

  /** All refs and the objects that they name. */
  refs(): Record<string, string> {
    return Object.fromEntries(this.state.refs);
  }

  /** Text of a file on a branch, tag or commit; null if there is none. */
  file(path: string, ref = this.state.defaultBranch): string | null {
    const sha = this.sha(ref);
    return sha === null ? null : this.state.store.fileText(sha, path);
  }

  /** Pushes a commit; @returns its SHA. */
  commit({ author, ...change }: CommitOptions): string {
    return commitFiles(this.world, this.state, { ...change, author: this.person(author) });
  }

  /** Opens a pull request from a new branch. @returns its number. */
  openPullRequest(options: PullOptions): number {
    const { title, body } = options;
    const base = options.base ?? this.state.defaultBranch;
    const head = options.branch ?? `change-${this.state.nextNumber}`;
    const author = this.person(options.author);
    const number = this.state.nextNumber;
    const usual = { [`changes/${number}.txt`]: `${title}\n` };
    const commits = options.commits ?? [{ message: title, files: options.files ?? usual }];
    const fork = options.fork === undefined ? null : this.person(options.fork);
    let tip = resolveCommit(this.state, base);
    for (const commit of commits) {
      const by = commit.author === undefined ? author : this.person(commit.author);
      const change = { message: commit.message, files: commit.files ?? {}, author: by };
      tip =
        fork === null
          ? commitFiles(this.world, this.state, { branch: head, from: base, ...change })
          : writeCommit(this.world, this.state, tip, change);
    }
    const opened = openPull(this.world, this.state, {
      title,
      body: body ?? null,
      head,
      base,
      author: { account: author, app: null },
      ...(fork === null ? {} : { fork: { owner: fork, sha: tip ?? "" } }),
    });
    return opened.number;
  }

  /** Merges a pull request. @returns the SHA that the base branch is at now. @throws on a conflict. */
  mergePullRequest(
    number: number,
    options: { by?: string; method?: MergeMethod; title?: string; message?: string } = {},
  ): string {
    const issue = this.#issue(number);
    if (!isPull(issue) || issue.state !== "open") throw new Error(`#${number} is no open pull request.`);
    const { by, method = "merge", title, message } = options;
    const sha = mergePull(this.world, this.state, issue, {
      method,
      by: this.person(by),
      ...(title === undefined ? {} : { title }),
      ...(message === undefined ? {} : { message }),
    });
    if (sha === null) throw new Error(`#${number} conflicts with its base.`);
    return sha;
  }

  /** Pushes a tag. @returns the SHA that the ref names: the tag object's for an annotated one. */
  tag(
    name: string,
    options: { sha?: string; annotated?: boolean; message?: string; by?: string } = {},
  ): string {
    const [sha = ""] = this.tags([name], options);
    return sha;
  }

  /** Pushes several tags at once; more than three send no webhook. */
  tags(
    names: readonly string[],
    options: { sha?: string; annotated?: boolean; message?: string; by?: string } = {},
  ): string[] {
    const by = this.person(options.by);
    const changes = names.map((name) => ({ ref: `refs/tags/${name}`, sha: this.#tagged(name, options) }));
    pushRefs(this.world, this.state, changes, by);
    return changes.map((change) => change.sha);
  }

  /** Moves a tag to another commit, by force. */
  moveTag(name: string, sha: string, options: { annotated?: boolean; by?: string } = {}): string {
    return this.tag(name, { ...options, sha });
  }

  deleteTag(name: string, options: { by?: string } = {}): void {
    const change = { ref: `refs/tags/${name}`, sha: null };
    pushRefs(this.world, this.state, [change], this.person(options.by));
  }

  /** Deletes a branch; open pull requests from or to it are closed with it. */
  deleteBranch(name: string, options: { by?: string } = {}): void {
    const change = { ref: `refs/heads/${name}`, sha: null };
    pushRefs(this.world, this.state, [change], this.person(options.by));
  }

  /** Opens an issue. @returns its number. */
  openIssue(options: { title: string; body?: string; author?: string; labels?: readonly string[] }): number {
    const author = { account: this.person(options.author), app: null };
    const { title, body = null, labels = [] } = options;
    return openIssue(this.world, this.state, { title, body, labels, author }).number;
  }

  /** Writes a comment as a person. @returns its id. */
  comment(issueNumber: number, body: string, by?: string): number {
    const author = { account: this.person(by), app: null };
    return addComment(this.world, this.state, this.#issue(issueNumber), body, author).id;
  }

  editComment(id: number, body: string, by?: string): void {
    const comment = this.#comment(id);
    const account = by === undefined ? comment.user : this.person(by);
    editComment(this.world, this.state, comment, body, account);
  }

  deleteComment(id: number, by?: string): void {
    const comment = this.#comment(id);
    const account = by === undefined ? comment.user : this.person(by);
    deleteComment(this.world, this.state, comment, account);
  }

  react(commentId: number, content: ReactionContent, by?: string): void {
    const subject = { kind: "comment", id: this.#comment(commentId).id } as const;
    react(this.world, this.state, subject, content, this.person(by));
  }

  /** Issues and pull requests, oldest first. */
  issues(): show.ShownIssue[] {
    return [...this.state.issues.values()].map(show.issue);
  }

  /** Merged pull requests that the commits between two belong to; `head` is the default branch unless it is named. */
  mergedBetween(base: string, head = this.state.defaultBranch): show.ShownIssue[] {
    const [from, to] = [this.sha(base), this.sha(head)];
    if (to === null) return [];
    const commits = commitsBetween(this.state.store, from, to);
    const pulls = commits.flatMap(({ sha }) => pullsOfCommit(this.state, sha));
    const merged = new Set(pulls.filter(({ pull }) => pull.mergedAt !== null));
    return [...merged].sort((a, b) => a.number - b.number).map(show.issue);
  }

  /** Comments of an issue, oldest first; of all without a number. */
  comments(issueNumber?: number): show.ShownComment[] {
    return [...this.state.comments.values()]
      .filter((comment) => issueNumber === undefined || comment.issueNumber === issueNumber)
      .map(show.comment);
  }

  /** Reactions to a comment. */
  reactions(commentId: number): show.ShownReaction[] {
    return this.#reactionsTo({ kind: "comment", id: commentId });
  }

  /** Reactions to an issue. */
  issueReactions(issueNumber: number): show.ShownReaction[] {
    return this.#reactionsTo({ kind: "issue", number: issueNumber });
  }

  releases(): show.ShownRelease[] {
    return this.state.releases.map(show.release);
  }

  /** An upload to a release breaks off half way: an empty file of that name is left behind, as GitHub leaves one. */
  breakUpload(tagName: string, name: string): void {
    const release = this.state.releases.find((one) => one.tagName === tagName);
    if (release === undefined) throw new Error(`there is no release ${tagName}`);
    const { ids, clock } = this.world;
    release.assets.push({
      id: ids.next("asset"),
      name,
      label: null,
      contentType: "application/json",
      data: Buffer.alloc(0),
      uploader: release.author,
      createdAt: clock.now(),
    });
  }

  deployments(): show.ShownDeployment[] {
    return this.state.deployments.map(show.deployment);
  }

  runs(): show.ShownRun[] {
    return [...this.state.runs.values()].map(show.run);
  }

  /** Says something about a commit (a branch, tag or SHA), as a service would. */
  setStatus(ref: string, status: { state: CommitStatus["state"]; context?: string; by?: string }): void {
    const sha = this.sha(ref);
    if (sha === null) throw new Error(`${this.fullName} has no commit ${ref}.`);
    const { state, context = "default", by } = status;
    const fields = { sha, state, context, description: null, targetUrl: null, creator: this.person(by) };
    addCommitStatus(this.world, this.state, fields);
  }

  /** Makes a check run of GitHub Actions at a commit (a branch, tag or SHA), as a workflow's job does. @returns its id */
  check(ref: string, name: string, conclusion: string | null = null): number {
    const sha = this.sha(ref);
    if (sha === null) throw new Error(`${this.fullName} has no commit ${ref}.`);
    return addCheck(this.world, this.state, { sha, name, conclusion }).id;
  }

  /** Ends a check run. */
  finishCheck(id: number, conclusion: string): void {
    const check = this.state.checkRuns.get(id);
    if (!check) throw new Error(`${this.fullName} has no check run ${id}.`);
    finishCheck(this.world, this.state, check, conclusion);
  }

  /** Asks the App to check again, by the button on GitHub's page. */
  rerequestCheck(id: number, by?: string): void {
    const check = this.state.checkRuns.get(id);
    if (!check) throw new Error(`${this.fullName} has no check run ${id}.`);
    emitCheck(this.world, this.state, check, "rerequested", this.person(by));
  }

  checkRuns(): show.ShownCheck[] {
    return [...this.state.checkRuns.values()].map(show.check);
  }

  /** Adds a rule for how runs end; later rules win. */
  script(rule: Rule): void {
    this.state.rules.push({ ...rule });
  }

  clearScript(): void {
    this.state.rules.length = 0;
  }

  /** A reviewer approves or rejects what waits before the run's environments (default: all). @throws if it is not theirs to say. */
  reviewDeployments(
    runId: number,
    options: {
      state: "approved" | "rejected";
      by: string;
      environments?: readonly string[];
      comment?: string;
    },
  ): void {
    const run = this.state.runs.get(runId);
    if (!run) throw new Error(`${this.fullName} has no run ${runId}.`);
    const { state, by, environments, comment = "" } = options;
    const environmentIds = pendingOf(run)
      .map(({ environment }) => environment)
      .filter(({ name }) => environments?.includes(name) ?? true)
      .map(({ id }) => id);
    review(this.world, this.state, run, { state, comment, by: this.person(by), environmentIds });
  }

  /** Ends a run that hangs or never started. @returns whether there was something to end. */
  finishRun(runId: number, outcome: "succeed" | "fail"): boolean {
    const run = this.state.runs.get(runId);
    return run !== undefined && finishRun(this.world, this.state, run, outcome);
  }

  /** The deployed system of a component in an environment. */
  target(component: string, environment: string): Promise<Target> {
    return targetOf(this.world, this.state, component, environment);
  }

  #tagged(
    name: string,
    options: { sha?: string; annotated?: boolean; message?: string; by?: string },
  ): string {
    const object = options.sha ?? this.sha();
    if (object === null) throw new Error(`${this.fullName} has no commit to tag.`);
    if (!options.annotated) return object;
    const tagger = signatureOf(this.world, this.person(options.by));
    return this.state.store.writeTag({
      object,
      type: "commit",
      tag: name,
      tagger,
      message: `${options.message ?? name}\n`,
    });
  }

  #reactionsTo(subject: Reaction["subject"]): show.ShownReaction[] {
    return this.state.reactions
      .filter((reaction) => sameSubject(reaction.subject, subject))
      .map(show.reaction);
  }

  #issue(number: number): Issue {
    const issue = this.state.issues.get(number);
    if (!issue) throw new Error(`${this.fullName} has no issue or pull request #${number}.`);
    return issue;
  }

  #comment(id: number): Comment {
    const comment = this.state.comments.get(id);
    if (!comment) throw new Error(`${this.fullName} has no comment ${id}.`);
    return comment;
  }
}
