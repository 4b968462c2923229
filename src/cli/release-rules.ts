/** What a repository's own config says of notes and versions, for commands that read a clone and need nothing else of it. */
import type { ReleaseRules } from "../core/config/release-model.ts";
import { typesFor } from "../presets/index.ts";
import type { TypeRule, VersionPolicy } from "../core/notes/index.ts";

export interface NotesRules {
  readonly types: readonly TypeRule[];
  readonly policy: VersionPolicy;
  readonly strict: boolean;
}

/** The rules where a config says nothing. */
export function usualRules(): NotesRules {
  return rulesOf({});
}

/** The rules of a config, by what stands under `release`. Null where that cannot be used: `waybill validate` says why. */
export async function rulesIn(release: unknown): Promise<NotesRules | null> {
  if (release === undefined || release === null) return usualRules();
  // Checks the shape of configs, which takes as long to load as the rest of the command: not without need.
  const { releaseRulesIn } = await import("../core/config/release.ts");
  const rules = releaseRulesIn(release);
  return rules === null ? null : rulesOf(rules);
}

function rulesOf(rules: ReleaseRules): NotesRules {
  return { types: typesFor(rules), policy: rules.policy ?? {}, strict: rules.strict === true };
}
