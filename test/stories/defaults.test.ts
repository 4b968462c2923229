/** An owner's `.github` holds defaults: laid under the config of its repositories, at no call for an event, and never across owners. */
import { expect, it, onTestFinished } from "vitest";
import type { SandboxRepository } from "../../src/sandbox/index.ts";
import { prodConfig } from "../support/shop.ts";
import { startStory, PEOPLE, type Story } from "../support/story.ts";
import { deployed, lastWords } from "./prod.ts";

const CONFIG = ".github/waybill.yml";

async function open(config = prodConfig()): Promise<Story> {
  const story = await startStory({
    config: () => config,
    environment: { WAYBILL_RECONCILE_SECONDS: "300" },
  });
  onTestFinished(() => story.end());
  await story.settle();
  return story;
}

async function write(story: Story, place: SandboxRepository, text: string): Promise<void> {
  place.commit({ message: "chore: tune", author: "ana", files: { [CONFIG]: text } });
  await story.settle();
}

/** The owner's `.github`, where the App is installed unless it is said otherwise. */
async function defaults(story: Story, text: string, install = true): Promise<SandboxRepository> {
  const place = story.sandbox.repository("acme/.github", { collaborators: { ...PEOPLE }, install });
  await write(story, place, text);
  return place;
}

const callsAbout = (story: Story, since = 0) =>
  story.sandbox.record.calls.slice(since).filter(({ path }) => path.includes("/acme/.github/"));

it("says who may promote where the repository's own config lets more, and what that leaves out; a mistake in it names its file and line", async () => {
  const story = await open(`${prodConfig()}permissions: { promote: { prod: write } }\n`);
  const place = await defaults(story, "permissions: { promote: { default: maintain } }\n");
  story.merge("feat(api): accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod", "wes");
  expect(lastWords(story)).toContain("takes the role `maintain`; you have `write`");

  // No event costs a call for it.
  const since = story.sandbox.record.calls.length;
  story.merge("fix(api): round vouchers down");
  await story.settle();
  await story.comment("/promote prod 1.5.0", "ana");
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(callsAbout(story, since)).toEqual([]);

  // Nothing is pushed to the shop itself: it hears of it when it is looked at, or when somebody commands something.
  await story.reconcile();
  await write(story, place, "permissions:\n  promote: { default: nobody }\n");
  await story.comment("/promote prod", "ana");
  expect(lastWords(story)).toContain(
    "`acme/.github: .github/waybill.yml` on the default branch, line 2, column 23",
  );
  const issues = () =>
    story.shop.issues().filter(({ title }) => title.startsWith("Waybill's config is broken"));
  await story.reconcile();
  expect(issues()).toMatchObject([{ state: "open" }]);
  expect(issues()[0]?.body).toContain("It holds the defaults of this repository's owner");
  await write(story, place, "permissions: { promote: { default: write } }\n");
  await story.reconcile();
  expect(issues()).toMatchObject([{ state: "closed" }]);
  // The repository that holds them is run by nothing.
  expect(place.issues()).toEqual([]);
});

it("is checked on the pull request that changes it", async () => {
  const story = await open();
  const place = await defaults(story, "release: { on: tag }\n");
  const propose = async (branch: string, text: string): Promise<void> => {
    const commits = [{ message: "chore: tune", files: { [CONFIG]: text } }];
    place.openPullRequest({ title: "chore: tune", author: "wes", branch, commits });
    await story.settle();
  };
  await propose("wrong", "release: { on: merg }\n");
  await propose("right", "release: { on: merge }\n");
  expect(place.checkRuns()).toMatchObject([
    { name: "Waybill config", conclusion: "failure" },
    { name: "Waybill config", conclusion: "success", title: "The defaults can be used" },
  ]);
});

it("counts for nothing where the App is not installed on it, and costs nothing but the asking", async () => {
  const story = await open();
  await defaults(story, "permissions: { promote: { default: admin } }\n", false);
  story.merge("feat(api): accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod", "ana");
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(callsAbout(story).filter(({ actor }) => actor.startsWith("installation:"))).toEqual([]);
});

it("is not told to a stranger, by what is made of the config in a pull request from a fork", async () => {
  const story = await open();
  await defaults(
    story,
    "environments: { secret-place: {} }\npermissions: { promote: { default: { users: [4711] } } }\n",
  );
  const commits = [
    {
      message: "chore: tune",
      files: { [CONFIG]: "permissions: { promote: { default: { users: [4711, 12] } } }\n" },
    },
  ];
  story.shop.openPullRequest({ title: "chore: tune", author: "sid", branch: "tune", fork: "sid", commits });
  await story.settle();
  const [check] = story.shop.checkRuns().filter(({ name }) => name === "Waybill config");
  expect(check).toMatchObject({ conclusion: "neutral", title: "Not checked beside the owner's defaults" });
  expect(JSON.stringify(story.shop.checkRuns())).not.toMatch(/secret-place|4711/);
});
