/**
 * Gate: services of the users' own let it begin. Looks at what each of them has answered to a question by HTTP; one that could not be asked has not
 * let it. `pass` lets it begin, `wait` holds it, `fail` turns it away for good. What they answer is anybody's text: bounded and read strictly here.
 */
import type { ExternalGateConfig } from "../config/gates-model.ts";
import { classOf, type Person } from "../promotion.ts";
import { crossOutTokens } from "../secrets.ts";
import { judgedBy, type Finding, type GateQuestion } from "./findings.ts";
import { PASS, type GateFacts, type Verdict } from "./gate.ts";

/** The verdicts that a service may give. */
const VERDICTS = ["pass", "wait", "fail"] as const;

/** What a service has answered. */
export interface ExternalAnswer {
  /** The service's name in the config. */
  readonly name: string;
  /** `unseen`: it could not be asked, or what it said could not be read; then `reason` says why. */
  readonly verdict: (typeof VERDICTS)[number] | "unseen";
  /** Untrusted text on one line, at most 300 characters; null where it gave none. */
  readonly reason: string | null;
  /** When it wants to be asked again, epoch ms; null: it has not said so. */
  readonly retryAt: number | null;
}

/** One for each service that the config names. */
export interface ExternalFacts {
  readonly answers: readonly ExternalAnswer[];
}

export interface ExternalHold {
  readonly gate: "external";
  /** Those that have not let it begin. */
  readonly services: readonly {
    readonly name: string;
    /** The host that is asked, with its port where that is not the usual one. */
    readonly host: string;
    /** `silent`: it could not be asked. */
    readonly state: "waits" | "silent";
    readonly reason: string | null;
    readonly retryAt: number | null;
  }[];
}

/** Waits until every service that the environment names has let it begin; fails where one refuses it. */
export function externalServicesAgree({ promotion }: GateFacts): Verdict {
  const { gates, name: environment } = promotion.plan.environment;
  if (gates?.external === undefined) return PASS;
  const asked = gates.external;
  return judgedBy("external", promotion.findings?.external, ({ answers }) => {
    const answered = asked.map((service) => ({ service, answer: answerOf(service.name, answers) }));
    const refused = answered.find(({ answer }) => answer.verdict === "fail");
    if (refused !== undefined) {
      const { name, url } = refused.service;
      const detail = { environment, service: name, host: hostOf(url), reason: refused.answer.reason };
      return { verdict: "fail", problem: { code: "external-refused", detail } };
    }
    const open = answered.filter(({ answer }) => answer.verdict !== "pass");
    if (open.length === 0) return PASS;
    const services = open.map(({ service: { name, url }, answer: { verdict, reason, retryAt } }) => {
      const state = verdict === "wait" ? ("waits" as const) : ("silent" as const);
      return { name, host: hostOf(url), state, reason, retryAt };
    });
    const next = Math.min(...services.map(({ retryAt }) => retryAt ?? Infinity));
    const hold = { gate: "external", services } as const;
    return { verdict: "wait", hold, look: "external", ...(next === Infinity ? {} : { next }) };
  });
}

function answerOf(name: string, answers: readonly ExternalAnswer[]): ExternalAnswer {
  const nobody: ExternalAnswer = { name, verdict: "unseen", reason: null, retryAt: null };
  return answers.find((one) => one.name === name) ?? nobody;
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? url;
}

/** One question to a service. */
export interface GateRequest {
  /** Names the question: the same whenever the same service is asked about the same promotion. */
  readonly key: string;
  readonly url: string;
  readonly timeoutMs: number;
  /** JSON. */
  readonly body: string;
}

/** What came back of it. Reasons are ours, and safe to publish. */
export type GateReply =
  | { readonly kind: "answered"; readonly text: string }
  /** There was no answer that can be read; another try may have one. */
  | { readonly kind: "silent"; readonly reason: string }
  /** It was not asked, and is not going to be before somebody has changed something. */
  | { readonly kind: "barred"; readonly reason: string };

/** Where a question comes from. */
export interface Asking {
  /** Names the repository, whatever it is called: unlike its name, this never changes hands. */
  readonly place: string;
  /** `owner/name`. */
  readonly repository: string;
}

/** The question to a service about a promotion. The fields of its body are those of docs/gates.md. */
export function questionTo(
  service: ExternalGateConfig,
  { promotionId, cargo, cause, replaces, beginning, plan, ...subject }: GateQuestion,
  { place, repository }: Asking,
): GateRequest {
  const environment = plan.environment.name;
  const by: Person | null = cause.kind === "command" ? cause.by : null;
  const body = {
    gate: service.name,
    moment: beginning === true ? "beginning" : "waiting",
    promotion: promotionId,
    repository,
    environment,
    version: cargo.version,
    sha: cargo.sha,
    tag: cargo.tag,
    class: classOf(subject),
    cause: cause.kind,
    requester: by === null ? null : { id: by.id, login: by.login },
    replaces: replaces === null ? null : { version: replaces.version, sha: replaces.sha },
  };
  return {
    key: [place, environment, promotionId, service.name].join(" "),
    url: service.url,
    timeoutMs: service.timeoutMs,
    body: JSON.stringify(body),
  };
}

const LONGEST_REASON = 300;
const LEAST_PAUSE_MS = 60_000;
const MOST_PAUSE_MS = 366 * 24 * 60 * 60_000;
/** RFC 3339, with its offset from UTC. */
const MOMENT = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d)$/;
// Nothing that breaks the line, or that nobody sees.
const UNPRINTABLE = /[\s\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** What a service's reply comes to, heard at a moment (epoch ms). Never throws, whatever it holds. */
export function readReply(name: string, reply: GateReply, at: number): ExternalAnswer {
  const unseen = (reason: string): ExternalAnswer => ({ name, verdict: "unseen", reason, retryAt: null });
  if (reply.kind !== "answered") return unseen(reply.reason);
  const fields = fieldsOf(reply.text);
  if (fields === null) return unseen("its answer is not a JSON object");
  const verdict = VERDICTS.find((one) => one === fields.verdict);
  if (verdict === undefined) return unseen(`its answer has no \`verdict\` out of ${VERDICTS.join(", ")}`);
  const { reason = null, retryAt = null } = fields;
  if (reason !== null && typeof reason !== "string")
    return unseen("the `reason` in its answer is not a text");
  const moment = retryAt === null ? null : momentOf(retryAt);
  if (retryAt !== null && moment === null)
    return unseen("the `retryAt` in its answer is not a time such as `2026-12-01T09:00:00Z`");
  const isAhead = moment !== null && moment > at && moment <= at + MOST_PAUSE_MS;
  return {
    name,
    verdict,
    reason: reason === null ? null : shown(reason),
    retryAt: isAhead ? Math.max(moment, at + LEAST_PAUSE_MS) : null,
  };
}

interface Fields {
  readonly verdict?: unknown;
  readonly reason?: unknown;
  readonly retryAt?: unknown;
}

function fieldsOf(text: string): Fields | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function momentOf(value: unknown): number | null {
  const at = typeof value === "string" && MOMENT.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : at;
}

/** Without a full stop at its end, for it becomes part of a sentence. Null where nothing is left. */
function shown(reason: string): string | null {
  const line = crossOutTokens(reason).replaceAll(UNPRINTABLE, " ").trim();
  const cut =
    line.length <= LONGEST_REASON
      ? line
      : `${line
          .slice(0, LONGEST_REASON - 1)
          .toWellFormed()
          .trimEnd()}…`;
  return cut.replace(/[\s.]+$/, "") || null;
}

/** The services whose verdict is another one than at the look before. */
export function changedVerdicts(
  before: Finding<ExternalFacts> | undefined,
  now: Finding<ExternalFacts> | undefined,
): readonly ExternalAnswer[] {
  if (now?.kind !== "seen") return [];
  const known = before?.kind === "seen" ? before.facts.answers : [];
  return now.facts.answers.filter(
    (one) => known.find(({ name }) => name === one.name)?.verdict !== one.verdict,
  );
}
