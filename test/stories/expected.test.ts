/** What people who only follow the notice hear: when the release is expected, and what breaks in it by now. */
import { describe, expect, it, onTestFinished } from "vitest";
import { startStory } from "../support/story.ts";
import { expectPromisesKept, prodConfig, waybillsComments } from "./prod.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;

const written = (at: number): string => new Date(at).toISOString().slice(0, 16).replace("T", " ");

describe("the notice of the coming release", () => {
  it("says when it is expected, and speaks up when something breaks, when the date moves and when it is near; else it is quiet", async () => {
    const first = Math.ceil(Date.now() / 60_000) * 60_000 + 2 * DAY;
    const release = (at: number): string => `release: { expected: "${written(at)} UTC" }\n`;
    const story = await startStory({ config: () => `${prodConfig()}${release(first)}` });
    onTestFinished(() => story.end());
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.merge("fix(web): round prices down");
    await story.settle();
    const notice = () => story.shop.issues().find(({ title }) => title.startsWith("Coming next"));
    const words = (): string[] =>
      waybillsComments(story, notice()?.number).map(({ body }) =>
        body.split("\n").slice(1).join("\n").trim(),
      );
    expect(notice()?.body).toMatch(
      new RegExp(`Expected on \\w+day .* ${written(first).slice(11)} \\(UTC\\)\\.`),
    );
    expect(words()).toEqual([]);

    story.merge("feat(api)!: prices are whole cents");
    await story.settle();
    expect(words()).toEqual([expect.stringMatching(/breaks something now[^]*- prices are whole cents \(/)]);

    const later = first + DAY;
    const file = ".github/waybill.yml";
    story.merge("chore: a day later", { files: { [file]: `${prodConfig()}${release(later)}` } });
    await story.settle();
    expect(words().slice(1)).toEqual([expect.stringMatching(/ is now expected on .*, no longer on /)]);

    await story.settle(2 * DAY);
    expect(words().slice(2)).toEqual([]);
    await story.settle(3 * DAY - 3 * HOUR);
    expect(words().slice(2)).toEqual([expect.stringContaining(" is expected soon, on ")]);
    await story.settle(DAY);
    expect(words()).toHaveLength(3);
    expect(notice()?.body).toContain("It was expected on ");
    expectPromisesKept(story);
  });
});
