/** Probes that tell no version: what is waited for, and what is not claimed. */
import { describe, expect, it } from "vitest";
import { judgeLook } from "../../src/core/proof.ts";
import type { Evidence } from "../../src/core/promotion.ts";
import { deliveryReceipt } from "../../src/core/receipt/receipt.ts";
import { renderComment } from "../../src/render/comments.ts";
import { active, givenEnvironment, NOON, planOf, requested, sha, tagged } from "./given.ts";
import { deployed, id } from "./given-road.ts";

const TCP = "tcp://db.example:5432";

/** The shop's production with this `verify`. */
function shop(verify: string) {
  return planOf(
    "prod",
    `
components:
  api: { workflow: deploy.yml, paths: ["api/**"] }
  web: { workflow: deploy.yml, paths: ["web/**"], needs: [api] }
environments:
  prod: { verify: ${verify} }
`,
  );
}

function looked(outcome: Evidence["outcome"], at: number, probe = 0, url = TCP) {
  const evidence = { at, url, outcome, observed: outcome === "confirmed" ? "1.5.0" : null, detail: "" };
  return {
    type: "VersionObserved",
    at,
    promotionId: id("c101"),
    component: null,
    probe,
    evidence,
  } as const;
}

const begun = (verify: string) => deployed("c101", requested({ plan: shop(verify) }));
const ONLY = '{ tcp: "db.example:5432", confirmations: 2 }';
const BOTH = `[{ url: "https://shop.example/v", confirmations: 1 }, { tcp: "db.example:5432", confirmations: 1 }]`;

describe("a port", () => {
  it("is connected to as often as is wanted; then it is delivered, by the word of the workflows alone", () => {
    const once = looked("answers", NOON + 4_000);
    expect(active(givenEnvironment(...begun(ONLY)).when(once).lane)).toMatchObject({
      stage: "proving",
      probes: [{ confirmations: 1, result: "asking" }],
    });
    const then = givenEnvironment(...begun(ONLY), once).when(looked("answers", NOON + 9_000));
    const [ended] = then.lane.ended;
    if (ended === undefined) throw new Error("it has not ended");
    expect(ended.stage).toBe("delivered");
    expect(deliveryReceipt(ended)).toMatchObject({
      when: { observed: null },
      verification: {
        by: "workflows",
        probes: [
          { url: TCP, proves: "reachability", result: "confirmed", evidence: [{ outcome: "answers" }, {}] },
        ],
      },
    });
    const [receipt] = then.all("comment");
    if (receipt === undefined) throw new Error("nothing was said");
    const text = renderComment(receipt.view);
    expect(text).toContain(
      "The workflows say so; the running system answers, but was not asked which version it runs.",
    );
    expect(text).toContain("//db.example:5432 | it answers |");
    expect(text).not.toContain("The running system itself says so");
  });

  it("beside a probe for the version does not keep it from being proven", () => {
    const seen = looked("confirmed", NOON + 4_000, 0, "https://shop.example/v");
    expect(active(givenEnvironment(...begun(BOTH)).when(seen).lane).stage).toBe("proving");
    const then = givenEnvironment(...begun(BOTH), seen).when(looked("answers", NOON + 5_000, 1));
    const [ended] = then.lane.ended;
    if (ended === undefined) throw new Error("it has not ended");
    expect(deliveryReceipt(ended)).toMatchObject({
      when: { observed: "2026-11-20T12:00:04.000Z" },
      verification: { by: "observed", probes: [{ proves: "version" }, { proves: "reachability" }] },
    });
  });

  it("that nobody listens at is no delivery, and unknown", () => {
    const deadline = NOON + 3_000 + 600_000;
    const then = givenEnvironment(...begun(ONLY)).when(looked("no-answer", deadline + 10));
    expect(then.only("comment").view).toMatchObject({ template: "failure", problem: { code: "no-answer" } });
  });
});

describe("an answer of any kind", () => {
  const [config] = shop('{ url: "https://shop.example/healthz", expect: answer }').environment.verify;
  if (config === undefined) throw new Error("there is no probe");
  it.each([
    [{ kind: "answered" }, "answers"],
    [{ kind: "unreadable", reason: "status 503" }, "other-version"],
    [{ kind: "unreachable", reason: "ECONNREFUSED" }, "no-answer"],
    [{ kind: "refused", reason: "not public" }, "no-answer"],
  ] as const)("%j is %s", (look, outcome) =>
    expect(judgeLook(look, config, tagged("1.5.0"), NOON).outcome).toBe(outcome),
  );
});

it("a connection does not tell that what was deployed by hand meanwhile is gone", () => {
  const at = NOON + 2_500;
  const run = {
    id: 901,
    attempt: 1,
    environment: "prod",
    url: "https://github.example/runs/901",
    by: "wes",
    version: "1.4.9",
    sha: sha("149"),
    certain: true,
  };
  const byHand = { type: "OutOfBandSeen", at, run, end: { conclusion: "success", at } } as const;
  const [last, ...others] = [
    ['{ tcp: "db.example:5432", confirmations: 1 }', looked("answers", NOON + 4_000)],
    ['{ url: "https://shop.example/v", confirmations: 1 }', looked("confirmed", NOON + 4_000)],
  ].map(([verify, look]) =>
    givenEnvironment(...begun(verify as string), byHand).when(look as ReturnType<typeof looked>),
  );
  expect(last?.lane.disturbed).toMatchObject({ kind: "out-of-band" });
  expect(others[0]?.lane.disturbed).toBeNull();
});
