/**
 * `waybill simulate`: what Waybill would do on a webhook, if it had not been there before. Every event, every line of the audit log and every effect is shown, and no
 * effect is performed; GitHub is a stand-in on this machine.
 *
 * Exit codes: 0 it was simulated; 1 the payload, the config or the clone cannot be read, or something could not be decided; 2 usage; 3 git cannot be run.
 */
import { readFileSync } from "node:fs";
import type { LaneEvent } from "../core/events.ts";
import { CloneUnreadable } from "../sandbox/index.ts";
import { commitOf, isShallow } from "./git.ts";
import { plain, Refusal, refusalOf } from "./notes-refusal.ts";
import { optionsOf } from "./options.ts";
import { follow, type Followed, type OrderedEffect } from "./simulate/follow.ts";
import { readWebhook, type SimulatedWebhook } from "./simulate/payload.ts";
import { makePlace, type Place } from "./simulate/place.ts";

interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

const ROLES = ["read", "triage", "write", "maintain", "admin"] as const;
type GivenRole = (typeof ROLES)[number];

const USAGE = `Usage: waybill simulate --event FILE|- [--name EVENT] [--repo DIR | --config FILE] [--role ROLE] [--json]

What Waybill would do on a webhook, if it had not been there before: what the webhook is read as, what would stand in the audit log, and
every effect that would be ordered. Nothing is done: GitHub is a stand-in on this machine, which is made of the payload and the clone.

  --event FILE    the webhook's payload as JSON, bare or as GitHub shows a delivery; - for standard input
  --name EVENT    which webhook it is (the header X-GitHub-Event); by default told by its shape
  --repo DIR      the clone with the config, its workflows and tags (default: the current folder)
  --config FILE   this .github/waybill.yml instead: of the clone, or without --repo of a repository that has nothing else
  --role ROLE     what the sender may do there: ${ROLES.join(", ")} (default: maintain);
                  whoever owns the repository may do everything
  --json          JSON instead of text
`;

const LONGEST_CONFIG = 1_048_576;

/** Runs the command with its arguments (without `simulate`) and returns its exit code; see above. */
export async function simulate(argv: readonly string[], io: Io): Promise<number> {
  try {
    const asked = parse(argv);
    if (asked === "help") {
      io.stdout(USAGE);
      return 0;
    }
    return await run(asked, io);
  } catch (error) {
    const refusal = error instanceof CloneUnreadable ? new Refusal(1, error.message) : refusalOf(error);
    io.stderr(`waybill simulate: ${plain(refusal.message)}\n${refusal.code === 2 ? `\n${USAGE}` : ""}`);
    return refusal.code;
  }
}

interface Asked {
  readonly event: string;
  readonly name: string | null;
  /** Null for a repository that has nothing but the config. */
  readonly repo: string | null;
  readonly config: string | null;
  readonly role: GivenRole;
  readonly json: boolean;
}

const OPTIONS = {
  event: { type: "string" },
  name: { type: "string" },
  repo: { type: "string" },
  config: { type: "string" },
  role: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

function parse(argv: readonly string[]): Asked | "help" {
  const values = optionsOf(argv, OPTIONS);
  if (values.help === true) return "help";
  const { event, name = null, repo, config, role = "maintain" } = values;
  if (event === undefined) throw new Refusal(2, "--event is missing.");
  if (repo === "") throw new Refusal(2, "--repo: the folder's name is empty.");
  const known = ROLES.find((one) => one === role);
  if (known === undefined)
    throw new Refusal(2, `--role: “${role.slice(0, 40)}” is none of ${ROLES.join(", ")}.`);
  const clone = repo ?? (config === undefined ? "." : null);
  const text = config === undefined ? null : configOf(config);
  return { event, name, repo: clone, config: text, role: known, json: values.json === true };
}

function configOf(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    if (text.length <= LONGEST_CONFIG) return text;
  } catch {
    throw new Refusal(1, `--config: ${file} cannot be read.`);
  }
  throw new Refusal(1, `--config: ${file} is too long for a config.`);
}

async function run({ event, name, repo, config, role, json }: Asked, io: Io): Promise<number> {
  const webhook = readWebhook(event, name);
  if (repo !== null) await checkClone(repo);
  const place = await makePlace(webhook, { clone: repo, config, role });
  try {
    const followed = await follow(place);
    const { at, sender, shop } = place;
    const when = new Date(at).toISOString();
    const heading = { webhook: titleOf(webhook), repository: shop.fullName, at: when, sender };
    io.stdout(
      json ? `${JSON.stringify({ ...heading, ...shown(followed) }, null, 2)}\n` : told(heading, followed),
    );
    if (followed.failure === null) return 0;
    io.stderr(`waybill simulate: it could not be decided to its end: ${plain(followed.failure)}\n`);
    return 1;
  } finally {
    await place.sandbox.close();
  }
}

/** @throws Refusal, GitError where a repository cannot be made of it */
async function checkClone(repo: string): Promise<void> {
  const shallow = await isShallow(repo);
  if ((await commitOf(repo, "HEAD")) === null)
    throw new Refusal(1, `${repo}: the repository has no commits yet.`);
  if (shallow)
    throw new Refusal(
      1,
      `${repo} is a shallow clone, whose releases cannot be told. Bring the rest with: git fetch --unshallow --tags`,
    );
}

function titleOf({ name, payload }: SimulatedWebhook): string {
  return typeof payload["action"] === "string" ? `${name}.${payload["action"]}` : name;
}

interface Heading {
  readonly webhook: string;
  readonly repository: string;
  readonly at: string;
  readonly sender: Place["sender"];
}

function shown({ events, audit, effects, failure }: Followed) {
  const read = events.map(({ lane, event }) => ({ environment: lane.environment, event }));
  return { events: read, audit, effects, failure };
}

/** In words, for a terminal. */
function told({ webhook, repository, at, sender }: Heading, { events, audit, effects }: Followed): string {
  const lines = [`${webhook} in ${repository}, at ${at}, by ${sender.login} (${sender.role})`, ""];
  if (events.length === 0) lines.push("Nothing comes of it: Waybill takes it in and leaves it alone.");
  else {
    lines.push("It is read as", ...events.map(eventLine), "");
    lines.push(audit.length === 0 ? "The audit log gets no line." : "The audit log gets");
    lines.push(...audit.map(({ type, ref, actor, data }) => entry(`${type} ${ref}, by ${actor}`, data)), "");
    lines.push(effects.length === 0 ? "No effect is ordered." : "These effects are ordered");
    lines.push(...effects.map(effectLine));
    if (effects.length > 0)
      lines.push("", "None of them was performed. What follows depends on what they find.");
  }
  return `${plain(lines.join("\n"))}\n`;
}

function eventLine({ lane, event: { type, ...rest } }: LaneEvent): string {
  return entry(`${type}${where(lane.environment)}`, rest);
}

function effectLine({ environment, effect, delayMs, words }: OrderedEffect, index: number): string {
  const { type, ...rest } = effect;
  const later = delayMs === 0 ? "" : `, after ${delayMs / 1_000} s`;
  const name = `${index + 1}. ${type}${where(environment)}${later}`;
  return words === null ? entry(name, rest) : `  ${name}\n${quoted(words)}`;
}

/** So many lines of a text say what it is about; --json has all of them. */
const MOST_LINES = 30;

function quoted(words: string): string {
  const lines = words.split("\n");
  const rest = lines.length - MOST_LINES;
  const shown = rest > 0 ? [...lines.slice(0, MOST_LINES), `… and ${rest} lines more`] : lines;
  return shown.map((line) => `     | ${line}`.trimEnd()).join("\n");
}

function where(environment: string): string {
  return environment === "" ? "" : ` (${environment})`;
}

/** So much of what a thing says fits on a line; --json has all of it. */
const LONGEST_DETAIL = 160;

function entry(name: string, detail: unknown): string {
  const text = JSON.stringify(detail) ?? "";
  const short = text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL - 1)}…` : text;
  return `  ${name}${text === "{}" || text === "" ? "" : `\n       ${short}`}`;
}
