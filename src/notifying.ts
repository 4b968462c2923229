/** One test message by a channel of a config, sent by the very code that tells it when something has happened. Nothing is written, neither to a store nor at GitHub. */
import { connectAsApp, senders } from "./assemble.ts";
import { findRepository } from "./asking.ts";
import { destinationOf, idOfMessage, sendBy, type Outcome, type Sending } from "./channels/index.ts";
import type { TestMessage } from "./core/channels/message.ts";
import type { ChannelConfig } from "./core/channels/model.ts";
import type { InstallationId, RepositoryId } from "./core/ids.ts";
import { RetryLaterError, type Clock } from "./core/ports.ts";
import type { Settings } from "./environment.ts";
import { failureOf, isRequestFailure } from "./github/failure.ts";
import { readConfig } from "./github/config.ts";
import { createLogger } from "./logging.ts";
import { createTextRenderer } from "./render/text.ts";

export interface Trial {
  readonly owner: string;
  readonly repo: string;
  readonly channel: ChannelConfig;
}

/** What came of it, and where it went: no more than a host. */
export interface TrialResult {
  readonly outcome: Outcome;
  readonly destination: string;
}

/** Sends one message that says that it is a test. */
export async function sendTest(
  { owner, repo: name, channel }: Trial,
  settings: Settings,
  clock: Clock,
): Promise<TrialResult> {
  const at = clock.now();
  const message: TestMessage = { about: "test", event: "test", name: `test-${at}`, at };
  const url = `${settings.gitHubProtocol}://${settings.gitHubHost ?? "github.com"}/${owner}/${name}`;
  const about = {
    repository: `${owner}/${name}`,
    url,
    audience: null,
    notes: null,
    issue: null,
    templates: [],
  };
  const { post, reveal, mail } = senders(settings, clock);
  const lane = { installation: 0 as InstallationId, repository: 0 as RepositoryId, environment: "" };
  const sending: Sending = {
    id: idOfMessage(lane, channel.name, message),
    message,
    words: createTextRenderer().channel(message, about),
    repository: { owner, name, url },
    post,
    reveal,
  };
  const outcome = await sendBy(channel.carrier, sending, mail);
  return { outcome, destination: destinationOf(channel.carrier, sending, mail) };
}

export type Channels =
  | { readonly kind: "channels"; readonly channels: readonly ChannelConfig[] }
  | { readonly kind: "not installed" | "no config" | "broken" }
  | { readonly kind: "unavailable"; readonly message: string };

/** The channels of the config on the repository's default branch, an owner's defaults included, as GitHub has it now. */
export async function channelsOf(
  place: Pick<Trial, "owner" | "repo">,
  settings: Settings,
  clock: Clock,
): Promise<Channels> {
  const logger = createLogger({ level: "silent", secrets: [], destination: { write: () => {} } });
  const github = connectAsApp({ settings, clock, logger }, () => {});
  try {
    const found = await findRepository(github, place);
    if (found === null) return { kind: "not installed" };
    const client = await github.forRepository(found.installation, found.repository);
    const facts = await readConfig(client, found.defaultBranch);
    if (facts.kind === "found") return { kind: "channels", channels: facts.config.channels ?? [] };
    return { kind: facts.kind === "broken" ? "broken" : "no config" };
  } catch (error) {
    if (!(error instanceof RetryLaterError || isRequestFailure(error))) throw error;
    return { kind: "unavailable", message: failureOf(error, clock.now()).message };
  }
}
