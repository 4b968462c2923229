/** Gates that look at the world outside, as people live them: by comments, and seen in what is deployed. */
import { describe, expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, liveWords, prodConfig, startProd } from "./prod.ts";

const HOUR = 60 * 60_000;

/** Staging takes every release by itself; production has these gates. */
const withGates = (gates: string): string =>
  prodConfig(`    gates: { ${gates} }\n`).replace("  prod:", "  staging: { promote: auto }\n  prod:");

describe("a release that has to soak in staging", () => {
  it("says when it goes on, also in /status, and goes on in that moment by itself", async () => {
    const story = await startProd({ config: () => withGates("soak: 2h") });
    expect(deployed(story, "staging")).toEqual(["api 1.5.0", "web 1.5.0"]);
    await story.comment("/promote prod", "ana");
    expect(deployed(story, "prod")).toEqual([]);
    expect(liveWords(story)).toMatch(/has to run for 2 h without a break, and will have done so at 20\d\d-/);
    await story.comment("/status", "wes");
    expect(lastWords(story)).toContain("1\\.5.0 (soaking)");
    await story.restart();
    await story.settle(1.9 * HOUR);
    expect(deployed(story, "prod")).toEqual([]);
    await story.settle(HOUR);
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });
});
