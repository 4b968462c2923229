import { describe, expect, it } from "vitest";
import { createPace } from "../../src/github/pace.ts";

function pacedAt(writesPerMinute: number) {
  let now = 1_000_000;
  const slept: number[] = [];
  const pace = createPace({ now: () => now }, writesPerMinute, (ms) => {
    slept.push(Math.round(ms));
    return Promise.resolve();
  });
  const write = async (times: number, installation = 1) => {
    for (let index = 0; index < times; index += 1) await pace.beforeWrite(installation);
  };
  return { slept, write, later: (ms: number) => (now += ms) };
}

describe("the pace of writes", () => {
  it("lets a burst of 20 through, then one a second at 60 a minute, each waiting for its own turn", async () => {
    const { slept, write } = pacedAt(60);
    await write(23);
    expect(slept).toEqual([1_000, 2_000, 3_000]);
  });

  it("sends a worker away instead of letting it sleep for long, and takes no turn for that", async () => {
    const { slept, write } = pacedAt(60);
    await write(25);
    await expect(write(1)).rejects.toMatchObject({ name: "RetryLaterError", retryAt: 1_006_000 });
    await expect(write(1)).rejects.toMatchObject({ retryAt: 1_006_000 });
    expect(slept).toHaveLength(5);
  });

  it("fills up again with time, never beyond the burst", async () => {
    const { slept, write, later } = pacedAt(60);
    await write(20);
    later(3_600_000);
    await write(21);
    expect(slept).toEqual([1_000]);
  });

  it("counts each installation for itself: a busy tenant holds up nobody else", async () => {
    const { slept, write } = pacedAt(60);
    await write(20, 1);
    await write(20, 2);
    expect(slept).toEqual([]);
  });

  it("a clock that jumps back gives nothing away and takes nothing", async () => {
    const { slept, write, later } = pacedAt(60);
    await write(20);
    later(-60_000);
    await write(1);
    expect(slept).toEqual([1_000]);
  });

  it("0 means no limit", async () => {
    const { slept, write } = pacedAt(0);
    await write(500);
    expect(slept).toEqual([]);
  });
});
