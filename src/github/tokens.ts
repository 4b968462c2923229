/**
 * Tokens for one repository, good for the least that Waybill needs. Where an installation has not granted all of that, or does not any more,
 * GitHub refuses such a token altogether: then one for what is granted is taken, so that what can still be done is done, and what
 * cannot is refused and said call by call.
 */
import type { Clock } from "../core/ports.ts";
import type { InstallationId, RepositoryId } from "../core/ids.ts";

/** What a token is asked for. */
export interface TokenScope {
  readonly installationId: InstallationId;
  readonly repositoryIds: RepositoryId[];
  readonly permissions: Record<string, string>;
}

/** The App's way to tokens, as far as it is used here. `refresh`: a new one even where one is known. */
type Authenticate = (
  options: { readonly type: "installation"; readonly refresh?: boolean } & Omit<TokenScope, "permissions"> &
    Partial<Pick<TokenScope, "permissions">>,
) => Promise<{ readonly token: string }>;

/** So soon is the whole asked for again, in case that somebody has granted it. */
const LESS_FOR_MS = 10 * 60_000;

export interface Tokens {
  /** A token; with `refresh`, a new one. @throws what GitHub refused, where it is not for a missing permission */
  tokenOf(scope: TokenScope, refresh: boolean): Promise<{ readonly token: string }>;
  /** Something was granted: the next token is asked for whole. */
  forget(installation: InstallationId): void;
}

/** Tokens by the App's way to them. */
export function createTokens(authenticate: Authenticate, clock: Clock): Tokens {
  /** Until when each installation is asked for less. */
  const less = new Map<InstallationId, number>();
  return {
    async tokenOf(scope, again) {
      const refresh = again ? { refresh: true } : {};
      const { installationId, repositoryIds } = scope;
      const asIsGranted = () =>
        authenticate({ type: "installation", installationId, repositoryIds, ...refresh });
      if ((less.get(installationId) ?? 0) > clock.now()) return asIsGranted();
      try {
        return await authenticate({ type: "installation", ...scope, ...refresh });
      } catch (error) {
        if (!lacksPermission(error)) throw error;
        less.set(installationId, clock.now() + LESS_FOR_MS);
        return asIsGranted();
      }
    },
    forget: (installation) => void less.delete(installation),
  };
}

/** Sends a request on. */
interface Send {
  (endpoint: RequestOptions): Promise<unknown>;
  readonly endpoint: { merge(route: unknown, parameters?: unknown): RequestOptions };
}
interface RequestOptions {
  readonly headers: Record<string, string | number | undefined>;
}

/** Octokit's options by which each call bears the token that is the newest when it goes out. */
export function bearing(token: () => string) {
  const hook = (send: Send, route: unknown, parameters?: unknown): Promise<unknown> => {
    const options = send.endpoint.merge(route, parameters);
    options.headers["authorization"] = `token ${token()}`;
    return send(options);
  };
  return { authStrategy: () => Object.assign(() => Promise.resolve({ type: "token" }), { hook }) };
}

/** https://docs.github.com/en/rest/apps/apps#create-an-installation-access-token-for-an-app */
function lacksPermission(error: unknown): boolean {
  if (!(error instanceof Error) || !("status" in error) || error.status !== 422) return false;
  return /permissions requested are not granted/i.test(error.message);
}
