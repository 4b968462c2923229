/**
 * The pull request that brings a hotfix to the release branch. It is found by its two branches, whoever has opened it, so there are never two of them;
 * what Waybill has opened takes a newer release along. https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request
 */
import type { ForwardPortState } from "../../core/hotfix-events.ts";
import type { RepositoryClient } from "../client.ts";
import { forwardPortSeen, forwardPortState } from "../forward-port.ts";
import { headOf, isWithin } from "../history.ts";
import { place, type EffectContext, type Performer } from "./effect.ts";

const PAGE = 30;
/** A refusal stands for days: it is believed when it was said for some seconds. */
const BELIEVED_AFTER_MS = 5_000;

type Open = Parameters<typeof openForwardPort>[1];
type Listed = Awaited<ReturnType<RepositoryClient["octokit"]["rest"]["pulls"]["list"]>>["data"][number];

export const openForwardPort: Performer<"openForwardPort"> = async (context, effect) => {
  const found = await find(context, effect);
  const port = found ?? (await create(context, effect));
  return [{ type: "ForwardPortSeen", at: context.clock.now(), branch: effect.branch, port }];
};

export const lookAtForwardPort: Performer<"lookAtForwardPort"> = async ({ client }, { branch, number }) => [
  await forwardPortSeen(client, branch, number),
];

/** How the pull request stands where there is one, or where none is needed; null where it is still to be opened. */
async function find(context: EffectContext, effect: Open): Promise<ForwardPortState | null> {
  const { client } = context;
  const { branch, to, sha } = effect;
  const pulls = await pullsBetween(client, branch, to);
  const open = pulls.find(({ state }) => state === "open");
  if (open !== undefined) {
    await redraw(context, effect, open);
    return forwardPortState(client, open.number);
  }
  for (const { number, merged_at: merged, head, user } of pulls) {
    if (merged !== null && (head.sha === sha || (await headHolds(client, sha, head.sha))))
      return forwardPortState(client, number);
    // Our own, closed before its answer was heard.
    if (merged === null && head.sha === sha && user?.login === client.botLogin)
      return { state: "closed", number };
  }
  const tip = await headOf(client, to);
  if (tip !== null && (await isWithin(client, sha, tip))) return { state: "contained" };
  return (await headOf(client, branch)) === null ? { state: "branch-gone" } : null;
}

async function headHolds(client: RepositoryClient, sha: Open["sha"], head: string): Promise<boolean> {
  return isWithin(client, sha, head as Open["sha"]);
}

async function open({ client, text }: EffectContext, { branch, to, view }: Open): Promise<ForwardPortState> {
  const { title, body } = text.forwardPort(view);
  const { data } = await client.octokit.rest.pulls.create({
    ...place(client),
    title,
    body,
    head: branch,
    base: to,
  });
  return { state: "open", number: data.number, conflicts: null, files: [] };
}

/** The pull requests from one branch of the repository to another, the newest first. */
async function pullsBetween(client: RepositoryClient, from: string, to: string): Promise<Listed[]> {
  const { data } = await client.octokit.rest.pulls.list({
    ...place(client),
    state: "all",
    head: `${client.owner}:${from}`,
    base: to,
    sort: "created",
    direction: "desc",
    per_page: PAGE,
  });
  return data;
}

/** What Waybill wrote itself names the newest release; what people have opened is theirs. */
async function redraw({ client, text }: EffectContext, { view }: Open, pull: Listed): Promise<void> {
  const page = text.forwardPort(view);
  const isOurs = pull.user?.login === client.botLogin && (pull.body ?? "").startsWith(page.marker);
  if (!isOurs || pull.title === page.title) return;
  await client.octokit.rest.pulls.update({
    ...place(client),
    pull_number: pull.number,
    title: page.title,
    body: page.body,
  });
}

async function create(context: EffectContext, effect: Open): Promise<ForwardPortState> {
  const { branch, to } = effect;
  try {
    return await open(context, effect);
  } catch (error) {
    const refusal = context.refusals.heard(error, { forMs: BELIEVED_AFTER_MS });
    if (refusal === null) throw error;
    // Opened a moment ago by somebody else, or merged meanwhile.
    const found = await find(context, effect);
    if (found !== null) return found;
    if (!refusal.isBelieved) throw error;
    const detail = { branch, status: refusal.status, message: refusal.message };
    return { state: "refused", problem: { code: "branch-refused", detail: { ...detail, to } } };
  }
}
