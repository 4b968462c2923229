/**
 * Questions that auditors ask, answered from the promotions in the store, each with the record of the audit log that says the same. Read only.
 */
import type { AuditReading, KnownPromotion } from "../../store/audit-read.ts";
import type { Promotion } from "../../core/promotion.ts";
import { Refusal, tidy } from "../store/refusal.ts";

/** Which repository is meant: its id or `owner/name`; null where it does not matter. */
export interface Asked {
  readonly repository: string | null;
}

/** A delivery, with where the log has it. */
interface Delivery extends KnownPromotion {
  /** `acme/shop`, or the repository's id where no receipt names it. */
  readonly name: string;
  readonly at: number;
  /** The number of the record of its delivery; null where the log has none. */
  readonly record: number | null;
}

const DAY_MS = 24 * 60 * 60_000;

/** `what-ran prod --on 2026-11-20`: what ran when the day began, and what was delivered on it. */
export async function whatRan(
  reading: AuditReading,
  asked: Asked & { readonly environment: string; readonly on: string },
): Promise<string> {
  const { from, until } = spanOf(asked.on);
  const all = await deliveries(reading, asked, ({ environment }) => environment === asked.environment);
  const answers = [...Map.groupBy(all, ({ name }) => name)].map(([name, some]) => {
    const before = some.findLast(({ at }) => at <= from);
    const then = some.filter(({ at }) => at > from && at < until);
    const ran = [...(before === undefined ? [] : [before]), ...then];
    const place = `${asked.environment} of ${name}`;
    if (ran.length === 0) return `${place}: nothing that Waybill had delivered by then.\n`;
    return `${place}:\n${ran.map((one) => `  ${deliveredWords(one)}\n`).join("")}`;
  });
  if (answers.length > 0) return answers.join("");
  throw new Refusal(
    1,
    `Nothing was ever delivered to ${asked.environment}.`,
    "See `/status` for the environments that there are.",
  );
}

/** `who-approved prod 1.5.0`: who asked for it, whose approvals let it begin, and why, where a reason was given. */
export async function whoApproved(
  reading: AuditReading,
  asked: Asked & { readonly environment: string; readonly version: string },
): Promise<string> {
  const version = asked.version.replace(/^v(?=\d)/, "");
  const isMeant = ({ environment, cargo }: Promotion) =>
    environment === asked.environment && (cargo.version === version || cargo.tag === asked.version);
  const found = await known(reading, asked, isMeant);
  if (found.length === 0)
    throw new Refusal(
      1,
      `No ${asked.version} was ever asked for in ${asked.environment}.`,
      "Write the version as its tag or its number.",
    );
  return found.map((one) => `${approvalWords(one)}\n`).join("");
}

/** `when-reached 21 prod`: when a pull request's change was first delivered to each environment, or to one. */
export async function whenReached(
  reading: AuditReading,
  asked: Asked & { readonly pull: number; readonly environment: string | null },
): Promise<string> {
  const all = await deliveries(
    reading,
    asked,
    ({ environment, pulls, class: kind }) =>
      // What a rollback takes back it lists too.
      kind !== "rollback" &&
      pulls.some(({ number }) => number === asked.pull) &&
      (asked.environment === null || environment === asked.environment),
  );
  const firsts = [...Map.groupBy(all, ({ name, promotion }) => `${promotion.environment} of ${name}`)];
  if (firsts.length === 0)
    throw new Refusal(
      1,
      `Nothing that Waybill delivered${asked.environment === null ? "" : ` to ${asked.environment}`} has #${asked.pull}.`,
    );
  return firsts
    .map(([place, [one]]) => (one === undefined ? "" : `${place}: ${deliveredWords(one)}\n`))
    .join("");
}

type IsMeant = (promotion: Promotion) => boolean;

async function deliveries(reading: AuditReading, asked: Asked, isMeant: IsMeant): Promise<Delivery[]> {
  return known(reading, asked, (promotion) => promotion.stage === "delivered" && isMeant(promotion));
}

async function known(reading: AuditReading, { repository }: Asked, isMeant: IsMeant): Promise<Delivery[]> {
  const names = await repositoryNames(reading);
  const found: KnownPromotion[] = [];
  for await (const one of reading.promotions()) {
    const name = names.get(one.repository);
    if (repository !== null && repository !== String(one.repository) && repository !== name) continue;
    if (isMeant(one.promotion)) found.push(one);
  }
  const records = await recordsOf(
    reading,
    new Set(found.map((one) => keyOf(one.installation, one.promotion.id))),
  );
  return found
    .map((one) => ({
      ...one,
      name: names.get(one.repository) ?? `repository ${one.repository}`,
      at: one.promotion.finishedAt ?? one.promotion.requestedAt,
      record: records.get(keyOf(one.installation, one.promotion.id)) ?? null,
    }))
    .toSorted((one, other) => one.at - other.at);
}

/** Names by repository: the promotions do not have them, the receipts do. The newest counts. */
async function repositoryNames(reading: AuditReading): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  for await (const { repository, document } of reading.receipts()) {
    const name = /"name":"([\w.-]+\/[\w.-]+)","server"/.exec(payloadOf(document))?.[1];
    if (name !== undefined) names.set(repository, name);
  }
  return names;
}

function payloadOf(document: string): string {
  const payload = /"payload":"([A-Za-z0-9+/=]*)"/.exec(document)?.[1] ?? "";
  return Buffer.from(payload, "base64").toString("utf8");
}

/** The last record that says of a promotion that it was delivered, or how else it stands, by installation and promotion. */
async function recordsOf(reading: AuditReading, wanted: ReadonlySet<string>): Promise<Map<string, number>> {
  const records = new Map<string, number>();
  for await (const { installation, ref, seq, type } of reading.records()) {
    const key = keyOf(installation, ref);
    if (wanted.has(key) && type.startsWith("promotion.")) records.set(key, seq);
  }
  return records;
}

function keyOf(installation: number, promotion: string): string {
  return `${installation} ${promotion}`;
}

function deliveredWords({ promotion, at, record }: Delivery): string {
  const { cargo, id, cause } = promotion;
  const by = cause.kind === "command" ? `asked for by ${cause.by.login}` : "automatic";
  return tidy(
    `${cargo.version} (commit ${cargo.sha}), delivered ${iso(at)}, ${by}; promotion ${id}, ${recordWords(record)}`,
  );
}

function approvalWords({ promotion, name, at, record }: Delivery): string {
  const { cargo, environment, cause, approvedBy, id, stage, rollback } = promotion;
  const asked =
    cause.kind === "command"
      ? `asked for by ${person(cause.by)} in #${cause.issue}`
      : `automatic (${cause.kind})`;
  const approved =
    approvedBy === undefined || approvedBy.length === 0
      ? "no approval was asked for"
      : `approved by ${approvedBy.map(person).join(", ")}`;
  const reason = typeof rollback?.reason === "string" ? `, because “${rollback.reason}”` : "";
  return tidy(
    `${cargo.version} in ${environment} of ${name}: ${asked}${reason}; ${approved}; ${stage} ${iso(at)}; promotion ${id}, ${recordWords(record)}`,
  );
}

function person({ login, id }: { readonly login: string; readonly id: number }): string {
  return `${login} (GitHub user ${id})`;
}

/** A delivery that the log does not have was written past Waybill, or the log was. */
function recordWords(record: number | null): string {
  return record === null ? "of which the audit log says NOTHING" : `record ${record} of the audit log`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** A day in UTC, or a moment. @throws Refusal */
function spanOf(text: string): { readonly from: number; readonly until: number } {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const at = Date.parse(isDay ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(at) || (!isDay && !/T.*(Z|[+-]\d{2}:\d{2})$/.test(text)))
    throw new Refusal(
      2,
      `${tidy(text)} is no date.`,
      "Write 2026-11-20 (a day in UTC), or 2026-11-20T14:00:00Z.",
    );
  return { from: at, until: isDay ? at + DAY_MS : at };
}
