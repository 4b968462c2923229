/** What sending by a channel needs, and what comes of it. One file a kind. */
import { BY_HTTPS_ALONE, isOpenToOthers } from "../core/config/addresses.ts";
import type { ChannelMessage } from "../core/channels/message.ts";
import type { ChannelAddress } from "../core/channels/model.ts";
import type { Posted, PostGuarded } from "../core/channels/ports.ts";
import type { RevealSecret } from "../core/ports.ts";
import type { ChannelWords } from "../core/wording.ts";

/** A message as it is sent. */
export interface Sending {
  /** The same each time that this message is sent by this channel: letters, digits and `_`. */
  readonly id: string;
  readonly message: ChannelMessage;
  readonly words: ChannelWords;
  readonly repository: { readonly owner: string; readonly name: string; readonly url: string };
  readonly post: PostGuarded;
  readonly reveal: RevealSecret;
}

/** Reasons are parts of sentences, fit for publishing. */
export type Outcome =
  | { readonly kind: "taken" }
  /** Some have it, and some will not: it is said, and not sent again. */
  | { readonly kind: "partly"; readonly reason: string }
  /** There was nothing to send, so nothing is known. */
  | { readonly kind: "unasked" }
  /** It will not be taken, however often it is tried. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Not now. `retryAt`: when to come back, epoch ms; null: not said. */
  | { readonly kind: "later"; readonly reason: string; readonly retryAt: number | null };

/** How long a channel may take to answer, in milliseconds. */
export const TIMEOUT_MS = 10_000;

/** Statuses that say that another try may be taken: too slow, too early, too many, and whatever is the server's own trouble. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** What an answer to a message means. */
export function outcomeOf(posted: Posted): Outcome {
  if (posted.kind === "barred") return { kind: "refused", reason: posted.reason };
  if (posted.kind === "silent") return { kind: "later", reason: posted.reason, retryAt: null };
  const { status, retryAt } = posted;
  if (status >= 200 && status < 300) return { kind: "taken" };
  const isRedirect = status >= 300 && status < 400;
  const reason = `it answered with status ${status}${isRedirect ? ": redirects are not followed" : ""}`;
  const isPassing = PASSING.has(status) || (status >= 500 && status !== 501);
  return isPassing ? { kind: "later", reason, retryAt } : { kind: "refused", reason };
}

/** The address itself, or why there is none. Where it is a secret, it may be sent nowhere but there. */
export function urlOf(
  to: ChannelAddress,
  { reveal, repository }: Sending,
): { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string } {
  if ("url" in to) return { ok: true, url: to.url };
  const revealed = reveal({ name: to.secret, repository, host: null });
  if (!revealed.ok) return revealed;
  const isAddress = /^https?:\/\//i.test(revealed.value) && URL.canParse(revealed.value);
  if (!isAddress) return { ok: false, reason: `the secret ${to.secret} is not an address` };
  return isOpenToOthers(revealed.value)
    ? {
        ok: false,
        reason: `the secret ${to.secret} is an address by http://, which anybody on the way could read`,
      }
    : { ok: true, url: revealed.value };
}

/** A secret that is sent to an address, or signs what is. */
export function secretFor(
  url: string,
  name: string,
  { reveal, repository }: Sending,
): ReturnType<RevealSecret> {
  return isOpenToOthers(url)
    ? { ok: false, reason: BY_HTTPS_ALONE }
    : reveal({ name, repository, host: URL.parse(url)?.host ?? "" });
}
