/** What may be written under `verify`, and what is said of what may not. */
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/index.ts";

function read(verify: string): ReturnType<typeof parseConfig> {
  return parseConfig(`environments: { prod: { verify: ${verify} } }`, { path: "x", repositoryName: "x" });
}

/** The one probe as it is kept. */
function probe(verify: string): object | undefined {
  const reading = read(verify);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.config.environments[0]?.verify[0];
}

/** What is wrong, each thing with its place, its sentence and its mend. */
function wrong(verify: string): string[] {
  const reading = read(verify);
  return reading.ok
    ? []
    : reading.problems.map(({ at, message, mend }) => `${at.slice(18)}: ${message}; ${mend}`);
}

const URL = "https://shop.example/version";

describe("a pattern", () => {
  test("is kept as it is written", () =>
    expect(probe(`{ url: "${URL}", header: Server, matches: 'shop/(\\S+)' }`)).toMatchObject({
      header: "Server",
      json: null,
      matches: "shop/(\\S+)",
    }));

  test("that is none is said where it stands, with the mend", () =>
    expect(wrong(`{ url: "${URL}", matches: "version=" }`)).toEqual([
      "verify.matches: the pattern has no group; put the version in parentheses, as in `version=(\\S+)`",
    ]));

  test.each(["matches: '(a)'", "header: X-Version"])("and `json` beside %s are one too many", (second) =>
    expect(wrong(`{ url: "${URL}", json: $.v, ${second} }`)).toHaveLength(1),
  );
});

describe("a connection", () => {
  test.each([
    ["db.example:5432", "tcp://db.example:5432"],
    ["203.0.113.7:22", "tcp://203.0.113.7:22"],
    ["[2001:db8::1]:443", "tcp://[2001:db8::1]:443"],
  ])("to %s is kept as an address", (written, url) =>
    expect(probe(`{ tcp: "${written}" }`)).toMatchObject({ url }),
  );

  test.each([
    "db.example",
    "db.example:0",
    "db.example:65536",
    ":5432",
    "tcp://db.example:5432",
    "db.example:5432/x",
    "user@db.example:5432",
    "db .example:5432",
    "::1:5432",
  ])("to %s is refused", (written) => expect(wrong(`{ tcp: "${written}" }`)).toHaveLength(1));

  test.each(["json: $.v", "header: X-V", "matches: '(.*)'"])(
    "tells no version, so %s is refused",
    (place) => {
      expect(wrong(`{ tcp: "db.example:5432", ${place} }`)).toHaveLength(1);
      expect(wrong(`{ url: "${URL}", expect: answer, ${place} }`)).toHaveLength(1);
    },
  );

  test.each(["{ }", `{ url: "${URL}", tcp: "db.example:5432" }`, "{ confirmations: 2 }"])(
    "%s does not say what is asked",
    (verify) => expect(wrong(verify)).toHaveLength(1),
  );

  test("to a private address is warned of, as it will not come about", () => {
    const reading = read(
      '[{ tcp: "10.0.0.7:5432" }, { tcp: "localhost:5432" }, { tcp: "db.internal:5432" }]',
    );
    expect(reading.ok && reading.warnings.map(({ at }) => at)).toEqual([
      "environments.prod.verify[0].tcp",
      "environments.prod.verify[1].tcp",
      "environments.prod.verify[2].tcp",
    ]);
  });
});

describe("several addresses", () => {
  const EU = "https://eu.shop.example/version";
  const US = "https://us.shop.example/version";

  test("are kept in their order, with how many are enough", () => {
    expect(probe(`{ urls: ["${EU}", "${US}"], atLeast: 1 }`)).toMatchObject({
      url: EU,
      urls: [EU, US],
      atLeast: 1,
    });
    expect(probe(`{ urls: ["${EU}", "${US}"] }`)).not.toHaveProperty("atLeast");
    expect(probe(`{ url: "${EU}" }`)).not.toHaveProperty("urls");
  });

  test.each([
    [`urls: ["${EU}"]`, "too few"],
    [`urls: ["${EU}", "${EU}"]`, "stands there twice"],
    [`urls: ["${EU}", "${US}"], atLeast: 3`, "there are 2 addresses"],
    [`urls: ["${EU}", "${US}"], atLeast: 0`, "too small"],
    [`url: "${EU}", atLeast: 1`, "how many of `urls`"],
    [`url: "${EU}", urls: ["${EU}", "${US}"]`, "either `url` or `urls`"],
    [`urls: ["${EU}", "ftp://shop.example"]`, "begins with https://"],
  ])("%s is refused", (written, sentence) => {
    const [one, ...others] = wrong(`{ ${written} }`);
    expect(one).toContain(sentence);
    expect(others).toEqual([]);
  });

  test("each that is private is warned of by itself", () => {
    const reading = read(`{ urls: ["${EU}", "http://10.0.0.7/v", "http://10.0.0.8/v"] }`);
    expect(reading.ok && reading.warnings.map(({ at }) => at)).toEqual([
      "environments.prod.verify.urls[1]",
      "environments.prod.verify.urls[2]",
    ]);
  });
});

describe("headers", () => {
  test("are kept: literals as they are, secrets by their names", () =>
    expect(
      probe(`{ url: "${URL}", headers: { Accept: text/plain, Authorization: { secret: STATUS_TOKEN } } }`),
    ).toMatchObject({
      headers: { Accept: "text/plain", Authorization: { secret: "STATUS_TOKEN" } },
    }));

  test.each([
    ["Authorization: Bearer abc", "no place for secrets"],
    ["X-Api-Key: abc", "no place for secrets"],
    ["Host: evil.example", "does not send this header"],
    ["Connection: upgrade", "does not send this header"],
    ["Content-Length: '5'", "does not send this header"],
    ["Transfer-Encoding: chunked", "does not send this header"],
    ["X-Forwarded-For: 10.0.0.1", "does not send this header"],
    ["Proxy-Authorization: { secret: A }", "does not send this header"],
    ['"X Y": a', "not the name of a header"],
    ['X-A: "a\\r\\nX-B: c"', "printable ASCII"],
    ["X-A: { secret: whsec_abc }", "not the name of a secret"],
    ["X-A: { secret: A, to: b }", "unknown setting"],
    [Array.from({ length: 11 }, (_none, index) => `X-A${index}: a`).join(", "), "too many"],
  ])("%s is refused", (written, sentence) => {
    const [one, ...others] = wrong(`{ url: "${URL}", headers: { ${written} } }`);
    expect(one).toContain(sentence);
    expect(others).toEqual([]);
  });

  test("with a secret go by https alone, but within a private network", () => {
    const headers = "headers: { Authorization: { secret: A } }";
    expect(wrong(`{ url: "http://shop.example/v", ${headers} }`)).toHaveLength(1);
    expect(wrong(`{ urls: ["${URL}", "http://shop.example/v"], ${headers} }`)).toHaveLength(1);
    expect(wrong(`{ url: "http://10.0.0.7/v", ${headers} }`)).toEqual([]);
  });

  test("go with no connection", () =>
    expect(wrong('{ tcp: "db.example:5432", headers: { X-A: a } }')).toHaveLength(1));
});

describe("watch", () => {
  const watch = (written: string, verify = `{ url: "${URL}" }`) =>
    parseConfig(`environments: { prod: { verify: ${verify}, watch: ${written} } }`, {
      path: "x",
      repositoryName: "x",
    });

  test.each([
    ["{ }", { forMs: 3_600_000, everyMs: 300_000 }],
    ["{ for: 2h, every: 1m }", { forMs: 7_200_000, everyMs: 60_000 }],
    ["{ for: always, every: 10m }", { forMs: null, everyMs: 600_000 }],
  ])("%s is kept", (written, kept) => {
    const reading = watch(written);
    expect(reading.ok && reading.config.environments[0]?.watch).toEqual(kept);
  });

  test.each(["{ every: 30s }", "{ for: 31d }", "{ for: ever }", "{ for: 1m, every: 5m }", "1h"])(
    "%s is refused",
    (written) => expect(watch(written)).toMatchObject({ ok: false, problems: [{}] }),
  );

  test("where nothing tells the version is warned of", () => {
    expect(watch("{ }", '{ tcp: "db.example:5432" }')).toMatchObject({
      warnings: [{ at: "environments.prod.watch" }],
    });
  });
});

describe("reports", () => {
  test("are kept with how many nodes have to come", () =>
    expect(probe("{ report: { secret: REPORT_KEY, nodes: 3 }, deadline: 20m }")).toMatchObject({
      url: "report:REPORT_KEY",
      report: { secret: "REPORT_KEY" },
      confirmations: 3,
      deadlineMs: 1_200_000,
    }));

  test.each([
    "report: { secret: report-key }",
    "report: { secret: REPORT_KEY, nodes: 0 }",
    "report: { nodes: 2 }",
    "report: REPORT_KEY",
    `report: { secret: REPORT_KEY }, url: "${URL}"`,
    "report: { secret: REPORT_KEY }, json: $.v",
    "report: { secret: REPORT_KEY }, headers: { X-A: a }",
    "report: { secret: REPORT_KEY }, expect: answer",
  ])("%s is refused", (written) => expect(wrong(`{ ${written} }`)).toHaveLength(1));

  test("of many nodes need no longer deadline", () =>
    expect(wrong("{ report: { secret: REPORT_KEY, nodes: 500 } }")).toEqual([]));
});

describe("a workflow", () => {
  test.each([
    "workflow: .github/workflows/smoke.yml",
    `workflow: smoke.yml, url: "${URL}"`,
    "workflow: smoke.yml, json: $.v",
    "workflow: smoke.yml, expect: answer",
    "workflow: smoke.yml, settle: 30s",
    "workflow: smoke.yml, headers: { X-A: a }",
    `url: "${URL}", inputs: { a: 1 }`,
  ])("%s is refused", (written) => expect(wrong(`{ ${written} }`)).toHaveLength(1));

  test("verifies an environment, and no component", () => {
    const text = "environments: { prod: { components: { x: { verify: { workflow: smoke.yml } } } } }";
    const reading = parseConfig(text, { path: "x", repositoryName: "x" });
    expect(!reading.ok && reading.problems).toMatchObject([
      { at: "environments.prod.components.x.verify.workflow" },
    ]);
  });
});
