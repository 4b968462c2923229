import { isoTime } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { Account, App, Repository } from "../state.ts";
import type { World } from "../world.ts";
import { roleAtLeast, roleOf } from "../world.ts";
import type { Schema } from "./schema.ts";

/** Where the REST API lies. */
export function apiUrl(world: World): string {
  return `${world.url}/api/v3`;
}

/** A user, bot or organization as it is embedded everywhere. */
export function simpleUser(world: World, account: Account): Schema<"simple-user"> {
  const url = `${apiUrl(world)}/users/${encodeURIComponent(account.login)}`;
  const page =
    account.type === "Bot"
      ? `apps/${account.login.replace(/\[bot\]$/, "")}`
      : encodeURIComponent(account.login);
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type, account.id),
    avatar_url: `${world.url}/avatars/${account.id}.svg`,
    gravatar_id: "",
    url,
    html_url: `${world.url}/${page}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    site_admin: false,
  };
}

/** A user's own page in the API. */
export function publicUser(world: World, account: Account): Schema<"public-user"> {
  return {
    ...simpleUser(world, account),
    name: account.name,
    company: null,
    blog: "",
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: isoTime(account.createdAt),
    updated_at: isoTime(account.createdAt),
  };
}

/** The organization of a webhook. */
export function organizationView(world: World, account: Account): Schema<"organization-simple-webhooks"> {
  const url = `${apiUrl(world)}/orgs/${encodeURIComponent(account.login)}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId("Organization", account.id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${world.url}/avatars/${account.id}.svg`,
    description: null,
  };
}

/** An App as it is told to itself. */
export function appView(world: World, app: App): NonNullable<Schema<"integration">> {
  return {
    id: app.id,
    client_id: app.clientId,
    slug: app.slug,
    node_id: nodeId("Integration", app.id),
    owner: simpleUser(world, app.owner),
    name: app.name,
    description: null,
    external_url: `${world.url}/apps/${app.slug}`,
    html_url: `${world.url}/apps/${app.slug}`,
    created_at: isoTime(app.createdAt),
    updated_at: isoTime(app.createdAt),
    permissions: { ...app.permissions },
    events: [...app.events],
  };
}

/** An App as it is embedded (`performed_via_github_app`, `app`), where the description of webhooks knows no `installation_target`. */
export function embeddedApp(world: World, app: App): ReturnType<typeof appView> {
  const view = appView(world, app);
  return { ...view, events: view.events.filter((event) => event !== "installation_target") };
}

/** What GitHub says about an author; it is no permission (PROMISES.md, threat 9). */
export function authorAssociation(repository: Repository, account: Account): Schema<"author-association"> {
  if (account.id === repository.owner.id) return "OWNER";
  if (account.type === "Bot") return "NONE";
  const role = roleOf(repository, account);
  if (roleAtLeast(role, "triage"))
    return repository.owner.type === "Organization" ? "MEMBER" : "COLLABORATOR";
  const contributed = [...repository.issues.values()].some(
    (issue) => issue.user.id === account.id && issue.pull?.mergedAt,
  );
  return contributed ? "CONTRIBUTOR" : "NONE";
}
