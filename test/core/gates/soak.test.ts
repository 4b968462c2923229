/** The soak time as a table: what each environment before has run, and what that comes to. */
import { describe, expect, it } from "vitest";
import type { Soaked } from "../../../src/core/gates/soak.ts";
import { releaseHasSoaked } from "../../../src/core/gates/soak.ts";
import { newPromotion } from "../../../src/core/promotion.ts";
import { NOON, planOf, request } from "../given.ts";

const HOUR = 60 * 60_000;

function verdictOf(after: string, environments: readonly Soaked[] | "unseen" | "never") {
  const config = `environments:\n  qa: {}\n  load: { after: [] }\n  prod: { after: ${after}, gates: { soak: 24h } }\n`;
  const findings =
    environments === "never"
      ? {}
      : environments === "unseen"
        ? { soak: { kind: "unseen", at: NOON, message: "Not Found" } as const }
        : { soak: { kind: "seen", at: NOON, facts: { environments } } as const };
  const promotion = { ...newPromotion(request({ plan: planOf("prod", config) }), NOON), findings };
  return releaseHasSoaked({ at: NOON, promotion, freeze: null, approvals: [] });
}

const runs = (environment: string, hours: number | null, longest = 0): Soaked => ({
  environment,
  since: hours === null ? null : NOON - hours * HOUR,
  longestMs: longest * HOUR,
});

describe("a release that has to soak for a day", () => {
  it.each([
    ["has, to the moment", "[qa]", [runs("qa", 24)], "pass", null],
    ["has not by an hour", "[qa]", [runs("qa", 23)], "wait", 1],
    ["did, in a stay that has ended", "[qa]", [runs("qa", null, 24)], "pass", null],
    ["is not made of several stays", "[qa]", [runs("qa", 12, 23)], "wait", 12],
    ["does not run there any more", "[qa]", [runs("qa", null, 23)], "wait", null],
    ["has in one of two", "[qa, load]", [runs("qa", 30), runs("load", 20)], "wait", 4],
    ["has in neither: the later one counts", "[qa, load]", [runs("qa", 3), runs("load", 20)], "wait", 21],
    ["never came to one of two", "[qa, load]", [runs("qa", 3), runs("load", null)], "wait", null],
    [
      "has in the one that is enough",
      "{ any: [qa, load] }",
      [runs("qa", 30), runs("load", null)],
      "pass",
      null,
    ],
    ["soaks in the one that is enough", "{ any: [qa, load] }", [runs("qa", 3), runs("load", 20)], "wait", 4],
  ] as const)("%s", (_what, after, environments, verdict, opensIn) => {
    const then = verdictOf(after, environments);
    expect(then.verdict).toBe(verdict);
    if (then.verdict !== "wait") return;
    const opensAt = opensIn === null ? null : NOON + opensIn * HOUR;
    expect(then.hold).toMatchObject({ gate: "soak", wantedMs: 24 * HOUR, opensAt });
    expect(then.next ?? null).toBe(opensAt);
    expect(then.look).toBe("soak");
  });

  it("waits while nobody has looked, and where nobody could", () => {
    expect(verdictOf("[qa]", "never")).toMatchObject({
      hold: { gate: "looking", what: "soak" },
      look: "soak",
    });
    expect(verdictOf("[qa]", "unseen")).toMatchObject({ hold: { gate: "unseen", message: "Not Found" } });
  });

  it("is not asked for where the config names no soak time", () => {
    const promotion = newPromotion(request(), NOON);
    expect(releaseHasSoaked({ at: NOON, promotion, freeze: null, approvals: [] }).verdict).toBe("pass");
  });
});
