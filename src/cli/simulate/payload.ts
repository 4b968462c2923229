/** What is simulated: a webhook's payload out of a file, and what kind of webhook it is. */
import { readFileSync } from "node:fs";
import { plain, Refusal } from "../notes-refusal.ts";

/** GitHub sends no larger one: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
const LARGEST = 25 * 1_024 * 1_024;
/** GitHub's names of webhooks. */
const NAME = /^[a-z][a-z0-9_]{0,63}$/;

export type Json = Readonly<Record<string, unknown>>;

export interface SimulatedWebhook {
  readonly name: string;
  readonly payload: Json;
}

/**
 * What a payload has at its top that no other kind of webhook has, for those that Waybill does anything about; more telling ones first, as GitHub puts the
 * subject of another webhook beside its own.
 */
const SHAPES: readonly (readonly [string, readonly string[]])[] = [
  ["deployment_protection_rule", ["deployment_callback_url"]],
  ["deployment_status", ["deployment_status", "deployment"]],
  ["deployment", ["deployment"]],
  ["workflow_run", ["workflow_run", "workflow"]],
  ["workflow_job", ["workflow_job"]],
  ["check_run", ["check_run"]],
  ["check_suite", ["check_suite"]],
  ["issue_comment", ["comment", "issue"]],
  ["pull_request_review", ["review", "pull_request"]],
  ["pull_request_review_comment", ["comment", "pull_request"]],
  ["pull_request", ["pull_request", "number"]],
  ["release", ["release"]],
  ["status", ["context", "state", "sha"]],
  ["push", ["ref", "before", "after"]],
  ["create", ["ref", "ref_type", "master_branch"]],
  ["delete", ["ref", "ref_type"]],
  ["installation_repositories", ["repositories_added", "repositories_removed"]],
  ["issues", ["issue"]],
];

/**
 * Reads a payload, bare or as GitHub's list of deliveries shows it (`GET /app/hook/deliveries/{id}`).
 *
 * @param named the webhook's name (`X-GitHub-Event`); null: as the file says, or else by the payload's shape
 * @throws Refusal where the file is none, or where nobody can tell what it is
 */
export function readWebhook(file: string, named: string | null): SimulatedWebhook {
  const whole = readJson(file);
  const { request, event } = whole;
  const inner = isObject(request) && isObject(request["payload"]) ? request["payload"] : null;
  const payload = inner ?? whole;
  const said = inner === null ? null : typeof event === "string" ? event : null;
  const name = named ?? said ?? guessed(payload);
  if (name === null)
    throw new Refusal(
      1,
      `${plain(file)}: nobody can tell by its shape which webhook this is; name it with --name (the header X-GitHub-Event).`,
    );
  if (!NAME.test(name)) throw new Refusal(2, `--name: “${plain(name.slice(0, 80))}” is no webhook's name.`);
  return { name, payload };
}

function readJson(file: string): Json {
  const bytes = readBytes(file);
  if (bytes.length > LARGEST)
    throw new Refusal(1, `${plain(file)}: a payload has at most ${LARGEST / 1_024 / 1_024} MB.`);
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (isObject(value)) return value;
  } catch (error) {
    throw new Refusal(1, `${plain(file)} is no JSON: ${plain((error as Error).message)}`);
  }
  throw new Refusal(1, `${plain(file)}: a payload is a JSON object.`);
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file === "-" ? 0 : file);
  } catch {
    throw new Refusal(1, `--event: ${plain(file)} cannot be read.`);
  }
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function guessed(payload: Json): string | null {
  const found = SHAPES.find(([, members]) => members.every((member) => Object.hasOwn(payload, member)));
  return found?.[0] ?? null;
}
