/** What stands around each call: which refusals are asked about again, and which are believed at once. */
import { ProbotOctokit } from "probot";
import { describe, expect, it } from "vitest";
import { RetryLaterError } from "../../src/core/ports.ts";
import { guardCalls, HEARD_AT_ONCE } from "../../src/github/guard.ts";
import { createLimits } from "../../src/github/limits.ts";
import { createPace } from "../../src/github/pace.ts";
import { bearing } from "../../src/github/tokens.ts";

const NOON = Date.UTC(2026, 5, 1, 12);
const place = { owner: "acme", repo: "shop" };
const json = { "content-type": "application/json" };

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

const refused = (status: number): Answer => ({ status, body: '{"message":"no"}' });
const found: Answer = { status: 200, body: '{"number":7}' };

/** A client whose calls are answered so, one after the other; what it sent is told as `GET token-1`. */
function guarded(...answers: readonly Answer[]) {
  const sent: string[] = [];
  const left = [...answers];
  let token = "token-1";
  let renewed = 0;
  const clock = { now: () => NOON };
  const answer = (
    _url: string,
    init: { method: string; headers: Record<string, string> },
  ): Promise<Response> => {
    sent.push(`${init.method} ${(init.headers["authorization"] ?? "").replace("token ", "")}`);
    const { status, body, headers } = left.shift() ?? found;
    return Promise.resolve(new Response(body ?? null, { status, headers: { ...json, ...headers } }));
  };
  const octokit = new ProbotOctokit({
    ...bearing(() => token),
    retry: { enabled: false },
    throttle: { enabled: false },
    request: { fetch: answer },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  guardCalls(
    octokit,
    { clock, limits: createLimits(clock), pace: createPace(clock, 0) },
    {
      installation: 1,
      background: false,
      renewToken() {
        renewed += 1;
        token = `token-${renewed + 1}`;
        return Promise.resolve();
      },
    },
  );
  return { octokit, sent };
}

const read = ({ octokit }: ReturnType<typeof guarded>, options = {}) =>
  octokit.rest.issues.get({ ...place, issue_number: 7, ...options });
const write = ({ octokit }: ReturnType<typeof guarded>) =>
  octokit.rest.issues.create({ ...place, title: "one" });

describe("a refusal", () => {
  it("of a token is answered by a new one, for reads and for writes: it says that nothing was looked at", async () => {
    for (const [method, call] of [
      ["GET", read],
      ["POST", write],
    ] as const) {
      const client = guarded(refused(401), found);
      await call(client);
      await call(client);
      expect(client.sent).toEqual([`${method} token-1`, `${method} token-2`, `${method} token-2`]);
    }
  });

  it("of the new token as well is thrown: nobody goes on asking", async () => {
    const client = guarded(refused(401), refused(401));
    await expect(read(client)).rejects.toMatchObject({ status: 401 });
    expect(client.sent).toHaveLength(2);
  });

  it.each([400, 403, 404, 409, 410, 422])("%i of a write is never sent again from here", async (status) => {
    const client = guarded(refused(status));
    await expect(write(client)).rejects.toMatchObject({ status });
    expect(client.sent).toHaveLength(1);
  });

  it.each([400, 403, 409, 422, 500, 502])(
    "%i of a read is thrown at once: the engine tries again",
    async (status) => {
      const client = guarded(refused(status));
      await expect(read(client)).rejects.toMatchObject({ status });
      expect(client.sent).toHaveLength(1);
    },
  );
});

describe("that there is nothing", () => {
  it("is believed of a read when it is said twice", async () => {
    const client = guarded(refused(404), refused(404));
    await expect(read(client)).rejects.toMatchObject({ status: 404 });
    expect(client.sent).toHaveLength(2);
  });

  it("once, may be a replica that lags behind", async () => {
    await expect(read(guarded(refused(404), found))).resolves.toMatchObject({ data: { number: 7 } });
  });

  it("is believed at once where the caller says so", async () => {
    const client = guarded(refused(404));
    await expect(read(client, HEARD_AT_ONCE)).rejects.toMatchObject({ status: 404 });
    expect(client.sent).toHaveLength(1);
  });
});

describe("a limit", () => {
  it("that one call has met holds the next one, which is not even sent", async () => {
    const client = guarded({ ...refused(403), headers: { "retry-after": "30" } });
    await expect(read(client)).rejects.toMatchObject({ retryAt: NOON + 30_000 });
    await expect(write(client)).rejects.toBeInstanceOf(RetryLaterError);
    expect(client.sent).toHaveLength(1);
  });

  it("of GraphQL comes with 200, by its type or in words", async () => {
    for (const error of [{ type: "RATE_LIMITED" }, { message: "You have exceeded a secondary rate limit" }]) {
      const client = guarded({ status: 200, body: JSON.stringify({ errors: [error] }) });
      await expect(client.octokit.graphql("{ viewer { login } }")).rejects.toBeInstanceOf(RetryLaterError);
    }
  });
});

describe("an answer that cannot be read", () => {
  it.each(["", '{"number":', "null"])("is none: %j", async (body) => {
    await expect(read(guarded({ status: 200, body }))).rejects.toThrow("could not be read");
  });

  it("is one where nothing was to be said", async () => {
    await expect(read(guarded({ status: 204 }))).resolves.toMatchObject({ status: 204 });
  });
});
