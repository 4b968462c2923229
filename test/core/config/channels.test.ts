/** `channels` of the config: what they come to, and what is refused where. */
import { describe, expect, it } from "vitest";
import { USUAL_EVENTS } from "../../../src/core/channels/model.ts";
import { parseConfig, type Config } from "../../../src/core/config/index.ts";

const ROAD =
  "environments: { dev: { promote: merge }, staging: {}, prod: {} }\ncomponents: { api: {}, web: {} }\nrelease: { audiences: { support: {} } }\n";

function read(channels: string) {
  return parseConfig(`${ROAD}channels:\n${channels}`, { path: "waybill.yml", repositoryName: "shop" });
}

function channelsOf(channels: string): Config["channels"] {
  const reading = read(channels);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.config.channels;
}

function problemOf(channels: string): string {
  const reading = read(channels);
  return reading.ok
    ? "none"
    : reading.problems
        .map(({ line, column, message, mend }) => `${line}:${column} ${message}; ${mend}`)
        .join("\n");
}

describe("a channel in the config", () => {
  it("is told the usual where it says nothing more", () => {
    const usual = { events: USUAL_EVENTS, environments: null, components: null, audience: null };
    expect(channelsOf("  ops: { slack: { url: { secret: OPS } } }")).toEqual([
      { name: "ops", carrier: { kind: "slack", to: { secret: "OPS" } }, tell: [usual] },
    ]);
  });

  it("names what it is told, one rule or several", () => {
    const channels =
      channelsOf(`  status: { webhook: { url: "https://status.acme.example/in", secret: HOOK } }
  team:
    email: { to: [ops@acme.example, bo@acme.example] }
    tell:
      - { events: [failed], environments: [prod], components: [api] }
      - { events: [released], audience: support }
`);
    expect(channels?.map(({ carrier }) => carrier)).toEqual([
      { kind: "webhook", to: { url: "https://status.acme.example/in" }, secret: "HOOK" },
      { kind: "email", to: ["ops@acme.example", "bo@acme.example"] },
    ]);
    expect(channels?.[1]?.tell).toEqual([
      { events: ["failed"], environments: ["prod"], components: ["api"], audience: null },
      { events: ["released"], environments: null, components: null, audience: "support" },
    ]);
  });

  it.each([
    [
      "no kind",
      "  ops: { tell: { events: [failed] } }",
      /^5:3 nothing says how this channel is told; write exactly one of `webhook`, `slack`, `email`, `teams`, `cdevents`/,
    ],
    [
      "two kinds",
      "  ops: { slack: { url: { secret: A } }, email: { to: a@acme.example } }",
      /^5:3 a channel is of one kind, this one of 2/,
    ],
    [
      "an unknown environment",
      "  ops: { slack: { url: { secret: A } }, tell: { environments: [prd] } }",
      /^5:\d+ there is no environment `prd`; did you mean `prod`\?/,
    ],
    [
      "an unknown component",
      "  ops: { slack: { url: { secret: A } }, tell: [{ components: [apy] }] }",
      /there is no component `apy`; did you mean `api`\?/,
    ],
    [
      "an unknown audience",
      "  ops: { slack: { url: { secret: A } }, tell: { audience: suport } }",
      /there is no audience `suport`; did you mean `support`\?/,
    ],
    [
      "an unknown event",
      "  ops: { slack: { url: { secret: A } }, tell: { events: [delivery] } }",
      /delivered/,
    ],
    [
      "http",
      '  ops: { webhook: { url: "http://status.acme.example/in", secret: A } }',
      /what goes over http:\/\/ can be read on its way; write https/,
    ],
    ["a Slack address in the open", '  ops: { slack: { url: "https://hooks.slack.example/T/B/x" } }', /^5:/],
    [
      "a secret itself",
      '  ops: { webhook: { url: "https://a.example", secret: whsec_abc } }',
      /not the name of a secret; write the name that/,
    ],
    [
      "the name of a secret's rule",
      '  ops: { webhook: { url: "https://a.example", secret: HOOK_FOR } }',
      /not the name of a secret/,
    ],
    ["what is no mail address", '  ops: { email: { to: "a@b.example, c@d.example" } }', /not a mail address/],
    [
      "a header in a mail address",
      '  ops: { email: { to: ["a@b.example\\r\\nBcc: c@d.example"] } }',
      /not a mail address/,
    ],
  ])("is refused with %s", (_what, channels, problem) => {
    expect(problemOf(channels)).toMatch(problem);
  });

  it("with an address inside of a network is doubtful, as Waybill will not ask it", () => {
    const reading = read('  ops: { webhook: { url: "http://10.0.0.1/in", secret: A } }');
    expect(reading.ok && reading.warnings.map(({ message }) => message)).toEqual([
      "this address is inside a private network, which Waybill does not ask by default",
    ]);
  });

  it("of CDEvents is told what these have words for, and nothing else", () => {
    expect(channelsOf('  cd: { cdevents: { url: "https://cd.acme.example", token: CD } }')).toMatchObject([
      { carrier: { kind: "cdevents", token: "CD" }, tell: [{ events: ["delivered", "rolled-back"] }] },
    ]);
    expect(
      problemOf('  cd: { cdevents: { url: "https://cd.acme.example" }, tell: { events: [failed] } }'),
    ).toMatch(/CDEvents have no word for `failed`; name out of delivered, rolled-back/);
  });

  it("of an owner's defaults is merged by its name", () => {
    const reading = parseConfig(`${ROAD}channels: { ops: { tell: { events: [failed] } } }\n`, {
      path: "waybill.yml",
      repositoryName: "shop",
      defaults: {
        path: "defaults.yml",
        text: "channels: { ops: { slack: { url: { secret: A } } }, other: { slack: { url: { secret: B } } } }",
      },
    });
    expect(
      reading.ok && reading.config.channels?.map(({ name, tell }) => [name, tell[0]?.events.length]),
    ).toEqual([
      ["ops", 1],
      ["other", USUAL_EVENTS.length],
    ]);
  });
});
