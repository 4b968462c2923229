/** Deploy windows, holidays and scheduled freezes as people live them: by comments, and seen in what is deployed. */
import { describe, expect, it } from "vitest";
import {
  auditOf,
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
} from "./prod.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

const iso = (at: number): string => new Date(at).toISOString();
const clock = (at: number): string => iso(at).slice(11, 16);
const calendar = (...lines: readonly string[]): string =>
  ["BEGIN:VCALENDAR", "BEGIN:VEVENT", ...lines, "END:VEVENT", "END:VCALENDAR", ""].join("\r\n");

describe("deploy windows of production", () => {
  it("hold a promotion until the next one opens, which is none on a holiday; a broken calendar is said like a broken config", async () => {
    // Opens in some hours, and closes on the same day; but that day is a holiday, so that it opens a day later.
    const hours = new Date(Date.now() + 3 * HOUR).getUTCHours() >= 22 ? 6 : 3;
    const opens = Math.ceil(Date.now() / 60_000) * 60_000 + hours * HOUR;
    const gates = `    gates: { windows: { from: "${clock(opens)}", to: "${clock(opens + HOUR)}" }, holidays: .github/holidays.ics }\n`;
    const day = iso(opens).slice(0, 10).replaceAll("-", "");
    const story = await startProd({
      config: () => prodConfig(gates),
      files: { ".github/holidays.ics": calendar(`DTSTART;VALUE=DATE:${day}`, "SUMMARY:Founders' day") },
    });
    await story.comment("/promote prod", "ana");
    expect(liveWords(story)).toContain("The deploy windows of **prod** are closed. The next one opens ");
    expect(liveWords(story)).toContain(`${clock(opens)} (UTC); it begins by itself then.`);
    await story.comment("/status", "wes");
    expect(lastWords(story)).toContain("1\\.5.0 (waiting for a deploy window, which opens ");
    await story.settle(4 * HOUR);
    expect(deployed(story)).toEqual([]);

    story.merge("chore: move the holidays", {
      files: { ".github/holidays.ics": calendar("DTSTART:tomorrow") },
    });
    await story.settle();
    const broken = story.shop.issues().filter(({ body }) => body.includes("not a time"));
    expect(broken.map(({ body }) => body)).toMatchObject([expect.stringContaining(".github/holidays.ics")]);
    await story.comment("/promote prod", "ana");
    expect(lastWords(story)).toContain("`.github/holidays.ics` on the default branch, line 3, column 1");

    // What was accepted keeps the plan that it was accepted with.
    await story.settle(2 * DAY);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });
});

describe("a freeze that the config foresees", () => {
  it("holds, is shown before and while it holds, and is lifted by a person's word for this environment alone", async () => {
    const now = Date.now();
    const written = (at: number): string => `"${iso(at).slice(0, 16).replace("T", " ")}"`;
    const freezes = `freezes:
  - { from: ${written(now - HOUR)}, until: ${written(now + 2 * DAY)}, reason: stocktaking }
  - { from: ${written(now + 5 * DAY)}, until: ${written(now + 6 * DAY)}, environments: [prod] }
`;
    const story = await startProd({ config: () => `${prodConfig()}${freezes}` });
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual([]);
    expect(liveWords(story)).toContain("prod is frozen, as the config foresees, until ");
    await story.comment("/status", "wes");
    expect(lastWords(story)).toContain(
      ": stocktaking. Nothing begins there meanwhile; `/unfreeze prod` lifts it",
    );
    expect(lastWords(story)).toContain("**prod** will be frozen from ");
    const word = await story.comment("/unfreeze prod", "ana");
    expect(story.shop.reactions(word).map((one) => one.content)).toEqual(["eyes", "rocket"]);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    const lifted = (await auditOf(story)).filter(({ type }) => type === "environment.unfrozen");
    expect(lifted).toMatchObject([{ data: { scheduled: { until: expect.any(Number) as unknown } } }]);
    expectPromisesKept(story);
  });
});
