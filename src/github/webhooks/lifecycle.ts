/**
 * Webhooks about installations and repositories themselves. Everything goes by ids, never by names. None of them is believed: each only
 * makes somebody look how the repositories stand that Waybill knows (a late `suspend` must not park what was unsuspended meanwhile).
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation
 */
import { z } from "zod";
import { hotfixTags } from "../../core/hotfix-model.ts";
import type { InstallationId, RepositoryId } from "../../core/ids.ts";
import { OutOfReachError, type LaneReader } from "../../core/ports.ts";
import type { ParkReason } from "../../core/standing.ts";
import { missedEvents } from "../catch-up.ts";
import type { GitHub } from "../client.ts";
import { installationSchema, repositoryIdSchema } from "./payload.ts";
import type { AddressedEvent } from "./webhook.ts";

export interface LifecycleContext {
  readonly github: GitHub;
  readonly lanes: LaneReader;
  readonly now: () => number;
}

/** An event for one of the installation's repositories. */
export interface RepositoryEventOf extends AddressedEvent {
  readonly installation: InstallationId;
  readonly repository: RepositoryId;
}

/** Translates a webhook that may be about several repositories, or about none. `payload` is JSON that GitHub signed. */
type LifecycleWebhook = (
  payload: unknown,
  context: LifecycleContext,
) => Promise<readonly RepositoryEventOf[]>;

const installationEvent = installationSchema.extend({ action: z.string() });

/** What `installation`'s actions say of its repositories; all of them make somebody look. */
const INSTALLATION_HINTS: ReadonlyMap<string, ParkReason | null> = new Map([
  ["created", null],
  ["deleted", "uninstalled"],
  ["suspend", "suspended"],
  ["unsuspend", null],
  ["new_permissions_accepted", null],
]);

/** `installation`: installed, uninstalled, suspended, unsuspended, or granted more. */
const installation: LifecycleWebhook = async (payload, context) => {
  const { action, installation: origin } = installationEvent.parse(payload);
  const hint = INSTALLATION_HINTS.get(action);
  if (hint === undefined) return [];
  const known = await context.lanes.repositories(origin.id);
  for (const repository of known) context.github.forget({ installation: origin.id, repository });
  return known.map((repository) => doubt(origin.id, repository, hint, context));
};

const listed = z.array(z.object({ id: repositoryIdSchema })).default([]);
const selectionEvent = installationSchema.extend({
  repositories_added: listed,
  repositories_removed: listed,
});

/** `installation_repositories`: repositories were taken into the installation, or out of it. */
const installationRepositories: LifecycleWebhook = async (payload, context) => {
  const event = selectionEvent.parse(payload);
  const origin = event.installation.id;
  context.github.forgetDefaults(origin);
  const known = new Set(await context.lanes.repositories(origin));
  const moved = [
    ...event.repositories_added.map(({ id }) => ({ id, hint: null })),
    ...event.repositories_removed.map(({ id }) => ({ id, hint: "removed" as const })),
  ];
  return moved.filter(({ id }) => known.has(id)).map(({ id, hint }) => doubt(origin, id, hint, context));
};

/** `installation_target`: the account was renamed, and all its repositories with it. */
const installationTarget: LifecycleWebhook = async (payload, { github, lanes }) => {
  const origin = installationSchema.parse(payload).installation.id;
  for (const repository of await lanes.repositories(origin))
    github.forget({ installation: origin, repository });
  return [];
};

const repositoryEvent = installationSchema.extend({
  action: z.string(),
  repository: z.object({ id: repositoryIdSchema }),
  changes: z.object({ default_branch: z.unknown() }).partial().nullish(),
});

/** What `repository`'s actions say of it. */
const REPOSITORY_HINTS: ReadonlyMap<string, ParkReason | null> = new Map([
  ["archived", "archived"],
  ["unarchived", null],
  ["deleted", "deleted"],
  ["transferred", null],
]);

/** `repository`: renamed, transferred, archived, unarchived, deleted, or its default branch is another one now. */
const repository: LifecycleWebhook = async (payload, context) => {
  const { action, changes, ...event } = repositoryEvent.parse(payload);
  const key = { installation: event.installation.id, repository: event.repository.id };
  const { github, lanes } = context;
  // Of a repository that nothing is known of, nothing has changed.
  if (!(await lanes.repositories(key.installation)).includes(key.repository)) return [];
  github.forget(key);
  const hint = REPOSITORY_HINTS.get(action);
  if (hint !== undefined) return [doubt(key.installation, key.repository, hint, context)];
  const hasOtherDefaultBranch = action === "edited" && changes?.default_branch !== undefined;
  if (!hasOtherDefaultBranch) return [];
  // The config is on another branch by now, and releases may come from another one.
  const lane = await lanes.repository(key.installation, key.repository);
  try {
    const client = await github.forRepository(key.installation, key.repository);
    const events = await missedEvents(client, [], lane?.unreleased ?? [], hotfixTags(lane));
    return events.map((one) => ({ ...key, environment: "", event: one }));
  } catch (error) {
    // Deleted or taken away meanwhile: whoever comes back to it later catches up, and nobody's line is to stand still for it.
    if (error instanceof OutOfReachError) return [doubt(key.installation, key.repository, null, context)];
    throw error;
  }
};

function doubt(
  origin: InstallationId,
  id: RepositoryId,
  hint: ParkReason | null,
  { now }: LifecycleContext,
): RepositoryEventOf {
  const event = { type: "StandingDoubted", at: now(), hint } as const;
  return { installation: origin, repository: id, environment: "", event };
}

/** One line each, and one line in app.yml where GitHub does not send it to every App. The names are those of `isLifecycleWebhook`. */
export const lifecycleWebhooks: Readonly<Record<string, LifecycleWebhook>> = {
  installation,
  installation_repositories: installationRepositories,
  installation_target: installationTarget,
  repository,
};
