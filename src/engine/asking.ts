/** Asking the running system, at one address or at several. */
import { addressesOf, together } from "../core/addresses.ts";
import type { ProbeConfig } from "../core/config/index.ts";
import { readMeasure, type MeasureConfig, type MeasuredValue } from "../core/measures.ts";
import type { Clock, RepositoryKey } from "../core/ports.ts";
import type { Cargo, Evidence } from "../core/promotion.ts";
import { judgeLook, type Look } from "../core/proof.ts";

/** What is sent along. What is secret of it must not come back in any answer. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** Asks one address of the running system (`url`) once; never rejects, since no answer is an answer too. */
export type AskSystem = (asked: Asked, credentials: Credentials) => Promise<Look>;

/** What is asked; `number`: for a number, however it is written. */
export interface Asked extends Pick<ProbeConfig, "url" | "json" | "header" | "matches" | "timeoutMs"> {
  readonly expect: ProbeConfig["expect"] | "number";
}

/** Finds what a probe of a repository sends along to an address; a reason is fit for publishing. */
export type CredentialsOf = (
  config: Pick<ProbeConfig, "headers">,
  url: string,
  repository: RepositoryKey,
) => Promise<({ readonly ok: true } & Credentials) | { readonly ok: false; readonly reason: string }>;

/** Who asks. */
export interface Asker {
  readonly ask: AskSystem;
  readonly credentialsOf: CredentialsOf;
  readonly clock: Clock;
}

/** So many addresses of one probe are asked at a time. */
const AT_A_TIME = 5;

/** One look: all addresses of a probe are asked, some at a time, and what they said is judged as one. */
export async function askAll(
  { ask, credentialsOf, clock }: Asker,
  config: ProbeConfig,
  cargo: Cargo,
  repository: RepositoryKey,
): Promise<Evidence> {
  const addresses = addressesOf(config);
  const looks: Evidence[] = [];
  const work = addresses.entries();
  const askSome = async (): Promise<void> => {
    for (const [index, url] of work) {
      const one = { ...config, url };
      const found = await credentialsOf(config, url, repository);
      // Nothing is known of a system that was not asked.
      const look: Look = found.ok ? await ask(one, found) : { kind: "refused", reason: found.reason };
      const seen = judgeLook(look, one, cargo, clock.now());
      looks[index] = found.ok && found.secrets.length > 0 ? withheld(seen) : seen;
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, addresses.length) }, askSome));
  return together(looks, config, clock.now());
}

/** What a version or a commit looks like: nothing else is repeated of who was sent a secret, since it could be that, in a spelling that nobody knows. */
const VERSION_LIKE = /^(?:v?\d{1,9}(?:\.\d{1,9}){1,3}(?:[-+][0-9A-Za-z.+-]{1,40})?|[0-9a-f]{7,40})$/;

function withheld(seen: Evidence): Evidence {
  return seen.observed === null || VERSION_LIKE.test(seen.observed)
    ? seen
    : { ...seen, observed: "[not repeated, as secrets are sent there]" };
}

/** Asks for numbers, one after the other: what does not answer is told, and holds up no other. */
export async function measureAll(
  { ask, credentialsOf }: Asker,
  numbers: readonly MeasureConfig[],
  repository: RepositoryKey,
): Promise<readonly MeasuredValue[]> {
  const values: MeasuredValue[] = [];
  for (const number of numbers) {
    const found = await credentialsOf(number, number.url, repository);
    const asked = { ...number, header: null, expect: "number" } as const;
    const look: Look = found.ok ? await ask(asked, found) : { kind: "refused", reason: found.reason };
    if (look.kind === "observed") values.push(readMeasure(look.value));
    else values.push({ missing: look.kind === "answered" ? "the answer is no number" : look.reason });
  }
  return values;
}
