/**
 * What goes wrong with a call. A timeout or reset comes before or after the call had its effect; with `malformed-answer` and `empty-answer` it
 * had its effect too, and the answer is JSON cut in half, or 200 with nothing.
 */
export type FaultKind =
  | { status: number; message?: string; retryAfter?: number; headers?: Record<string, string> }
  | "timeout-before"
  | "timeout-after"
  | "reset-before"
  | "reset-after"
  | "malformed-answer"
  | "empty-answer"
  | "not-found-after-create";

export interface FaultRule {
  /** `POST /repos/{owner}/{repo}/git/refs`: method and path as in GitHub's reference; `*` for any run of characters. */
  route: string;
  kind: FaultKind;
  /** How many calls it strikes; default 1, `Infinity` (null over HTTP) for all. */
  times?: number | null;
  /** How many matching calls pass before it strikes. */
  after?: number;
  /** Whose calls it strikes; default those of the App (its JWT and its installations). */
  actor?: "app" | "job" | "user" | "any";
}

export interface WebhookFault {
  kind: "lose" | "fail" | "double" | "reorder" | "delay";
  /** Only this event (`push`) or event with action (`pull_request.closed`); default every one. */
  event?: string;
  times?: number;
  /** For `delay`. */
  delayMs?: number;
}

export interface RunListLag {
  /** New runs are missing from lists for so long, by the stand-in's clock … */
  ms?: number;
  /** … and for so many list requests. */
  requests?: number;
}

/** The answer as this fault leaves it. */
export function underFault<
  Reply extends { status: number; body?: unknown; raw?: { type: string; data: Buffer } },
>(fault: FaultKind | null, reply: Reply): Reply {
  if (fault !== "malformed-answer" && fault !== "empty-answer") return reply;
  const whole = JSON.stringify(reply.body ?? {});
  const data = Buffer.from(fault === "empty-answer" ? "" : whole.slice(0, Math.ceil(whole.length / 2)));
  const raw = { type: "application/json; charset=utf-8", data };
  return { ...reply, status: reply.status === 204 || fault === "empty-answer" ? 200 : reply.status, raw };
}

interface Armed<T> {
  rule: T;
  left: number;
  skip: number;
}

/** Faults on demand. Rules are tried in the order in which they were added. */
export class FaultBox {
  #calls: Armed<FaultRule>[] = [];
  #webhooks: Armed<WebhookFault>[] = [];
  readonly #created = new Map<string, number>();
  runListLag: Required<RunListLag> = { ms: 0, requests: 0 };

  /** Arms a fault for calls of the API. */
  add(rule: FaultRule): void {
    this.#calls.push({
      rule,
      left: rule.times ?? (rule.times === null ? Infinity : 1),
      skip: rule.after ?? 0,
    });
  }

  /** Arms a fault for webhooks: never sent, failed (and listed so), sent twice, sent late, or two of them swapped. */
  webhooks(rule: WebhookFault): void {
    const usual = rule.kind === "reorder" ? 2 : 1;
    this.#webhooks.push({ rule, left: rule.times ?? usual, skip: 0 });
  }

  /** Runs dispatched from now on appear in lists only later; reading one by its id works at once. */
  lagRuns(lag: RunListLag): void {
    this.runListLag = { ms: lag.ms ?? 0, requests: lag.requests ?? 0 };
  }

  /** Forgets every fault. */
  clear(): void {
    this.#calls = [];
    this.#webhooks = [];
    this.#created.clear();
    this.runListLag = { ms: 0, requests: 0 };
  }

  /** The fault that strikes this call, counted off. `route` is null where none fits the path. */
  strike(
    method: string,
    route: string | null,
    path: string,
    actor: "app" | "job" | "user",
  ): FaultKind | null {
    for (const armed of this.#calls) {
      const { rule } = armed;
      const wanted = rule.actor ?? "app";
      if (wanted !== "any" && wanted !== actor) continue;
      if (armed.left <= 0 || !routeMatches(rule.route, `${method} ${route ?? path}`)) continue;
      if (rule.kind === "not-found-after-create") {
        const hidden = this.#created.get(path) ?? 0;
        if (hidden <= 0) continue;
        this.#created.set(path, hidden - 1);
        return rule.kind;
      }
      if (armed.skip > 0) {
        armed.skip -= 1;
        continue;
      }
      armed.left -= 1;
      return rule.kind;
    }
    return null;
  }

  /** A resource was created at this path; a `not-found-after-create` rule hides it for its number of reads. */
  noteCreated(path: string): void {
    const rule = this.#calls.find((armed) => armed.rule.kind === "not-found-after-create");
    if (rule) this.#created.set(path, rule.left);
  }

  /** The fault that strikes this webhook, counted off. */
  strikeWebhook(event: string, action: string | null): WebhookFault | null {
    const names = [event, `${event}.${action ?? ""}`];
    const armed = this.#webhooks.find(
      ({ rule, left }) => left > 0 && (rule.event === undefined || names.includes(rule.event)),
    );
    if (!armed) return null;
    armed.left -= 1;
    return armed.rule;
  }
}

function routeMatches(pattern: string, route: string): boolean {
  if (pattern === route) return true;
  if (!pattern.includes("*")) return false;
  const expression = pattern
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join(".*");
  return new RegExp(`^${expression}$`).test(route);
}
