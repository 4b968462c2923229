/** What is repeated of a system that was sent a secret: it could say that back, in a spelling that nobody knows. */
import { expect, test } from "vitest";
import { askAll } from "../../src/engine/asking.ts";
import type { ProbeConfig } from "../../src/core/config/index.ts";
import { tagged } from "../core/given.ts";

const CONFIG: ProbeConfig = {
  url: "https://shop.example/version",
  json: null,
  header: null,
  expect: "either",
  confirmations: 1,
  intervalMs: 1_000,
  deadlineMs: 10_000,
  timeoutMs: 1_000,
};
const REPOSITORY = { installation: 12, repository: 34 } as never;

async function repeated(value: string, secrets: readonly string[]): Promise<string | null> {
  const evidence = await askAll(
    {
      ask: () => Promise.resolve({ kind: "observed", value }),
      credentialsOf: () => Promise.resolve({ ok: true, headers: {}, secrets }),
      clock: { now: () => 0 },
    },
    CONFIG,
    tagged("1.5.0"),
    REPOSITORY,
  );
  return evidence.observed;
}

test.each(["1.4.2", "v1.5.0", "1.5.0-rc.1", "2026.11", "a".repeat(40)])(
  "%s is a version, and is repeated",
  (value) => expect(repeated(value, ["s3cret"])).resolves.toBe(value),
);

test.each(["Bearer s3cr\\u0065t", "s3cr%65t", "czNjcmV0", "1.0.0 czNjcmV0", "ab\\/cd"])(
  "%s is none, and is not repeated of who was sent a secret; of all others it is",
  async (value) => {
    expect(await repeated(value, ["s3cret"])).toMatch(/^\[not repeated/);
    expect(await repeated(value, [])).toBe(value);
  },
);
