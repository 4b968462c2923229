/** Components with versions of their own: what their tags say of them, and so which versions come with a release. */
import semver from "semver";
import { componentVersions, seriesOf, type ComponentStand } from "../core/component-versions.ts";
import type { ComponentConfig, Config } from "../core/config/index.ts";
import { commitSha, type CommitSha } from "../core/ids.ts";
import {
  summarise,
  tagOfVersion,
  tagPattern,
  versionOfTag,
  type Commit,
  type NotesModel,
} from "../core/notes/index.ts";
import type { ComponentInRelease, ComponentRelease, NotesSnapshot } from "../core/release.ts";
import { compareUrl } from "./addresses.ts";
import type { RepositoryClient } from "./client.ts";
import { isWithin } from "./history.ts";
import { rememberAncestor } from "./memory.ts";
import { peeled, TARGET_FIELDS, type TargetNode } from "./targets.ts";

/** Tags of one component that are looked at: those of the newest commits. */
const TAGS_READ = 100;
/** How many of a component's versions are tried to find one that the commit carries; the highest are the likely ones. */
const VERSIONS_TRIED = 20;
/** Components in one query. */
const COMPONENTS_BATCH = 25;

type OwnVersioned = ComponentConfig & { readonly tag: string };

/** The components that have versions of their own. */
export function ownVersioned({ components }: Pick<Config, "components">): OwnVersioned[] {
  return components.flatMap((component) => {
    const { tag } = component;
    return tag === undefined ? [] : [{ ...component, tag }];
  });
}

interface Release {
  readonly version: string;
  readonly snapshot: NotesSnapshot;
  /** The changes of each component, by its name. */
  readonly models: ReadonlyMap<string, NotesModel>;
  /** The release's commits. */
  readonly commits: readonly Commit[];
}

/** Reads the components' tags, and works out their versions with a release. */
export async function componentFacts(
  client: RepositoryClient,
  config: Config,
  release: Release,
): Promise<{
  readonly components: readonly ComponentInRelease[];
  readonly parts: readonly ComponentRelease[];
}> {
  const own = ownVersioned(config);
  const stands = new Map<string, Stand>();
  for (const [name, tags] of await tagsOf(client, own))
    stands.set(name, await standOf(client, name, tags, release));
  const { linked, policy } = config.release;
  const versions = componentVersions([...stands.values()], {
    ...(linked === undefined ? {} : { linked }),
    ...(policy === undefined ? {} : { policy }),
    series: seriesOf(release.version),
  });
  const components: ComponentInRelease[] = [];
  const parts: ComponentRelease[] = [];
  for (const version of versions) {
    const component = own.find(({ name }) => name === version.name);
    const stand = stands.get(version.name);
    if (component === undefined || stand === undefined) continue;
    const { model } = stand;
    const shown = version.next ?? version.current;
    const tag = shown === null ? null : tagOfVersion(component.tag, shown);
    const changes = model.sections.reduce((sum, { entries }) => sum + entries.length, 0);
    components.push({ ...version, tag, changes, breaking: model.breaking.length > 0 });
    if (version.next !== null && tag !== null)
      parts.push({
        component: component.name,
        version: version.next,
        tag,
        notes: notesOfPart(client, stand, tag, release),
      });
  }
  return { components, parts };
}

/** A component's notes are counted from its own version before. */
function notesOfPart(
  client: RepositoryClient,
  { model, currentTag }: Stand,
  tag: string,
  { snapshot }: Release,
): NotesSnapshot {
  const { migrations: _migrations, ...plain } = snapshot;
  return {
    ...plain,
    base: currentTag,
    model,
    compareUrl: currentTag === null ? null : compareUrl(client, currentTag.tag, tag),
  };
}

interface Stand extends ComponentStand {
  readonly currentTag: { readonly tag: string; readonly version: string; readonly sha: CommitSha } | null;
}

interface ComponentTag {
  readonly tag: string;
  readonly version: string;
  readonly sha: CommitSha;
}

async function standOf(
  client: RepositoryClient,
  name: string,
  tags: readonly ComponentTag[],
  { snapshot, models, commits }: Release,
): Promise<Stand> {
  const { head } = snapshot;
  const elsewhere = tags.filter(({ sha }) => sha !== head);
  const here =
    tags
      .filter(({ sha }) => sha === head)
      .toSorted(byVersion)
      .at(0)?.version ?? null;
  const within = new Set(commits.map(({ sha }) => sha));
  const stable = elsewhere.filter(({ version }) => semver.prerelease(version) === null).toSorted(byVersion);
  let currentTag: ComponentTag | null = null;
  for (const tag of stable.slice(0, VERSIONS_TRIED)) {
    if (!within.has(tag.sha) && !(await isAncestor(client, tag.sha, snapshot))) continue;
    currentTag = tag;
    break;
  }
  return {
    name,
    currentTag,
    current: currentTag?.version ?? null,
    taken: elsewhere.map(({ version }) => version),
    here,
    model: models.get(name) ?? summarise([]),
  };
}

function byVersion(one: ComponentTag, other: ComponentTag): number {
  return semver.rcompare(one.version, other.version);
}

/** Whether a commit that is none of the release's own lies before it. Between two commits that never changes, so each pair is asked once. */
async function isAncestor(
  client: RepositoryClient,
  sha: CommitSha,
  { base, head }: NotesSnapshot,
): Promise<boolean> {
  const until = base?.sha ?? head;
  if (sha === until) return true;
  const pair = `${sha} ${until}`;
  const known = client.memory.ancestors.get(pair);
  if (known !== undefined) return known;
  const is = await isWithin(client, sha, until);
  rememberAncestor(client.memory, pair, is);
  return is;
}

interface RefsNode {
  readonly nodes: readonly { readonly name: string; readonly target: TargetNode | null }[];
}
type Answer = Record<string, RefsNode | null>;

/**
 * The tags of each component, in the order of the components. https://docs.github.com/en/graphql/reference/objects#repository
 */
async function tagsOf(
  client: RepositoryClient,
  own: readonly OwnVersioned[],
): Promise<ReadonlyMap<string, readonly ComponentTag[]>> {
  const { octokit, owner, repo } = client;
  const found = new Map<string, readonly ComponentTag[]>();
  for (let from = 0; from < own.length; from += COMPONENTS_BATCH) {
    const batch = own.slice(from, from + COMPONENTS_BATCH);
    const fields = batch.map(({ tag }, index) => {
      const { before = "", after = "" } = tagPattern(tag) ?? {};
      const part = before.length >= after.length ? before : after;
      return `t${index}: refs(refPrefix: "refs/tags/", query: ${JSON.stringify(part)}, first: ${TAGS_READ}, orderBy: { field: TAG_COMMIT_DATE, direction: DESC }) { nodes { name ${TARGET_FIELDS} } }`;
    });
    const query = `query ($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { ${fields.join(" ")} } }`;
    const { repository } = await octokit.graphql<{ repository: Answer }>(query, { owner, repo });
    for (const [index, { name, tag }] of batch.entries())
      found.set(
        name,
        (repository[`t${index}`]?.nodes ?? []).flatMap((node) => tagged(tag, node)),
      );
  }
  return found;
}

function tagged(pattern: string, { name, target }: RefsNode["nodes"][number]): ComponentTag[] {
  const version = versionOfTag(pattern, name);
  const sha = commitSha(peeled(target) ?? "");
  return version === null || sha === null ? [] : [{ tag: name, version, sha }];
}
