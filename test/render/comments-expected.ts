/** The words about the coming release: what breaks by now, and when it is expected. */
import type { ExpectedView } from "../../src/core/announced.ts";
import type { CommentView } from "../../src/core/views.ts";

const THURSDAY = { at: Date.UTC(2026, 10, 26, 14), wholeDay: false, zone: "Europe/London" };
const DECEMBER = { at: Date.UTC(2026, 11, 3), wholeDay: true, zone: "UTC" };

const near: ExpectedView = {
  template: "expected",
  version: "1.5.0",
  news: "near",
  was: THURSDAY,
  expected: THURSDAY,
  commitCount: 12,
};
const breaking = ["prices are whole cents", "the cart has `total` in place of `sum`"].map((text, index) => ({
  sha: `${index}a`.repeat(20),
  text,
}));

export const expectedViews: Readonly<Record<string, CommentView>> = {
  "expected-near": near,
  "expected-near-of-one-commit": { ...near, commitCount: 1, expected: DECEMBER },
  "expected-moved": { ...near, news: "moved", expected: DECEMBER },
  "expected-for-the-first-time": { ...near, news: "moved", was: null },
  "expected-no-more": { ...near, news: "moved", expected: null },
  "expected-and-passed": { ...near, news: "passed", expected: DECEMBER },
  "expected-passed-and-no-more": { ...near, news: "passed", expected: null },
  "now-breaks": { template: "now-breaks", version: "2.0.0", breaking, more: 0 },
  "now-breaks-very-much": { template: "now-breaks", version: "2.0.0", breaking, more: 3 },
};
