/** What a repository's own config says of notes and versions, for commands that read a clone and need nothing else of it. */
import {
  DEFAULT_TYPES,
  tagPattern,
  type ComponentPaths,
  type TypeRule,
  type VersionPolicy,
} from "../core/notes/index.ts";
import type { ChangeGrouping, PresetName, ReleaseContent } from "../core/config/release-model.ts";
import type { Audience } from "../core/audiences.ts";
import { fileAt } from "./git.ts";
import { CONFIG } from "./repository-paths.ts";

interface NotesRules {
  readonly preset: PresetName;
  readonly types: readonly TypeRule[];
  readonly policy: VersionPolicy;
  readonly strict: boolean;
  readonly audiences: readonly Audience[];
  /** The file that lists the releases; absent where the config names none. */
  readonly changelog?: string;
}

/** A component, and the pattern of its own tags; null where it has the release's version. */
export interface NotesComponent extends ComponentPaths {
  readonly tag: string | null;
}

export interface NotesConfig {
  /** By what changes are grouped within their sections; absent where they are not. */
  readonly groupBy?: ChangeGrouping;
  /** The files that tell the dependencies; null: the usual ones. */
  readonly dependencies: readonly string[] | null;
  readonly components: readonly NotesComponent[];
  /** The pattern of release tags. */
  readonly tag: string;
  readonly rules: NotesRules;
}

const CONFIG_LIMIT = 524_288;
const USUAL: NotesRules = {
  preset: "conventionalcommits",
  types: DEFAULT_TYPES,
  policy: {},
  strict: false,
  audiences: [],
};
/** What holds without a config. */
export const USUAL_CONFIG: NotesConfig = {
  dependencies: null,
  components: [],
  tag: "v{version}",
  rules: USUAL,
};

/**
 * What the notes need of the config at a commit. One that cannot be used is left aside, which `say` is told: `waybill validate` explains it.
 *
 * @param repo the clone's folder
 */
export async function readConfig(
  repo: string,
  sha: string,
  say: (words: string) => void,
): Promise<NotesConfig> {
  const text = await fileAt(repo, sha, CONFIG, CONFIG_LIMIT);
  if (text === null) return USUAL_CONFIG;
  const { parseDocument } = await import("yaml");
  const document = parseDocument(text);
  try {
    if (document.errors.length > 0) throw document.errors[0];
    return await configFrom(document.toJS({ maxAliasCount: 20 }));
  } catch {
    say(`${CONFIG} cannot be read, so it is left aside; \`waybill validate\` says why.`);
    return USUAL_CONFIG;
  }
}

async function configFrom(value: unknown): Promise<NotesConfig> {
  const components = Object.entries(fieldOf(value, "components") ?? {}).map(
    ([name, component]: [string, unknown]) => {
      const paths: unknown = fieldOf(component, "paths");
      const tag: unknown = fieldOf(component, "tag");
      return {
        name,
        paths: Array.isArray(paths) ? paths.filter((path) => typeof path === "string") : [],
        tag: typeof tag === "string" && tagPattern(tag) !== null ? tag : null,
      };
    },
  );
  const release = fieldOf(value, "release");
  const tag: unknown = fieldOf(release, "tag");
  const { dependencies = null, groupBy, ...rules } = await rulesIn(release);
  return {
    ...(groupBy === undefined ? {} : { groupBy }),
    dependencies,
    components,
    tag: typeof tag === "string" ? tag : USUAL_CONFIG.tag,
    rules,
  };
}

async function rulesIn(
  release: unknown,
): Promise<NotesRules & Pick<ReleaseContent, "dependencies" | "groupBy">> {
  if (release === null) return USUAL;
  // The shape of configs and the presets take as long to load as the rest of the command: not without need.
  const { releaseRulesIn } = await import("../core/config/release.ts");
  const { typesFor } = await import("../presets/index.ts");
  const rules = releaseRulesIn(release);
  if (rules === null) throw new Error("what it says under `release` cannot be used");
  const { preset = USUAL.preset, policy = {}, strict = false, changelog, dependencies, groupBy } = rules;
  const { audiences = [] } = rules;
  return {
    preset,
    types: typesFor(rules),
    policy,
    strict,
    audiences,
    ...(changelog === undefined ? {} : { changelog }),
    ...(dependencies === undefined ? {} : { dependencies }),
    ...(groupBy === undefined ? {} : { groupBy }),
  };
}

function fieldOf(value: unknown, name: string): object | null {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? ((value as Record<string, object>)[name] ?? null)
    : null;
}
