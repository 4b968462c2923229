/** What became of hotfixes without a word: their branches moved on, their forward-ports were merged or closed. */
import { hotfixesOf, type Hotfix } from "../../core/hotfix-model.ts";
import type { RepositoryEvent } from "../../core/events.ts";
import { forwardPortSeen } from "../forward-port.ts";
import { headOf } from "../history.ts";
import { eventsOfHotfix } from "../hotfix.ts";
import type { AddressedEvent } from "../webhooks/webhook.ts";
import type { Scene } from "./scene.ts";

/** The news of hotfixes that are not over, as their webhooks would have told them. */
export async function lostHotfixNews(scene: Scene): Promise<AddressedEvent[]> {
  const hotfixes = scene.lane === null ? [] : hotfixesOf(scene.lane).filter(({ stage }) => stage === "open");
  const events: RepositoryEvent[] = [];
  for (const hotfix of hotfixes)
    events.push(...(await newsOfBranch(scene, hotfix)), ...(await newsOfPort(scene, hotfix)));
  return events.map((event) => ({ environment: "", event }));
}

async function newsOfBranch({ client, lane }: Scene, hotfix: Hotfix): Promise<RepositoryEvent[]> {
  const head = await headOf(client, hotfix.branch);
  return lane === null || head === hotfix.head ? [] : eventsOfHotfix(client, lane, hotfix);
}

async function newsOfPort({ client }: Scene, { branch, port }: Hotfix): Promise<RepositoryEvent[]> {
  if (port === null || port.number === null) return [];
  const seen = await forwardPortSeen(client, branch, port.number);
  const isNews = seen.type === "ForwardPortSeen" && seen.port.state !== port.stage;
  return isNews ? [seen] : [];
}
