import { isoTime, isoTimeOrNull } from "../clock.ts";
import type { Installation } from "../state.ts";
import type { Delivery } from "../webhooks/deliveries.ts";
import type { World } from "../world.ts";
import { apiUrl, simpleUser } from "./accounts.ts";
import type { Schema } from "./schema.ts";

/** An installation of the App. */
export function installationView(world: World, installation: Installation): Schema<"installation"> {
  const url = `${apiUrl(world)}/app/installations/${installation.id}`;
  return {
    id: installation.id,
    client_id: world.app.clientId,
    account: simpleUser(world, installation.account),
    repository_selection: "selected",
    access_tokens_url: `${url}/access_tokens`,
    repositories_url: `${apiUrl(world)}/installation/repositories`,
    html_url: `${world.url}/settings/installations/${installation.id}`,
    app_id: world.app.id,
    app_slug: world.app.slug,
    target_id: installation.account.id,
    target_type: installation.account.type,
    permissions: { ...installation.permissions },
    events: [...installation.events],
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    created_at: isoTime(installation.createdAt),
    updated_at: isoTime(installation.updatedAt),
    suspended_at: isoTimeOrNull(installation.suspendedAt),
    suspended_by: installation.suspendedAt === null ? null : simpleUser(world, installation.account),
  };
}

/** A delivery in the list of deliveries. */
export function deliveryItem(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: isoTime(delivery.deliveredAt),
    redelivery: delivery.redelivery,
    duration: Math.round(delivery.durationMs / 10) / 100,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  } satisfies Schema<"hook-delivery-item">;
}

/** A delivery with what was sent and answered. */
export function deliveryView(delivery: Delivery, url: string): Schema<"hook-delivery"> {
  return {
    ...deliveryItem(delivery),
    url,
    request: {
      headers: { ...delivery.requestHeaders },
      payload: JSON.parse(delivery.payload) as Record<string, unknown>,
    },
    response: { headers: { ...delivery.responseHeaders }, payload: delivery.responseBody },
  };
}
