/** A probe of several addresses: what one look at all of them proves, and when the asking ends. */
import { describe, expect, it } from "vitest";
import { addressesOf, together } from "../../src/core/addresses.ts";
import type { ProbeConfig } from "../../src/core/config/index.ts";
import { afterLook, beginProof, proofVerdict } from "../../src/core/proof.ts";
import type { Evidence, ProbeState } from "../../src/core/promotion.ts";
import { NOON } from "./given.ts";

function config(count: number, atLeast?: number, more: Partial<ProbeConfig> = {}): ProbeConfig {
  const urls = Array.from({ length: count }, (_none, index) => `https://r${index}.shop.example/version`);
  return {
    url: urls[0] ?? "",
    urls,
    ...(atLeast === undefined ? {} : { atLeast }),
    json: "$.version",
    header: null,
    expect: "either",
    confirmations: 2,
    intervalMs: 1_000,
    deadlineMs: 60_000,
    timeoutMs: 1_000,
    ...more,
  };
}

const SAID = { y: "confirmed", a: "answers", n: "other-version", "-": "no-answer" } as const;
const OBSERVED = { y: "1.5.0", a: null, n: "1.4.2", "-": null } as const;

/** One look: a letter for each address. */
function look(letters: string, probe: ProbeConfig, at: number): Evidence {
  const said = letters.split("").map((letter, index): Evidence => {
    const key = letter as keyof typeof SAID;
    const url = addressesOf(probe)[index] ?? "";
    const detail = key === "-" ? "connection refused" : "";
    return { at, url, outcome: SAID[key], observed: OBSERVED[key], detail };
  });
  return together(said, probe, at);
}

/** After these looks, a second apart. */
function after(looks: readonly string[], probe: ProbeConfig): ProbeState {
  const [state] = beginProof([probe], NOON);
  if (state === undefined) throw new Error("no probe");
  return looks.reduce(
    (now, letters, index) => afterLook(now, probe, look(letters, probe, NOON + (index + 1) * 1_000)),
    state,
  );
}

describe("one look at several addresses", () => {
  it.each([
    ["yyy", undefined, "confirmed", "1.5.0"],
    ["yyn", undefined, "other-version", "1.4.2"],
    ["yy-", undefined, "no-answer", null],
    ["yn-", undefined, "other-version", "1.4.2"],
    ["ynn", 1, "confirmed", "1.5.0"],
    ["nny", 1, "confirmed", "1.5.0"],
    ["yn-", 2, "no-answer", null],
    ["ynn", 2, "other-version", "1.4.2"],
    ["---", 1, "no-answer", null],
    ["aaa", undefined, "answers", null],
    ["aa-", 2, "answers", null],
  ] as const)("%s where %s must: %s", (letters, atLeast, outcome, observed) => {
    const probe = config(3, atLeast);
    expect(look(letters, probe, NOON)).toMatchObject({ outcome, observed, at: NOON });
  });

  it("names what stands in the way, and keeps what each said", () => {
    expect(look("yny", config(3), NOON)).toEqual({
      at: NOON,
      url: "https://r1.shop.example/version",
      outcome: "other-version",
      observed: "1.4.2",
      detail: "",
      addresses: [
        { url: "https://r0.shop.example/version", outcome: "confirmed", observed: "1.5.0", detail: "" },
        { url: "https://r1.shop.example/version", outcome: "other-version", observed: "1.4.2", detail: "" },
        { url: "https://r2.shop.example/version", outcome: "confirmed", observed: "1.5.0", detail: "" },
      ],
    });
  });
});

describe("the asking of several", () => {
  it.each([
    ["each has a count of its own", ["yyn", "yyy"], undefined, [2, 2, 1], 1, "asking"],
    ["all often enough", ["yyn", "yyy", "yyy"], undefined, [3, 3, 2], 2, "confirmed"],
    ["enough of them often enough", ["ynn", "yyn"], 1, [2, 1, 0], 2, "confirmed"],
    ["not the same ones in a row", ["ynn", "nyn", "nny"], 1, [0, 0, 1], 1, "asking"],
    ["one that falls back begins again", ["yy-", "yn-", "yy-"], 2, [3, 1, 0], 1, "asking"],
  ] as const)("%s", (_what, looks, atLeast, counts, confirmations, result) => {
    expect(after(looks, config(3, atLeast))).toMatchObject({ counts, confirmations, result });
  });

  it.each([
    [["yyy", "yy-"], undefined, "unknown"],
    [["yyy", "yyn"], undefined, "refuted"],
    [["yyn", "y-n"], 2, "unknown"],
    [["yyn", "ynn"], 2, "refuted"],
    [["---", "---"], 2, "unknown"],
    [["---", "y--"], 1, "unknown"],
    [["nnn", "ynn"], 1, "refuted"],
    [["yyn", "yyn"], 2, "confirmed"],
  ] as const)("at the deadline, after %j where %s must: %s", (looks, atLeast, result) => {
    expect(after(looks, config(3, atLeast, { deadlineMs: 2_000 })).result).toBe(result);
  });

  it("says how many of how many it were", () => {
    const probe = config(8, 3, { deadlineMs: 1 });
    expect(proofVerdict([after(["yynnnnnn"], probe)], [probe])).toMatchObject({
      problem: {
        code: "reported-other-version",
        detail: { of: 8, good: 2, needed: 3, url: "https://r2.shop.example/version", observed: "1.4.2" },
      },
    });
  });

  it("keeps fewer looks, as each of them is longer", () => {
    const kept = (count: number) =>
      after(
        Array.from({ length: 30 }, () => "n".repeat(count)),
        config(count),
      ).evidence.length;
    expect([2, 5, 20].map(kept)).toEqual([10, 4, 3]);
  });
});
