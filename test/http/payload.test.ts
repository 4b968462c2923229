/** What a payload is filed under, against what a whole parse of it says. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPayloadIds } from "../../src/http/payload.ts";

const examples = JSON.parse(
  readFileSync(new URL(import.meta.resolve("@octokit/webhooks-examples")), "utf8"),
) as readonly { readonly examples: readonly object[] }[];
const PUBLISHED = examples.flatMap((one) => one.examples);

/** What `JSON.parse` says of it. */
function byParsing(text: string) {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) return null;
  const id = (name: string): number | null => {
    const member = new Map(Object.entries(json)).get(name) as unknown;
    const found = new Map(Object.entries(member ?? {})).get("id") as unknown;
    return Number.isSafeInteger(found) && Number(found) > 0 ? Number(found) : null;
  };
  return { installation: id("installation"), repository: id("repository") };
}

function expectSame(text: string): void {
  expect(readPayloadIds(Buffer.from(text))).toEqual(byParsing(text));
}

/** Texts that look like what is looked for, and break out of where they stand if a quote or a backslash is taken for another. */
const crooked = fc.constantFrom(
  '"repository":{"id":',
  ',"repository":{"id":7}',
  '"installation":{"id":9},"repository":{"id":8}}',
  '\\"repository":{"id":',
  "repository",
  "x\\",
  "\\\\",
  '"',
  "}}",
  "{[",
  "é🚀\u2028",
);
const member = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      id: fc.oneof(fc.integer({ min: 1 }), fc.constantFrom(0, -1, 1.5, 2 ** 60, "12", null)),
    }),
  },
  fc.constantFrom(null, [], {}, "id", 12),
  fc.record({ node_id: crooked, id: fc.integer({ min: 1 }) }),
);
const name = fc.oneof(fc.constantFrom("installation", "repository", "repo", "sender", "id"), crooked);
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    crooked,
    fc.integer(),
    member,
    fc.array(tie("json"), { maxLength: 3 }),
    fc.dictionary(name, fc.oneof(member, tie("json")), { maxKeys: 5 }),
  ),
}));
/** A payload: as GitHub orders it or in any order, dense or spread over lines. */
const payload = fc
  .tuple(fc.dictionary(name, fc.oneof(member, json), { maxKeys: 8 }), fc.constantFrom(undefined, 1, "\t"))
  .map(([value, space]) => JSON.stringify(value, null, space));

describe("the ids of a payload", () => {
  it.each(PUBLISHED.map((example) => [JSON.stringify(example)]))(
    "of GitHub's published examples: %.60s",
    (text) => {
      expectSame(text);
      // As it comes to an App: with its installation, at the end or, in a push, before the commits.
      const installation = { id: 12, node_id: "MDIzOkludGVncmF0aW9uMTI=" };
      expectSame(JSON.stringify({ ...JSON.parse(text), installation }));
      expectSame(JSON.stringify({ installation, ...JSON.parse(text) }));
    },
  );

  it("are what a whole parse says, whatever the payload holds", () => {
    fc.assert(fc.property(payload, expectSame), { numRuns: 3_000 });
  });

  it("are found whatever is nested in a payload longer than what is read of its front", () => {
    const long = fc.tuple(payload, payload, fc.boolean()).map(([one, other, isFirst]) => {
      const padding = { commits: ["x".repeat(13_000), JSON.parse(other), other] };
      const value = JSON.parse(one) as object;
      return JSON.stringify(isFirst ? { ...padding, ...value } : { ...value, ...padding });
    });
    fc.assert(fc.property(long, expectSame), { numRuns: 1_000 });
  });

  it("of another tenant's, nested in what somebody sent along, are not taken for its own", () => {
    const inner = '"installation":{"id":666},"repository":{"id":666}';
    for (const text of [
      `{"client_payload":{${inner}},"repository":{"id":34},"installation":{"id":12}}`,
      `{"repository":{"id":34},"installation":{"id":12},"client_payload":{${inner}}}`,
      `{"client_payload":{${inner}},"repository":{"id":34},"installation":{"id":12},"more":[{${inner}}]}`,
      `{"client_payload":${JSON.stringify(`{${inner}}`)},"repository":{"id":34},"installation":{"id":12}}`,
      `{"repository":{"id":34,"custom":{${inner}}},"installation":{"id":12}}`,
      `{"a\\"repository":{"id":666},"installation":{"id":12},"repository":{"id":34}}`,
      `{"installation":{"id":12},"repository":{"id":34},"a\\"repository":{"id":666}}`,
      `{"repository":{"id":34},"a\\"repository":{"id":666},"installation":{"id":12}}`,
    ].flatMap((one) => [one, `{"commits":"${"x".repeat(13_000)}",${one.slice(1)}`])) {
      expect(readPayloadIds(Buffer.from(text))).toEqual({ installation: 12, repository: 34 });
    }
  });

  it.each(["", " ", "[]", "{", '{"a":1}}', '"text"', '[{"installation":{"id":1},"repository":{"id":2}}]'])(
    "are none of what is no JSON object: %j",
    (text) => {
      expect(readPayloadIds(Buffer.from(text))).toBeNull();
    },
  );
});
