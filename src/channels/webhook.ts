/** Channel: JSON to any address, signed as Standard Webhooks, so that ready-made libraries verify it. docs/channels.md has every field. */
import type { Carrier } from "../core/channels/model.ts";
import { crossOutTokens } from "../core/secrets.ts";
import { signingKey } from "../core/signing-keys.ts";
import { outcomeOf, secretFor, TIMEOUT_MS, urlOf, type Outcome, type Sending } from "./sending.ts";

const MOST_KEYS = 8;

export async function sendWebhook(
  { to, secret }: Extract<Carrier, { kind: "webhook" }>,
  sending: Sending,
): Promise<Outcome> {
  const address = urlOf(to, sending);
  if (!address.ok) return { kind: "refused", reason: address.reason };
  const revealed = secretFor(address.url, secret, sending);
  if (!revealed.ok) return { kind: "refused", reason: revealed.reason };
  const keys = keysIn(revealed.value);
  if (keys === null)
    return {
      kind: "refused",
      reason: `the secret ${secret} is not a signing key (\`whsec_…\`, or several with commas between)`,
    };
  const headers = { "content-type": "application/json", accept: "*/*" };
  const signed = { id: sending.id, keys };
  const body = webhookBody(sending);
  return outcomeOf(await sending.post({ url: address.url, headers, body, timeoutMs: TIMEOUT_MS, signed }));
}

/** Newest first; null where one is no key. */
function keysIn(value: string): readonly Uint8Array[] | null {
  const written = value.split(",");
  const keys = written.flatMap((part) => signingKey(part) ?? []);
  return written.length <= MOST_KEYS && keys.length === written.length ? keys : null;
}

/** What is posted. What people wrote is crossed out where it looks like a secret. */
export function webhookBody(sending: Sending): string {
  return JSON.stringify(payloadOf(sending), (_key, value: unknown) =>
    typeof value === "string" ? crossOutTokens(value) : value,
  );
}

/** `type`, `timestamp` and `data`, as the specification recommends. */
function payloadOf({ message, words, repository }: Sending): object {
  const { about: _about, name: _name, event, at, ...facts } = message;
  return {
    type: `waybill.${event}`,
    timestamp: new Date(at).toISOString(),
    data: {
      repository: `${repository.owner}/${repository.name}`,
      repositoryUrl: repository.url,
      title: words.title,
      text: [...words.lines, words.detail].filter((part) => part !== "").join("\n"),
      links: words.links,
      ...facts,
    },
  };
}
