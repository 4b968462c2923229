/** The scanner of commit messages against conventional-commits-parser, in one process and in turns. */
import { CommitParser } from "conventional-commits-parser";
import { parseMessage } from "../src/core/notes/message.ts";
import { DEFAULT_TYPES } from "../src/core/notes/index.ts";
import { median } from "./timing.ts";

const KNOWN = new Set(DEFAULT_TYPES.map(({ type }) => type));
const options = { isKnownType: (type: string) => KNOWN.has(type) };

/** Reads all messages by both, `rounds` times after some that warm up, and prints how many a second, and the ratio. */
export function measureParsers(name: string, messages: readonly string[], rounds: number): void {
  const parser = new CommitParser();
  const ways = {
    waybill: () => messages.forEach((message) => parseMessage(message, options)),
    theirs: () => messages.forEach((message) => tried(() => parser.parse(message))),
  };
  const times: Record<keyof typeof ways, number[]> = { waybill: [], theirs: [] };
  for (let round = -3; round < rounds; round += 1) {
    for (const way of ["waybill", "theirs"] as const) {
      const ms = timed(ways[way]);
      if (round >= 0) times[way].push(ms);
    }
  }
  const [ours, theirs] = [median(times.waybill), median(times.theirs)];
  const rate = (ms: number) => `${((messages.length / ms) * 0.001).toFixed(2)} M/s`;
  process.stdout.write(
    `${name}: ${messages.length} messages: waybill ${rate(ours)}, conventional-commits-parser ${rate(theirs)}: ${(theirs / ours).toFixed(2)} × as fast; goal: 4.5 (1 M/s where theirs reads 0.22)\n`,
  );
}

/** It throws on some messages that people have written. */
function tried(act: () => void): void {
  try {
    act();
  } catch {
    // That, too, is reading it.
  }
}

/** Of the process itself: other processes take turns with it on a busy machine. */
function timed(act: () => void): number {
  const before = process.cpuUsage();
  act();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
