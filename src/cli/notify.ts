/**
 * `waybill notify --test CHANNEL --on OWNER/NAME [FILE]`: sends one message that says that it is a test, by a channel of the repository's config, with the server's settings.
 *
 * Exit codes: 0 taken; 1 not taken, or there is no such channel; 2 usage, or settings; 3 GitHub is unavailable.
 */
import { readFileSync } from "node:fs";
import type { ChannelConfig } from "../core/channels/model.ts";
import { parseConfig } from "../core/config/index.ts";
import type { Channels } from "../notifying.ts";
import { repositoryIn, serverSettings, typed } from "./asking.ts";
import type { CommandIo } from "./main.ts";
import { Refusal, refusing, sentence, systemReason } from "./store/refusal.ts";

const USAGE = `Usage: waybill notify --test CHANNEL --on OWNER/NAME [FILE] [--json]

Sends one message by a channel of the config, by the same code by which it is told of releases. The message says that it is a test.
Read with the server's settings. Nothing is written, neither to the store nor on GitHub.

  --test CHANNEL   the channel, as the config names it
  --on OWNER/NAME  the repository: whether it may use the channel's secrets is its own question
  FILE             the config; default: the one on the repository's default branch, as GitHub has it
  --json           JSON instead of a sentence

Ends with 0 where the message was taken, and 1 where it was not.
`;

/** Who only reads a file, asks GitHub nothing. */
const OF_GITHUB = ["WEBHOOK_SECRET", "APP_ID", "PRIVATE_KEY", "PRIVATE_KEY_PATH"];

interface Asked {
  readonly channel: string;
  readonly owner: string;
  readonly repo: string;
  readonly file: string | null;
  readonly json: boolean;
}

/** The command, as it is typed on the server. */
export function notify(argv: readonly string[], io: CommandIo): Promise<number> {
  return refusing("notify", USAGE, io, async () => {
    const asked = askedIn(argv);
    if (asked === "help") {
      io.stdout(USAGE);
      return 0;
    }
    const settings = serverSettings(new Set(asked.file === null ? ["WEBHOOK_SECRET"] : OF_GITHUB));
    const clock = { now: () => Date.now() };
    // Only now: whoever asks for help waits for no package of the server.
    const { channelsOf, sendTest } = await import("../notifying.ts");
    const channels =
      asked.file === null
        ? channelsIn(asked, await channelsOf(asked, settings, clock))
        : channelsInFile(asked.file, asked.repo);
    const channel = channels.find(({ name }) => name === asked.channel);
    if (channel === undefined) {
      const known =
        channels.length === 0 ? "It names none." : `It names ${channels.map(({ name }) => name).join(", ")}.`;
      throw new Refusal(1, `The config has no channel “${asked.channel}”. ${known}`);
    }
    const { outcome, destination } = await sendTest({ ...asked, channel }, settings, clock);
    const isTaken = outcome.kind === "taken";
    const reason = "reason" in outcome ? outcome.reason : null;
    const { kind } = channel.carrier;
    if (asked.json)
      io.stdout(
        `${JSON.stringify({ channel: channel.name, kind, destination, taken: isTaken, reason }, null, 2)}\n`,
      );
    else if (isTaken)
      io.stdout(`The channel ${channel.name} (${kind}) has taken a test message: ${destination}.\n`);
    else
      io.stdout(
        `The channel ${channel.name} (${kind}) has not taken it (${destination}): ${reason ?? ""}.\n`,
      );
    return isTaken ? 0 : 1;
  });
}

function channelsIn({ owner, repo }: Asked, found: Channels): readonly ChannelConfig[] {
  const place = `${owner}/${repo}`;
  switch (found.kind) {
    case "channels":
      return found.channels;
    case "not installed":
      throw new Refusal(1, `Waybill is not installed in ${place}, or there is no such repository.`);
    case "no config":
      throw new Refusal(1, `There is no .github/waybill.yml on the default branch of ${place}.`);
    case "broken":
      throw new Refusal(
        1,
        `The config of ${place} is broken.`,
        "`waybill validate` says what is wrong with it.",
      );
    case "unavailable":
      throw new Refusal(3, sentence(found.message));
  }
}

function channelsInFile(file: string, repositoryName: string): readonly ChannelConfig[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Refusal(2, `${file} cannot be read: ${systemReason(error)}.`);
  }
  const reading = parseConfig(text, { path: file, repositoryName });
  if (reading.ok) return reading.config.channels ?? [];
  throw new Refusal(1, `${file} is not valid.`, `\`waybill validate ${file}\` says what is wrong with it.`);
}

function askedIn(argv: readonly string[]): Asked | "help" {
  const { values, words } = typed(argv, OPTIONS);
  if (values.help === true) return "help";
  if (values.test === undefined) throw new Refusal(2, "Name the channel: --test CHANNEL.");
  const { owner, repo } = repositoryIn(values.on);
  const [file = null, ...others] = words;
  if (others.length > 0) throw new Refusal(2, "Name one file only.");
  return { channel: values.test, owner, repo, file, json: values.json === true };
}

const OPTIONS = {
  test: { type: "string" },
  on: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;
