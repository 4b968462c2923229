import { finishRun } from "./actions/runner.ts";
import { targetOf } from "./actions/targets.ts";
import type { Rule, Target } from "./actions/types.ts";
import { commitFiles, resolveCommit, signatureOf } from "./domain/commits.ts";
import { addComment, deleteComment, editComment, openIssue, react } from "./domain/issues.ts";
import type { MergeMethod } from "./domain/pulls.ts";
import { mergePull, openPull } from "./domain/pulls.ts";
import { pushRefs } from "./domain/refs.ts";
import { install } from "./domain/repositories.ts";
import type { FileContent } from "./git/store.ts";
import type { Comment, Issue, Reaction, ReactionContent, Repository, Role } from "./state.ts";
import { fullName } from "./state.ts";
import { sameSubject } from "./views/issues.ts";
import { isPull } from "./views/pulls.ts";
import type { World } from "./world.ts";
import { accountOf } from "./world.ts";
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
  /** Files of a single commit with the pull request's title … */
  files?: Readonly<Record<string, FileContent>>;
  /** … or the commits themselves. */
  commits?: readonly { message: string; files?: Readonly<Record<string, FileContent>>; author?: string }[];
}

/** One repository of the stand-in, driven as people would drive it. Every act sends the webhooks that GitHub would. */
export class SandboxRepository {
  readonly #world: World;
  readonly #repository: Repository;

  constructor(world: World, repository: Repository) {
    this.#world = world;
    this.#repository = repository;
  }

  get id(): number {
    return this.#repository.id;
  }

  get fullName(): string {
    return fullName(this.#repository);
  }

  get defaultBranch(): string {
    return this.#repository.defaultBranch;
  }

  /** The commit that a branch, tag or SHA stands for; null if there is none. */
  sha(name = this.#repository.defaultBranch): string | null {
    return resolveCommit(this.#repository, name);
  }

  /** All refs and the objects that they name. */
  refs(): Record<string, string> {
    return Object.fromEntries(this.#repository.refs);
  }

  /** Text of a file on a branch, tag or commit; null if there is none. */
  file(path: string, ref = this.#repository.defaultBranch): string | null {
    const sha = this.sha(ref);
    return sha === null ? null : this.#repository.store.fileText(sha, path);
  }

  /** Pushes a commit; @returns its SHA. */
  commit({ author, ...change }: CommitOptions): string {
    return commitFiles(this.#world, this.#repository, { ...change, author: this.#person(author) });
  }

  /** Sets people's roles; `none` takes them away. */
  setCollaborators(roles: Readonly<Record<string, Role>>): void {
    for (const [login, role] of Object.entries(roles)) {
      this.#repository.collaborators.set(accountOf(this.#world, login).id, role);
    }
  }

  /** Installs the App here. @returns the installation's id. */
  install(): number {
    return install(this.#world, this.#repository).id;
  }

  archive(archived = true): void {
    this.#repository.archived = archived;
  }

  /** Opens a pull request from a new branch. @returns its number. */
  openPullRequest(options: PullOptions): number {
    const { title, body } = options;
    const base = options.base ?? this.#repository.defaultBranch;
    const head = options.branch ?? `change-${this.#repository.nextNumber}`;
    const author = this.#person(options.author);
    const number = this.#repository.nextNumber;
    const usual = { [`changes/${number}.txt`]: `${title}\n` };
    const commits = options.commits ?? [{ message: title, files: options.files ?? usual }];
    for (const commit of commits) {
      const by = commit.author === undefined ? author : this.#person(commit.author);
      commitFiles(this.#world, this.#repository, {
        branch: head,
        from: base,
        message: commit.message,
        files: commit.files ?? {},
        author: by,
      });
    }
    const opened = openPull(this.#world, this.#repository, {
      title,
      body: body ?? null,
      head,
      base,
      author: { account: author, app: null },
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
    const sha = mergePull(this.#world, this.#repository, issue, {
      method,
      by: this.#person(by),
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
    const by = this.#person(options.by);
    const changes = names.map((name) => ({ ref: `refs/tags/${name}`, sha: this.#tagged(name, options) }));
    pushRefs(this.#world, this.#repository, changes, by);
    return changes.map((change) => change.sha);
  }

  /** Moves a tag to another commit, by force. */
  moveTag(name: string, sha: string, options: { annotated?: boolean; by?: string } = {}): string {
    return this.tag(name, { ...options, sha });
  }

  deleteTag(name: string, options: { by?: string } = {}): void {
    const change = { ref: `refs/tags/${name}`, sha: null };
    pushRefs(this.#world, this.#repository, [change], this.#person(options.by));
  }

  /** Opens an issue. @returns its number. */
  openIssue(options: { title: string; body?: string; author?: string; labels?: readonly string[] }): number {
    const author = { account: this.#person(options.author), app: null };
    const { title, body = null, labels = [] } = options;
    return openIssue(this.#world, this.#repository, { title, body, labels, author }).number;
  }

  /** Writes a comment as a person. @returns its id. */
  comment(issueNumber: number, body: string, by?: string): number {
    const author = { account: this.#person(by), app: null };
    return addComment(this.#world, this.#repository, this.#issue(issueNumber), body, author).id;
  }

  editComment(id: number, body: string, by?: string): void {
    const comment = this.#comment(id);
    const account = by === undefined ? comment.user : this.#person(by);
    editComment(this.#world, this.#repository, comment, body, account);
  }

  deleteComment(id: number, by?: string): void {
    const comment = this.#comment(id);
    const account = by === undefined ? comment.user : this.#person(by);
    deleteComment(this.#world, this.#repository, comment, account);
  }

  react(commentId: number, content: ReactionContent, by?: string): void {
    const subject = { kind: "comment", id: this.#comment(commentId).id } as const;
    react(this.#world, this.#repository, subject, content, this.#person(by));
  }

  /** Issues and pull requests, oldest first. */
  issues(): show.ShownIssue[] {
    return [...this.#repository.issues.values()].map(show.issue);
  }

  /** Comments of an issue, oldest first; of all without a number. */
  comments(issueNumber?: number): show.ShownComment[] {
    return [...this.#repository.comments.values()]
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
    return this.#repository.releases.map(show.release);
  }

  deployments(): show.ShownDeployment[] {
    return this.#repository.deployments.map(show.deployment);
  }

  runs(): show.ShownRun[] {
    return [...this.#repository.runs.values()].map(show.run);
  }

  checkRuns(): show.ShownCheck[] {
    return [...this.#repository.checkRuns.values()].map(show.check);
  }

  /** Adds a rule for how runs end; later rules win. */
  script(rule: Rule): void {
    this.#repository.rules.push({ ...rule });
  }

  clearScript(): void {
    this.#repository.rules.length = 0;
  }

  /** Ends a run that hangs or never started. @returns whether there was something to end. */
  finishRun(runId: number, outcome: "succeed" | "fail"): boolean {
    const run = this.#repository.runs.get(runId);
    return run !== undefined && finishRun(this.#world, this.#repository, run, outcome);
  }

  /** The deployed system of a component in an environment. */
  target(component: string, environment: string): Promise<Target> {
    return targetOf(this.#repository, component, environment);
  }

  #tagged(
    name: string,
    options: { sha?: string; annotated?: boolean; message?: string; by?: string },
  ): string {
    const object = options.sha ?? this.sha();
    if (object === null) throw new Error(`${this.fullName} has no commit to tag.`);
    if (!options.annotated) return object;
    const tagger = signatureOf(this.#world, this.#person(options.by));
    return this.#repository.store.writeTag({
      object,
      type: "commit",
      tag: name,
      tagger,
      message: `${options.message ?? name}\n`,
    });
  }

  #reactionsTo(subject: Reaction["subject"]): show.ShownReaction[] {
    return this.#repository.reactions
      .filter((reaction) => sameSubject(reaction.subject, subject))
      .map(show.reaction);
  }

  #person(login: string | undefined): Repository["owner"] {
    if (login !== undefined) return accountOf(this.#world, login);
    const [first] = this.#repository.collaborators.keys();
    const known = [...this.#world.accounts.values()].find((account) => account.id === first);
    return known ?? accountOf(this.#world, "octavia");
  }

  #issue(number: number): Issue {
    const issue = this.#repository.issues.get(number);
    if (!issue) throw new Error(`${this.fullName} has no issue or pull request #${number}.`);
    return issue;
  }

  #comment(id: number): Comment {
    const comment = this.#repository.comments.get(id);
    if (!comment) throw new Error(`${this.fullName} has no comment ${id}.`);
    return comment;
  }
}
