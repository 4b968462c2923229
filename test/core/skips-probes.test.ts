/** Components that are left as they are, where the environment names no version, or the system reports by itself. */
import { describe, expect, it } from "vitest";
import type { EnvironmentEvent } from "../../src/core/events.ts";
import type { PromotionId } from "../../src/core/ids.ts";
import { active, givenEnvironment } from "./given.ts";
import { asks, begins, brings, goes, planned, prepares, shop, timeOf } from "./given-skips.ts";

const fresh = [planned("api", null), planned("web", null)];
const second = [planned("api", "1.4.0", "changed"), planned("web", "1.4.0")];

describe("an environment that is asked only whether it answers", () => {
  it("names no version, so each component is left as it is by itself", () => {
    const text = shop('    verify: { tcp: "shop.example:443", confirmations: 1 }');
    const at = timeOf(101) + 5_000;
    const reached: EnvironmentEvent = {
      type: "VersionObserved",
      at,
      promotionId: "c101" as PromotionId,
      component: null,
      probe: 0,
      evidence: { at, url: "tcp://shop.example:443", outcome: "answers", observed: null, detail: "" },
    };
    const first = brings(101, "1.4.0", fresh, ["api", "web"], text);
    const then = givenEnvironment(...first, reached, asks(102, "1.5.0", text)).when(prepares(102, second));
    expect(begins(then.effects)).toEqual(["api"]);
    expect(active(then.lane).steps[1]).toMatchObject({ stage: "succeeded", skipped: { version: "1.4.0" } });
  });
});

describe("a component that reports by itself", () => {
  const text = shop(
    "    components: { api: { verify: { report: { secret: KEY } } }, web: { verify: { report: { secret: KEY } } } }",
  );
  const reports = (component: string, version: string, after: number): EnvironmentEvent => ({
    type: "VersionReported",
    at: timeOf(101) + after,
    environment: "prod",
    component,
    secret: "KEY",
    node: "",
    version,
    sha: null,
  });
  const first = [
    asks(101, "1.4.0", text),
    prepares(101, fresh),
    ...goes(101, "api", "1.4.0"),
    reports("api", "1.4.0", 3_000),
    ...goes(101, "web", "1.4.0"),
    reports("web", "1.4.0", 4_000),
  ];

  it("is left as it is by what it said last", () => {
    const then = givenEnvironment(...first, asks(102, "1.5.0", text)).when(prepares(102, second));
    expect(begins(then.effects)).toEqual(["api"]);
    expect(active(then.lane).steps[1]).toMatchObject({ stage: "succeeded", skipped: { version: "1.4.0" } });
  });

  it("is rolled out after all where that is something else", () => {
    const other = reports("web", "1.3.0", 9_000);
    const then = givenEnvironment(...first, other, asks(102, "1.5.0", text)).when(prepares(102, second));
    expect(active(then.lane).steps[1]).toMatchObject({ stage: "pending", notSkipped: "answer" });
  });
});
