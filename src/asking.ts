/**
 * A question that a person could write as a comment, put to the translation of comments at once: the answer is the one that they would read. Nothing is
 * written, neither to the store nor at GitHub.
 */
import { z } from "zod";
import { connectAsApp } from "./assemble.ts";
import type { CommandAnswer } from "./core/commands/command.ts";
import type { InstallationId, RepositoryId } from "./core/ids.ts";
import { RetryLaterError, type Clock, type Store } from "./core/ports.ts";
import { createLaneReader } from "./engine/lane-reader.ts";
import type { Spoken } from "./core/spoken.ts";
import type { Settings } from "./environment.ts";
import type { GitHub, Octokit } from "./github/client.ts";
import { failureOf, isNotFound, isRequestFailure } from "./github/failure.ts";
import { issueComment } from "./github/webhooks/issue-comment.ts";
import { createLogger } from "./logging.ts";

export interface Question {
  /** As it would be written in a comment: `/plan prod 1.5.0`. */
  readonly line: string;
  readonly owner: string;
  readonly repo: string;
  readonly login: string;
}

export type Reply =
  | ({ readonly kind: "answer"; readonly answer: CommandAnswer } & Spoken)
  /** A comment would get no answer: by who may not ask, or where there is no config; or there is no such place or person. */
  | { readonly kind: "stranger" | "no config" | "not installed" | "nobody" }
  /** GitHub could not be asked; `until` (epoch milliseconds) where it has said when it can be. */
  | { readonly kind: "unavailable"; readonly message: string; readonly until: number | null };

export interface AskOptions {
  readonly settings: Settings;
  /** One that was opened for reading only is enough. */
  readonly store: Store;
  readonly clock: Clock;
}

/** No comment and no issue has this number, so that nothing in a store is taken for the question. */
const NONE = Number.MAX_SAFE_INTEGER;

/** The reply to a question. @throws StoreUnavailableError, and what is nobody's fault but ours */
export async function ask(question: Question, { settings, store, clock }: AskOptions): Promise<Reply> {
  const logger = createLogger({ level: "silent", secrets: [], destination: { write: () => {} } });
  const github = connectAsApp({ settings, clock, logger }, () => {});
  try {
    const place = await placeOf(github, question);
    if (typeof place === "string") return { kind: place };
    const { installation, repository } = place;
    const comment = {
      id: NONE,
      body: question.line,
      user: { id: place.asker, login: question.login, type: "User" },
    };
    const events = await issueComment(
      { action: "created", issue: { number: NONE }, comment },
      {
        ...place,
        connect: () => github.forRepository(installation, repository),
        lanes: createLaneReader(store),
        now: () => clock.now(),
        saysNoPrefix: true,
      },
    );
    const [answered] = events.flatMap(({ event }) => (event.type === "CommandsAnswered" ? [event] : []));
    const { prefix }: Spoken = answered ?? {};
    const [answer] = answered?.answers ?? [];
    if (answer !== undefined) return { kind: "answer", answer, ...(prefix === undefined ? {} : { prefix }) };
    return { kind: events.length > 0 ? "stranger" : "no config" };
  } catch (error) {
    if (!(error instanceof RetryLaterError || isRequestFailure(error))) throw error;
    const failure = failureOf(error, clock.now());
    const until = failure.kind === "limited" ? failure.retryAt : null;
    return { kind: "unavailable", message: failure.message, until };
  }
}

interface Place {
  readonly installation: InstallationId;
  readonly repository: RepositoryId;
  readonly defaultBranch: string;
  /** The id of whoever asks. */
  readonly asker: number;
}

const installationSchema = z.object({ id: z.number().int() });
const repositorySchema = z.object({ id: z.number().int(), default_branch: z.string() });
const userSchema = z.object({ id: z.number().int() });

/** Where a repository is that Waybill is installed in; null where it is not. @throws as GitHub fails */
export async function findRepository(
  github: GitHub,
  { owner, repo }: Pick<Question, "owner" | "repo">,
): Promise<(Omit<Place, "asker"> & { readonly octokit: Octokit }) | null> {
  // https://docs.github.com/en/rest/apps/apps#get-a-repository-installation-for-the-authenticated-app
  const found = await orNull(github.app.request("GET /repos/{owner}/{repo}/installation", { owner, repo }));
  if (found === null) return null;
  const { id: installation } = installationSchema.parse(found.data);
  const octokit = await github.forInstallation(installation as InstallationId);
  // https://docs.github.com/en/rest/repos/repos#get-a-repository
  const { data } = await octokit.request("GET /repos/{owner}/{repo}", { owner, repo });
  const { id: repository, default_branch: defaultBranch } = repositorySchema.parse(data);
  return {
    installation: installation as InstallationId,
    repository: repository as RepositoryId,
    defaultBranch,
    octokit,
  };
}

/** Where the question is about, and who asks; or what there is not. */
async function placeOf(github: GitHub, question: Question): Promise<Place | "not installed" | "nobody"> {
  const found = await findRepository(github, question);
  if (found === null) return "not installed";
  const { octokit, ...place } = found;
  // https://docs.github.com/en/rest/users/users#get-a-user
  const user = await orNull(octokit.request("GET /users/{username}", { username: question.login }));
  return user === null ? "nobody" : { ...place, asker: userSchema.parse(user.data).id };
}

async function orNull<Answer>(asked: Promise<Answer>): Promise<Answer | null> {
  try {
    return await asked;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
