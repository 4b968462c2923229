import { describe, expect, it } from "vitest";
import { createGathering, MOST_TOGETHER, type Outcomes } from "../../src/github/gathering.ts";

function numbered() {
  const groups: number[][] = [];
  const gathering = createGathering<number, string>((wanted): Promise<Outcomes<string>> => {
    groups.push([...wanted]);
    return Promise.resolve(
      wanted.map((one) =>
        one < 0
          ? { status: "rejected", reason: new Error(`not ${one}`) }
          : { status: "fulfilled", value: `did ${one}` },
      ),
    );
  });
  return { groups, join: (one: number) => gathering.join(one) };
}

describe("gathering", () => {
  it("makes one call of what comes at the same moment, and gives each its own answer", async () => {
    const { groups, join } = numbered();
    expect(await Promise.all([1, 2, 3].map(join))).toEqual(["did 1", "did 2", "did 3"]);
    expect(groups).toEqual([[1, 2, 3]]);
  });

  it("tells whoever comes alone so, and calls nobody", async () => {
    const { groups, join } = numbered();
    expect(await join(1)).toBeNull();
    expect(groups).toEqual([]);
  });

  it("gives one that went wrong its own error, and the others their answers", async () => {
    const { join } = numbered();
    const outcomes = await Promise.allSettled([1, -2, 3].map(join));
    expect(outcomes.map((one) => (one.status === "fulfilled" ? one.value : String(one.reason)))).toEqual([
      "did 1",
      "Error: not -2",
      "did 3",
    ]);
  });

  it("makes no call larger than GitHub can bear, and does not wait when it is as large as that", async () => {
    const { groups, join } = numbered();
    const numbers = Array.from({ length: MOST_TOGETHER + 2 }, (_, index) => index);
    await Promise.all(numbers.map(join));
    expect(groups.map((group) => group.length)).toEqual([MOST_TOGETHER, 2]);
  });

  it("does not wait for ever for those who come one after the other", async () => {
    const { groups, join } = numbered();
    const joined: Promise<unknown>[] = [];
    for (let number = 0; number < 10; number += 1) {
      joined.push(join(number));
      await new Promise((resolve) => setTimeout(resolve, 12));
    }
    await Promise.all(joined);
    expect(groups.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (let number = 0; number < 40; number += 1) {
      joined.push(join(number));
      if (groups.length > 1) break;
      await new Promise((resolve) => setTimeout(resolve, 12));
    }
    await Promise.all(joined);
    expect(groups.length).toBeGreaterThan(1);
  });

  it("fails all of them where nobody can tell what became of the call", async () => {
    const lost = createGathering<number, string>(() => Promise.reject(new Error("socket hang up")));
    const outcomes = await Promise.allSettled([1, 2].map((one) => lost.join(one)));
    expect(outcomes).toMatchObject([{ reason: { message: "socket hang up" } }, { status: "rejected" }]);
  });
});
