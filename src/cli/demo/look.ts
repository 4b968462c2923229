/** What can be seen on the stand-in and on the deployed systems. Nothing here asks the server: it is judged by what it brought about. */
import type { DeployRecord, ShownComment, ShownIssue, ShownRun } from "../../sandbox/index.ts";
import { hold, must, until } from "./patience.ts";
import { OWN_QUESTION, type Scene } from "./scene.ts";

/** The components, in the order of their dependency. */
export const COMPONENTS = ["api", "web"] as const;

/** A comment of the App with the id of its hidden marker; null for a comment that has none. */
export interface OwnComment extends ShownComment {
  readonly marker: string | null;
}

/** Comments that the App wrote, oldest first; on all issues without a number. */
export function ownComments(scene: Scene, issue?: number): OwnComment[] {
  return scene.repository
    .comments(issue)
    .filter((comment) => comment.byApp)
    .map((comment) => {
      return { ...comment, marker: /^<!-- waybill:comment:(\S+) -->/.exec(comment.body)?.[1] ?? null };
    });
}

/** The App's one comment with this marker. Throws `NotYet` where there is none, and fails where there are several. */
export function ownComment(scene: Scene, marker: string): OwnComment {
  const found = ownComments(scene).filter((comment) => comment.marker === marker);
  const [comment] = found;
  must(
    comment !== undefined,
    `no comment ${marker} among ${ownComments(scene).length} comments of the App; the last says: ${firstWords(ownComments(scene).at(-1)?.body)}`,
  );
  hold(found.length === 1, `one comment ${marker}`, `${found.length}`);
  return comment;
}

/** Issues that the App opened, oldest first. */
export function notices(scene: Scene): ShownIssue[] {
  return scene.repository.issues().filter((issue) => !issue.pullRequest && issue.author.endsWith("[bot]"));
}

/** Markdown as its reader sees it, near enough to look for words in: without hidden lines and escapes. */
export function readable(markdown: string): string {
  return markdown
    .replaceAll(/<!--[\s\S]*?-->/g, "")
    .replaceAll("&#8203;", "")
    .replaceAll(/\\([!-/:-@[-`{-~])/g, "$1");
}

/** The first line of a text that says something. */
export function firstWords(markdown: string | undefined): string {
  const lines = readable(markdown ?? "(nothing)").split("\n");
  return (lines.find((line) => line.trim() !== "") ?? "").trim().slice(0, 160);
}

/** The words of a pull request's title after its type: what notes show of it. */
export function textOf(title: string): string {
  return title.replace(/^[^:]*:\s*/, "");
}

/** What a deployed system reports, asked over HTTP as anybody would; null while nothing runs there. */
export async function reportedVersion(
  scene: Scene,
  component: string,
  environment: string,
): Promise<string | null> {
  const { url } = await scene.repository.target(component, environment);
  const answer = await fetch(url, {
    headers: { [OWN_QUESTION]: "1" },
    redirect: "error",
    signal: AbortSignal.timeout(5_000),
  }).catch(() => null);
  if (answer === null || !answer.ok) return null;
  const { version } = (await answer.json()) as { version?: unknown };
  return typeof version === "string" ? version : null;
}

/** The emoji names that the App left on a comment, in the order in which it did. */
export function ownReactions(scene: Scene, commentId: number): string[] {
  return scene.repository
    .reactions(commentId)
    .filter((reaction) => reaction.author.endsWith("[bot]"))
    .map((reaction) => reaction.content);
}

/** Runs of the workflow for a version in an environment, by component. */
export function runsOf(scene: Scene, environment: string, version: string): ShownRun[] {
  return scene.repository
    .runs()
    .filter((run) => run.inputs["environment"] === environment && run.inputs["version"] === version);
}

/** Deployments of components that really began, by the stand-in's record; of one promotion where it is named. */
export function begun(
  scene: Scene,
  environment: string,
  version: string,
  promotion?: string,
): DeployRecord[] {
  const components: readonly string[] = COMPONENTS;
  return scene.sandbox.record.deployments.filter(
    (one) =>
      one.environment === environment &&
      one.version === version &&
      components.includes(one.component) &&
      (promotion === undefined || one.correlation_id?.startsWith(`${promotion}-`) === true),
  );
}

/** What a whole rollout has to look like. */
export interface Rollout {
  readonly environment: string;
  readonly version: string;
  readonly sha: string;
  /** The environment's own inputs. */
  readonly inputs: Readonly<Record<string, string>>;
  /** The promotion's id, where the version was brought there by another one before. */
  readonly promotion?: string;
}

/**
 * Waits until both components run a version: dispatched with the right inputs, each once, `web` only after `api`; each with a GitHub
 * deployment that ended in success; and each system reporting the version over HTTP.
 */
export async function seeRollout(scene: Scene, rollout: Rollout): Promise<void> {
  const { environment, version, promotion } = rollout;
  const what = `${version} in ${environment}: api, then web, each deployed once`;
  await until(scene, what, async () => {
    const records = begun(scene, environment, version, promotion);
    const seen = records.map((one) => `${one.component} ${one.outcome ?? "under way"}`).join(", ");
    hold(!records.some((one) => one.outcome === "fail"), what, seen);
    must(
      records.filter((one) => one.outcome === "succeed").length >= COMPONENTS.length,
      seen || "no run yet",
    );
    for (const component of COMPONENTS) {
      const reported = await reportedVersion(scene, component, environment);
      must(
        reported === version,
        `${component} in ${environment} reporting ${reported ?? "nothing"} over HTTP`,
      );
      const states = deploymentStates(scene, component, rollout);
      must(states.at(-1) === "success", `statuses of the deployment of ${component}: ${states.join(", ")}`);
    }
  });
  holdOrder(scene, rollout, what);
  for (const component of COMPONENTS) holdInputs(scene, component, rollout);
}

function holdOrder(scene: Scene, { environment, version, promotion }: Rollout, what: string): void {
  const records = begun(scene, environment, version, promotion);
  const names = records.map((one) => one.component);
  hold(names.join() === COMPONENTS.join(), what, `they began in the order ${names.join(", ")}`);
  const [api, web] = records;
  hold((api?.finished ?? Infinity) <= (web?.started ?? 0), what, "web began before api had ended");
}

function holdInputs(scene: Scene, component: string, rollout: Rollout): void {
  const { environment, version, sha, inputs } = rollout;
  const run = runsOf(scene, environment, version).find((one) => one.inputs["component"] === component);
  const wanted: Record<string, string> = { environment, component, version, sha, ...inputs };
  const given: Record<string, string> = run?.inputs ?? {};
  const wrong = Object.keys(wanted).filter((name) => given[name] !== wanted[name]);
  hold(
    wrong.length === 0 && (given["correlation_id"] ?? "") !== "",
    `a dispatch of ${component} with ${JSON.stringify(wanted)} and a correlation_id`,
    JSON.stringify(given),
  );
}

/** The states that the deployment of a component went through, oldest first. */
export function deploymentStates(
  scene: Scene,
  component: string,
  { environment, sha }: Pick<Rollout, "environment" | "sha">,
): string[] {
  const found = scene.repository
    .deployments()
    .findLast(
      (one) => one.environment === environment && one.sha === sha && one.task === `deploy:${component}`,
    );
  return found?.statuses.map((status) => status.state) ?? [];
}
