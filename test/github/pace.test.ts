import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RetryLaterError } from "../../src/core/ports.ts";
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

function bareAt(writesPerMinute: number) {
  let now = 1_000_000;
  const slept: number[] = [];
  const pace = createPace({ now: () => now }, writesPerMinute, (ms) => {
    slept.push(ms);
    return Promise.resolve();
  });
  return { pace, slept, now: () => now, later: (ms: number) => void (now += ms) };
}

/** The most that went out within any window of this length. */
function most(sent: readonly number[], windowMs: number): number {
  let first = 0;
  return sent.reduce((best, at, index) => {
    while ((sent[first] ?? at) <= at - windowMs) first += 1;
    return Math.max(best, index - first + 1);
  }, 0);
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

  it("counts what goes out in one request one by one, and has it go when all of it may", async () => {
    const { pace, slept } = bareAt(60);
    await pace.beforeWrite(1, false, 12);
    await pace.beforeWrite(1, false, 8);
    await pace.beforeWrite(1, false, 5);
    expect(slept).toEqual([5_000]);
    await expect(pace.beforeWrite(1, false, 12)).rejects.toMatchObject({ name: "RetryLaterError" });
    await expect(bareAt(1).pace.beforeWrite(1, false, 10)).rejects.toThrow(/more than may be written/);
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

  it("an hour has 500 writes, of which background work leaves the last 100 to promotions", async () => {
    const { pace, later, now } = bareAt(60);
    const writes = async (times: number, background: boolean): Promise<number> => {
      for (let done = 0; done < times; done += 1) {
        try {
          await pace.beforeWrite(1, background);
        } catch {
          return done;
        }
        later(1_000);
      }
      return times;
    };
    const begin = now();
    expect(await writes(1_000, true)).toBe(400);
    expect(await writes(1_000, false)).toBe(100);
    await expect(pace.beforeWrite(1)).rejects.toMatchObject({ retryAt: begin + 3_600_000 });
    later(3_600_000 - 500_000);
    await expect(pace.beforeWrite(1)).resolves.toBeUndefined();
  });

  it("never lets more than 80 through in any minute, nor 500 in any hour, however it is asked", async () => {
    const asked = fc.array(fc.record({ rest: fc.nat({ max: 90_000 }), writes: fc.nat({ max: 60 }) }), {
      minLength: 20,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(asked, async (turns) => {
        const { pace, later, now, slept } = bareAt(60);
        const sent: number[] = [];
        for (const { rest, writes } of turns) {
          later(rest);
          for (let index = 0; index < writes; index += 1) {
            const before = slept.length;
            try {
              await pace.beforeWrite(1);
              sent.push(now() + (slept[before] ?? 0));
            } catch (error) {
              expect(error).toBeInstanceOf(RetryLaterError);
              break;
            }
          }
        }
        expect(most(sent, 60_000)).toBeLessThanOrEqual(80);
        expect(most(sent, 3_600_000)).toBeLessThanOrEqual(500);
      }),
      { numRuns: 60 },
    );
  });

  it("0 means no limit", async () => {
    const { slept, write } = pacedAt(0);
    await write(500);
    expect(slept).toEqual([]);
  });
});
