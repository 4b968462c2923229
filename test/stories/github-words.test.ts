/** What Waybill writes on GitHub is the team's to choose: what is switched off stays silent, and who wants more is told more. */
import { expect, it } from "vitest";
import { callsOf, deployed, expectPromisesKept, prodConfig, startProd, waybillsComments } from "./prod.ts";
import { startStory } from "../support/story.ts";

const withGitHub = (github: string) => () => `${prodConfig()}github: ${github}\n`;

const toldOn = (story: Parameters<typeof waybillsComments>[0], issue: number): string[] =>
  waybillsComments(story, issue)
    .map(({ body }) => body)
    .filter((body) => body.includes("waybill:comment:told-"));

it("a config that wants none of it: no notice, no draft, no preview, no live comment, no receipt, no word to authors; what was commanded is done, and a refusal is still told", async () => {
  const off = "{ notice: false, draft: false, preview: false, live: false, receipt: false, authors: false }";
  const story = await startProd({ config: withGitHub(off) });
  const { shop } = story;
  const talk = shop.openIssue({ title: "Talk", author: "ana" });
  await story.comment("/promote prod 1.5.0", "ana", talk);
  expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(waybillsComments(story)).toEqual([]);
  expect(shop.issues().map(({ title }) => title)).toEqual(["feat(api): accept vouchers", "Talk"]);
  expect(shop.releases().filter(({ draft }) => draft)).toEqual([]);
  expect(callsOf(story, "POST /repos/{owner}/{repo}/check-runs")).toBe(0);
  await story.comment("/promote prod 1.5.0", "ana", talk);
  expect(waybillsComments(story, talk).map(({ body }) => body)).toEqual([
    expect.stringContaining("was not done"),
  ]);
  expectPromisesKept(story);
});

it("authors hear of it in the environments that the config names, also on the issues that they have closed, and by labels", async () => {
  const config = (): string =>
    `${prodConfig().replace("  prod:", "  staging: { promote: auto }\n  prod:")}github: { authors: { environments: [staging, prod], issues: true, labels: true } }\n`;
  const story = await startStory({ config });
  try {
    const { shop } = story;
    const wish = shop.openIssue({ title: "Vouchers, please", author: "ana" });
    const other = shop.openIssue({ title: "Not this one", author: "ana" });
    const pull = story.merge("feat(api): accept vouchers", {
      body: `Closes #${wish}, and looks at #${other}.`,
    });
    const twin = story.merge("fix(web): show them", { body: `Fixes #${wish}` });
    const robot = story.merge("chore: bump a library", { author: "renovate[bot]" });
    await story.settle();
    shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    const labels = (number: number) => shop.issues().find((one) => one.number === number)?.labels;
    expect(toldOn(story, pull)).toEqual([
      expect.stringContaining("This is in **staging** now, with `v1.5.0`"),
    ]);
    expect(toldOn(story, wish)).toEqual([
      expect.stringMatching(/#\d+ is in \*\*staging\*\* now, with `v1\.5\.0`/),
    ]);
    await story.comment("/promote prod 1.5.0", "ana", other);
    expect(toldOn(story, wish)).toHaveLength(2);
    expect([toldOn(story, other), toldOn(story, robot)]).toEqual([[], []]);
    expect(labels(wish)).toEqual(["in: staging", "in: prod"]);
    for (const number of [pull, twin, robot]) expect(labels(number)).toEqual(["in: staging", "in: prod"]);
    expect(labels(other)).toEqual([]);
    expectPromisesKept(story);
  } finally {
    await story.end();
  }
});

it("without live comments, whoever is needed is told all the same: who may approve, and by which command", async () => {
  const config = (): string =>
    `${prodConfig("    gates: { approvals: { count: 1, role: write } }\n")}github: { live: false, receipt: false }\n`;
  const story = await startProd({ config });
  const pull = story.merge("fix(web): mend the cart");
  await story.settle();
  story.shop.tag("v1.5.1", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod 1.5.1", "ana", pull);
  expect(waybillsComments(story, pull).map(({ body }) => body)).toEqual([
    expect.stringContaining("`/approve prod 1.5.1`"),
  ]);
  await story.comment("/approve prod 1.5.1", "wes", pull);
  expect(deployed(story, "prod")).toEqual(["api 1.5.1", "web 1.5.1"]);
  // There is no final comment, so its author hears of it as everybody does.
  expect(toldOn(story, pull)).toHaveLength(1);
  expectPromisesKept(story);
});

it("a notice that stands when notices are switched off is kept up to date to its end, and no new one comes", async () => {
  const story = await startStory({ config: () => prodConfig() });
  try {
    const notices = () => story.shop.issues().filter(({ pullRequest }) => !pullRequest);
    story.merge("feat(api): accept vouchers");
    await story.settle();
    expect(notices().map(({ state }) => state)).toEqual(["open"]);
    const path = ".github/waybill.yml";
    story.shop.commit({
      message: "chore: no notices",
      author: "ana",
      files: { [path]: withGitHub("{ notice: false }")() },
    });
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    const talk = story.shop.openIssue({ title: "Talk", author: "ana" });
    await story.comment("/promote prod", "ana", talk);
    const [notice] = notices();
    expect(notice).toMatchObject({ state: "closed", title: "Release 1.5.0" });
    story.merge("feat(api): take gift cards");
    await story.settle(60_000);
    expect(notices().map(({ title }) => title)).toEqual(["Release 1.5.0", "Talk"]);
  } finally {
    await story.end();
  }
});
