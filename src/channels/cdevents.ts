/**
 * Channel: CDEvents, as CloudEvents over HTTP in structured mode; one event for each component that was rolled out. A machine reads them: only what has a word in the specification is sent.
 * https://github.com/cdevents/spec/blob/v0.5.1/continuous-deployment.md https://github.com/cdevents/spec/blob/v0.5.1/cloudevents-binding.md
 */
import type { PromotionMessage } from "../core/channels/message.ts";
import type { Carrier } from "../core/channels/model.ts";
import { outcomeOf, secretFor, TIMEOUT_MS, urlOf, type Outcome, type Sending } from "./sending.ts";

const SPEC_VERSION = "0.5.1";
const EVENT_VERSION = "0.3.0";

/** Those that have been taken are sent again where a later one is not: they have the same ids then. */
export async function sendCdEvents(
  { to, token }: Extract<Carrier, { kind: "cdevents" }>,
  sending: Sending,
): Promise<Outcome> {
  const address = urlOf(to, sending);
  if (!address.ok) return { kind: "refused", reason: address.reason };
  const revealed = token === null ? null : secretFor(address.url, token, sending);
  if (revealed?.ok === false) return { kind: "refused", reason: revealed.reason };
  const headers = {
    "content-type": "application/cloudevents+json; charset=UTF-8",
    ...(revealed === null ? {} : { authorization: `Bearer ${revealed.value}` }),
  };
  const events = cloudEvents(sending);
  if (events.length === 0) return { kind: "unasked" };
  for (const event of events) {
    const body = JSON.stringify(event);
    const outcome = outcomeOf(await sending.post({ url: address.url, headers, body, timeoutMs: TIMEOUT_MS }));
    if (outcome.kind !== "taken") return outcome;
  }
  return { kind: "taken" };
}

/** The events of a message; none for what has no word in the specification. */
export function cloudEvents(sending: Sending): readonly object[] {
  const { message } = sending;
  if (message.about === "test") {
    const content = { title: sending.words.title };
    return [cloudEvent(sending, "dev.cdeventsx.waybill-channel.tested.0.1.0", "test", content)];
  }
  if (message.about !== "promotion") return [];
  const predicate = predicateOf(message);
  if (predicate === null) return [];
  const type = `dev.cdevents.service.${predicate}.${EVENT_VERSION}`;
  const content = {
    environment: { id: message.environment, source: sending.repository.url },
    artifactId: artifactOf(sending, message),
  };
  return message.components.map((component) => cloudEvent(sending, type, component, content, message));
}

function predicateOf({ event, from }: PromotionMessage): "deployed" | "upgraded" | "rolledback" | null {
  if (event === "rolled-back") return "rolledback";
  if (event !== "delivered") return null;
  return from === null ? "deployed" : "upgraded";
}

/** https://github.com/package-url/purl-spec/blob/main/types-doc/github-definition.md */
function artifactOf({ repository }: Sending, { tag, sha }: PromotionMessage): string {
  const { host } = new URL(repository.url);
  const name = `${encodeURIComponent(repository.owner.toLowerCase())}/${encodeURIComponent(repository.name.toLowerCase())}`;
  const elsewhere = host === "github.com" ? "" : `?repository_url=${encodeURIComponent(host)}`;
  return `pkg:github/${name}@${encodeURIComponent(tag ?? sha)}${elsewhere}`;
}

function cloudEvent(
  { id, repository, message }: Sending,
  type: string,
  name: string,
  content: object,
  promotion?: PromotionMessage,
): object {
  const context = {
    specversion: SPEC_VERSION,
    id: `${id}-${name}`,
    source: repository.url,
    type,
    timestamp: new Date(message.at).toISOString(),
  };
  const subject = { id: `${repository.owner}/${repository.name}/${name}`, content };
  const custom =
    promotion === undefined
      ? {}
      : { customData: factsOf(promotion), customDataContentType: "application/json" };
  return {
    specversion: "1.0",
    id: context.id,
    source: context.source,
    type,
    subject: subject.id,
    time: context.timestamp,
    datacontenttype: "application/json",
    data: { context, subject, ...custom },
  };
}

function factsOf({ promotionId, version, tag, sha, from, class: kind, proven }: PromotionMessage): object {
  return { promotionId, version, tag, sha, from, class: kind, proven };
}
