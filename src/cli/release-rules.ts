/** What a repository's own config says of notes and versions, for commands that read a clone and need nothing else of it. */
import { DEFAULT_TYPES, type TypeRule, type VersionPolicy } from "../core/notes/index.ts";

export interface NotesRules {
  readonly types: readonly TypeRule[];
  readonly policy: VersionPolicy;
  readonly strict: boolean;
}

/** The rules where a config says nothing. */
export function usualRules(): NotesRules {
  return { types: DEFAULT_TYPES, policy: {}, strict: false };
}

/** The rules of a config, by what stands under `release`. Null where that cannot be used: `waybill validate` says why. */
export async function rulesIn(release: unknown): Promise<NotesRules | null> {
  if (release === undefined || release === null) return usualRules();
  // The shape of configs and the presets take as long to load as the rest of the command: not without need.
  const { releaseRulesIn } = await import("../core/config/release.ts");
  const { typesFor } = await import("../presets/index.ts");
  const rules = releaseRulesIn(release);
  if (rules === null) return null;
  return { types: typesFor(rules), policy: rules.policy ?? {}, strict: rules.strict === true };
}
