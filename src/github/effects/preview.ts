/**
 * The check on a pull request. What it says is read anew each time, so doing it twice comes to the same; and it is only written where it says something
 * else than what stands there. https://docs.github.com/en/rest/checks/runs
 */
import { PREVIEW_CHECK, previewOf } from "../../core/preview/preview.ts";
import type { RepositoryClient } from "../client.ts";
import { failureOf, isNotFound } from "../failure.ts";
import { readGround, readOpenPull } from "../preview.ts";
import { isBelieved, place, type EffectContext, type Performer } from "./effect.ts";
import { checkTemplates } from "./templates-check.ts";

type Effect = Parameters<typeof drawPreview>[1];

export const drawPreview: Performer<"drawPreview"> = async (context, effect) => {
  try {
    await draw(context, effect);
  } catch (error) {
    // The commit is gone, or checks may not be written here: the doctor says so, and nobody's release hangs on it.
    if (failureOf(error, context.clock.now()).kind !== "refused" || !isBelieved(context, error)) throw error;
  }
  return [];
};

async function draw(context: EffectContext, effect: Effect): Promise<void> {
  const { client, text } = context;
  const open = await readOpenPull(client, effect.number);
  if (open === null) return;
  const look = await readGround(client, effect, open.pull.head);
  // The config is gone or broken, or another branch is released from by now.
  if (look === null || look.ground.branch !== open.base) return;
  const { ground } = look;
  const view = previewOf(open.pull, open.settings, ground);
  await write(client, {
    head: open.pull.head,
    number: effect.number,
    conclusion: view.conclusion,
    ...text.preview(view),
  });
  await checkTemplates(context, { head: open.pull.head, number: effect.number }, look.templates);
}

interface Check {
  readonly head: string;
  readonly number: number;
  readonly conclusion: "success" | "neutral" | "failure";
  readonly title: string;
  readonly summary: string;
}

/** One check for each head: that of a commit that was pushed over is left as it is. */
async function write(
  client: RepositoryClient,
  { head, number, conclusion, title, summary }: Check,
): Promise<void> {
  const { octokit } = client;
  const found = await findCheck(client, head);
  const isSaid =
    found?.conclusion === conclusion && found.output.title === title && found.output.summary === summary;
  if (isSaid) return;
  const fields = {
    ...place(client),
    name: PREVIEW_CHECK,
    status: "completed",
    conclusion,
    external_id: String(number),
    output: { title, summary },
  } as const;
  if (found === null) await octokit.rest.checks.create({ ...fields, head_sha: head });
  else await octokit.rest.checks.update({ ...fields, check_run_id: found.id });
}

async function findCheck(client: RepositoryClient, head: string) {
  const { octokit, appId } = client;
  const asked = {
    ...place(client),
    ref: head,
    check_name: PREVIEW_CHECK,
    app_id: appId,
    filter: "latest",
  } as const;
  try {
    const { data } = await octokit.rest.checks.listForRef({ ...asked, per_page: 1 });
    return data.check_runs.find(({ app }) => app?.id === appId) ?? null;
  } catch (error) {
    if (isNotFound(error)) return null;
    throw error;
  }
}
