/**
 * Every call that every effect makes, under every fault that GitHub has. The calls are those that the performer really makes, recorded while
 * nothing goes wrong; a call that is added is tried without anybody adding it here. Whatever happens, what is to be brought about stands
 * exactly once, or it is said that it does not; it is never done twice, and nothing is lost in silence.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Effect, EffectType } from "../../src/core/effects.ts";
import type { WaybillEvent } from "../../src/core/events.ts";
import type { CallRecord } from "../../src/sandbox/record.ts";
import {
  blowsAt,
  callsAmong,
  isReading,
  ONE_OF_EACH_READ,
  ONE_OF_EACH_WRITE,
  type Blow,
  type Call,
} from "./github-calls.ts";
import { FAULTS, openBench, standing, type Thing, type Bench, type End, type Shop } from "./github-bench.ts";
import { ROWS, type Row, type Scene, type Verdict } from "./github-rows.ts";

let bench: Bench;

interface Clean {
  readonly calls: readonly Call[];
  readonly stands: readonly Thing[];
  readonly events: readonly string[];
}

/** Connecting is the same for every effect, and tried with the two that differ in what may be done again. */
const CONNECTS_UNDER_FAULTS: ReadonlySet<EffectType> = new Set(["comment", "dispatchRun"]);
/** What ends a promotion or a release: no fault that is gone at the next try comes to that. */
const ENDINGS: ReadonlySet<string> = new Set(["DispatchRefused", "RolloutRefused", "CutRefused"]);

const names = (end: End<readonly WaybillEvent[]>): string[] =>
  end.kind === "done" ? end.result.map((event) => event.type) : [];

interface Played {
  readonly shop: Shop;
  readonly end: End<readonly WaybillEvent[]>;
  readonly records: readonly CallRecord[];
  readonly before: readonly Thing[];
}

/** Plays a scene, with a fault armed or none. */
async function play(scene: Scene, row: Row<EffectType>, fault: Blow | null): Promise<Played> {
  const shop = bench.openShop();
  const effect: Effect = await scene.given(shop, bench);
  if (scene.again === true) await shop.arrange(effect);
  shop.calls();
  const before = standing(shop.repository);
  if (fault !== null) {
    const { route, after, kind, stays } = fault;
    bench.sandbox.faults.add({ route, after, kind: FAULTS[kind], times: stays ? Infinity : 1 });
  }
  const end = await shop.perform(shop.connect(), effect, scene.again === true ? 2 : 1, row.attempts);
  bench.sandbox.faults.clear();
  if (shop.repository.runs().length > 0) await bench.sandbox.settled();
  return { shop, end, records: shop.calls(), before };
}

async function playClean(scene: Scene, row: Row<EffectType>, type: EffectType): Promise<Clean> {
  const { shop, end, records } = await play(scene, row, null);
  return {
    calls: callsAmong(records, CONNECTS_UNDER_FAULTS.has(type)),
    stands: standing(shop.repository),
    events: names(end),
  };
}

function verdictOf(row: Row<EffectType>, clean: Clean, { end, shop }: Played): Verdict | "lost" {
  if (end.kind === "waiting") return "given up";
  if (end.kind === "given up") return "given up";
  const events = names(end);
  const stands = standing(shop.repository);
  if (JSON.stringify([stands, events]) === JSON.stringify([clean.stands, clean.events])) return "done";
  if (events.some((event) => row.says?.includes(event))) return "said";
  return events.length === 0 ? "let go" : "lost";
}

/** What there is more of than before, and than after a clean run: something that was done twice, or that nobody ordered. */
function beyond(clean: readonly Thing[], { shop, before }: Played): string[] {
  const count = (things: readonly Thing[], what: string) => things.filter((one) => one.what === what).length;
  const stands = standing(shop.repository);
  return [...new Set(stands.map((one) => one.what))].filter(
    (what) => count(stands, what) > Math.max(count(clean, what), count(before, what)),
  );
}

const ALL = Object.entries(ROWS).flatMap(([type, row]) =>
  row === "elsewhere" ? [] : [{ type: type as EffectType, row: row as Row<EffectType> }],
);

/** The effect that was the first to read something. */
const firstReaders = new Map<string, EffectType>();

/** What an effect reads as another one did before is struck by a fault of each kind; what it is the first to read, and what it writes, by all. */
function isTelling({ route, after, kind }: Blow, type: EffectType): boolean {
  if (!isReading(route)) return true;
  const name = `${route} ${after}`;
  const first = firstReaders.get(name) ?? type;
  firstReaders.set(name, first);
  return first === type || ONE_OF_EACH_READ.has(kind);
}

/** The effects are shared out among several files, so that several processes can try them at once: each file takes every so-manieth of them. */
const FILES = 3;

/** Tries the effects of one file. @param file from 0 to 2 */
export function tryEffects(file: number): void {
  const rows = ALL.filter((_row, index) => index % FILES === file);
  describe.each(rows)("$type", ({ type, row }) => {
    const struck = new Set<string>();
    /** What an effect reads in one scene it reads by the same code in the next: it is struck where it is read first, and what it writes in each. */
    const isNew = ({ route, after }: Call): boolean => {
      const name = `${route} ${after}`;
      if (struck.has(name) && isReading(route)) return false;
      struck.add(name);
      return row.only === undefined || row.only.includes(route);
    };

    /** What was written in an earlier scene of the effect is struck by one fault of each kind in the next. */
    const written = new Set<string>();
    const isOther = ({ route, after, kind, stays }: Blow): boolean => {
      const name = `${route} ${after} ${kind} ${stays}`;
      const isFirst = !written.has(name);
      written.add(name);
      return isFirst || isReading(route) || ONE_OF_EACH_WRITE.has(kind);
    };

    beforeAll(async () => {
      bench = await openBench();
    });
    afterAll(() => bench.close());

    it.each(row.scenes)("$name", { timeout: 240_000 }, async (scene) => {
      const clean = await playClean(scene, row, type);
      const wrong: string[] = [];
      for (const blow of clean.calls
        .filter(isNew)
        .flatMap(blowsAt)
        .filter((one) => isTelling(one, type))
        .filter(isOther)) {
        const { route, after, kind, stays } = blow;
        const played = await play(scene, row, blow);
        const verdict = verdictOf(row, clean, played);
        const allowed: readonly string[] = ["done", ...(stays ? row.permanent : row.transient)];
        const twice = beyond(clean.stands, played);
        const what = `${route} (${after}) ${kind} ${stays ? "for good" : "once"}: ${verdict} ${JSON.stringify(names(played.end))} ${played.end.kind === "given up" ? played.end.error : ""}`;
        const isOver = !stays && names(played.end).some((event) => ENDINGS.has(event));
        if (!allowed.includes(verdict) || isOver) wrong.push(what);
        if (twice.length > 0)
          wrong.push(`${what}: beyond ${twice.map((one) => one.slice(0, 150)).join(" | ")}`);
      }
      expect(wrong).toEqual([]);
    });
  });
}
