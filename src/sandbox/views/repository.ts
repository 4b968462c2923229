import { isoTime } from "../clock.ts";
import { nodeId } from "../ids.ts";
import type { Repository } from "../state.ts";
import { fullName } from "../state.ts";
import type { World } from "../world.ts";
import { apiUrl, simpleUser } from "./accounts.ts";
import type { Schema } from "./schema.ts";

/** `…/api/v3/repos/{owner}/{name}`. */
export function repositoryApiUrl(world: World, repository: Repository): string {
  return `${apiUrl(world)}/repos/${fullName(repository)}`;
}

/** `…/{owner}/{name}`. */
export function repositoryPage(world: World, repository: Repository): string {
  return `${world.url}/${fullName(repository)}`;
}

const URL_ENDINGS = {
  archive_url: "{archive_format}{/ref}",
  assignees_url: "assignees{/user}",
  blobs_url: "git/blobs{/sha}",
  branches_url: "branches{/branch}",
  collaborators_url: "collaborators{/collaborator}",
  comments_url: "comments{/number}",
  commits_url: "commits{/sha}",
  compare_url: "compare/{base}...{head}",
  contents_url: "contents/{+path}",
  contributors_url: "contributors",
  deployments_url: "deployments",
  downloads_url: "downloads",
  events_url: "events",
  forks_url: "forks",
  git_commits_url: "git/commits{/sha}",
  git_refs_url: "git/refs{/sha}",
  git_tags_url: "git/tags{/sha}",
  hooks_url: "hooks",
  issue_comment_url: "issues/comments{/number}",
  issue_events_url: "issues/events{/number}",
  issues_url: "issues{/number}",
  keys_url: "keys{/key_id}",
  labels_url: "labels{/name}",
  languages_url: "languages",
  merges_url: "merges",
  milestones_url: "milestones{/number}",
  notifications_url: "notifications{?since,all,participating}",
  pulls_url: "pulls{/number}",
  releases_url: "releases{/id}",
  stargazers_url: "stargazers",
  statuses_url: "statuses/{sha}",
  subscribers_url: "subscribers",
  subscription_url: "subscription",
  tags_url: "tags",
  teams_url: "teams",
  trees_url: "git/trees{/sha}",
} as const;

/** A repository as it is embedded in runs and lists. */
export function minimalRepository(world: World, repository: Repository) {
  const url = repositoryApiUrl(world, repository);
  const endings = Object.entries(URL_ENDINGS).map(([name, ending]) => [name, `${url}/${ending}`]);
  return {
    id: repository.id,
    node_id: nodeId("Repository", repository.id),
    name: repository.name,
    full_name: fullName(repository),
    owner: simpleUser(world, repository.owner),
    private: repository.private,
    html_url: repositoryPage(world, repository),
    description: repository.description,
    fork: false,
    url,
    ...(Object.fromEntries(endings) as Record<keyof typeof URL_ENDINGS, string>),
  } satisfies Schema<"minimal-repository">;
}

/** A whole repository, as `GET /repos/{owner}/{repo}` and webhooks give it. */
export function repositoryView(world: World, repository: Repository) {
  const page = repositoryPage(world, repository);
  const open = [...repository.issues.values()].filter((issue) => issue.state === "open").length;
  return {
    ...minimalRepository(world, repository),
    git_url: `git://${page.replace(/^https?:\/\//, "")}.git`,
    ssh_url: `git@127.0.0.1:${fullName(repository)}.git`,
    clone_url: `${page}.git`,
    svn_url: page,
    mirror_url: null,
    homepage: null,
    language: null,
    forks_count: 0,
    forks: 0,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    size: 0,
    default_branch: repository.defaultBranch,
    open_issues_count: open,
    open_issues: open,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    has_downloads: false,
    has_discussions: false,
    archived: repository.archived,
    disabled: false,
    visibility: repository.private ? "private" : "public",
    pushed_at: isoTime(repository.pushedAt),
    created_at: isoTime(repository.createdAt),
    updated_at: isoTime(repository.pushedAt),
    license: null,
    allow_forking: true,
    web_commit_signoff_required: false,
    ...repository.merging,
  } satisfies Schema<"repository">;
}

/** The repository's own resource. */
export function fullRepository(world: World, repository: Repository): Schema<"full-repository"> {
  return {
    ...repositoryView(world, repository),
    network_count: 0,
    subscribers_count: 0,
    delete_branch_on_merge: false,
  };
}
