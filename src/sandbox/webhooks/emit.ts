import type { webhooks } from "@octokit/openapi-webhooks-types";
import type { Account, Installation, Repository } from "../state.ts";
import { nodeId } from "../ids.ts";
import { organizationView, simpleUser } from "../views/accounts.ts";
import { installationView } from "../views/apps.ts";
import { repositoryView } from "../views/repository.ts";
import type { World } from "../world.ts";
import { installationOf } from "../world.ts";

/** `pull_request` as the description of webhooks writes it: `pull-request`. */
type Dashed<Text extends string> = Text extends `${infer Head}_${infer Tail}`
  ? `${Head}-${Dashed<Tail>}`
  : Text;

type NameOf<Event extends string, Action extends string> = [Action] extends [never]
  ? Dashed<Event>
  : `${Dashed<Event>}-${Dashed<Action>}`;

/** Only events and actions that GitHub describes compile; their payloads are held against the description by a test. */
type Described<Event extends string, Action extends string> =
  NameOf<Event, Action> extends keyof webhooks ? unknown : never;

/**
 * Tells the App what happened in a repository, if it is installed there, not suspended, and subscribed.
 * The fields that all payloads share are added here.
 * Source: https://docs.github.com/webhooks/webhook-events-and-payloads
 */
export function emit<const Event extends string, const Action extends string = never>(
  world: World,
  repository: Repository,
  event: Event & Described<Event, Action>,
  payload: { readonly action?: Action } & Readonly<Record<string, unknown>>,
  sender: Account,
): void {
  world.changed();
  const installation = installationOf(world, repository);
  if (!installation || installation.suspendedAt !== null || !installation.events.includes(event)) return;
  const organization =
    repository.owner.type === "Organization"
      ? { organization: organizationView(world, repository.owner) }
      : {};
  const whole = {
    repository: repositoryView(world, repository),
    ...payload,
    ...organization,
    sender: simpleUser(world, sender),
    installation: { id: installation.id, node_id: nodeId("Installation", installation.id) },
  };
  world.deliveries.send({
    event,
    action: payload.action ?? null,
    installationId: installation.id,
    repositoryId: repository.id,
    payload: JSON.stringify(whole),
  });
}

/** Tells the App about its installation; always sent. */
export function emitInstallation(
  world: World,
  installation: Installation,
  event: "installation" | "installation_repositories",
  payload: { action: string } & Record<string, unknown>,
  sender: Account,
): void {
  world.changed();
  const whole = {
    ...payload,
    installation: installationView(world, installation),
    sender: simpleUser(world, sender),
  };
  world.deliveries.send({
    event,
    action: payload.action,
    installationId: installation.id,
    repositoryId: null,
    payload: JSON.stringify(whole),
  });
}

/** Tells the App that the account which it is installed on has another name. */
export function emitTargetRenamed(
  world: World,
  installation: Installation,
  changes: { login: { from: string } },
): void {
  const { account } = installation;
  const whole = {
    action: "renamed",
    account: simpleUser(world, account),
    changes,
    target_type: account.type,
    installation: { id: installation.id, node_id: nodeId("Installation", installation.id) },
    sender: simpleUser(world, account),
  };
  world.deliveries.send({
    event: "installation_target",
    action: "renamed",
    installationId: installation.id,
    repositoryId: null,
    payload: JSON.stringify(whole),
  });
}
