/**
 * What a probe sends along, by the names in the config: literals as they are, secrets as the operator lets this repository send them to this host
 * (`secrets.ts`). Looked up at each look, so that nothing of it is ever stored.
 */
import { BY_HTTPS_ALONE, isOpenToOthers } from "./core/config/addresses.ts";
import type { RepositoryKey, RevealSecret } from "./core/ports.ts";
import type { CredentialsOf } from "./engine/asking.ts";

/** A repository's owner and name, as they are now. */
type NameOf = (repository: RepositoryKey) => Promise<{ readonly owner: string; readonly name: string }>;

/** Below this, crossing it out would cross out half of what is said. */
const LEAST_CROSSED_OUT = 4;

/** Makes what finds a probe's headers. The repository's name is asked for only where a secret is wanted. */
export function createCredentials(reveal: RevealSecret, nameOf: NameOf): CredentialsOf {
  return async ({ headers = {} }, url, lane) => {
    const wanted = Object.entries(headers);
    if (wanted.every(([, value]) => typeof value === "string"))
      return { ok: true, headers: Object.fromEntries(wanted) as Record<string, string>, secrets: [] };
    const repository = await nameOf(lane);
    const host = URL.parse(url)?.host ?? "";
    const found: [string, string][] = [];
    const secrets: string[] = [];
    for (const [name, value] of wanted) {
      const told =
        typeof value === "string"
          ? { ok: true as const, value }
          : reveal({ name: value.secret, repository, host });
      if (!told.ok) return told;
      if (typeof value !== "string" && isOpenToOthers(url)) return { ok: false, reason: BY_HTTPS_ALONE };
      found.push([name, told.value]);
      if (typeof value !== "string") secrets.push(...partsOf(told.value));
    }
    // Longest first, over all of them: one may be a part of another.
    secrets.sort((one, other) => other.length - one.length);
    return { ok: true, headers: Object.fromEntries(found), secrets };
  };
}

/** The whole of it, and what stands behind a scheme (`Bearer …`): a system that echoes it may leave that out. Longest first. */
function partsOf(secret: string): string[] {
  return [secret, ...secret.split(/\s+/)]
    .filter((part) => part.length >= LEAST_CROSSED_OUT)
    .toSorted((one, other) => other.length - one.length);
}
