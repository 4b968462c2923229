/** Assets first, publishing last: a team's workflow uploads to the draft, and what is published is never changed. */
import { expect, it, onTestFinished } from "vitest";
import { uploadAsset } from "../support/shop.ts";
import { startStory, type Story } from "../support/story.ts";
import { actAs, deployed, expectPromisesKept } from "./prod.ts";

async function startShop(): Promise<Story> {
  const story = await startStory({
    config: () =>
      'environments: { prod: { promote: auto } }\nrelease: { assets: ["*.tgz", checksums.txt] }\n',
  });
  onTestFinished(() => story.end());
  story.shop.setImmutableReleases();
  return story;
}

async function release(story: Story, subject: string, tag: string): Promise<void> {
  story.merge(subject);
  await story.settle();
  story.shop.tag(tag, { by: "ana" });
  await story.settle();
}

const releaseOf = (story: Story, tag: string) =>
  story.shop.releases().filter(({ tagName }) => tagName === tag);
const said = (story: Story) =>
  story.shop
    .comments()
    .map(({ body }) => body)
    .join("\n");

it("stays a draft with its notes until every file is there, is said where one never comes, and does not hold the promotion", async () => {
  const story = await startShop();
  await release(story, "feat: vouchers", "v1.5.0");
  expect(releaseOf(story, "v1.5.0")).toMatchObject([
    { draft: true, body: expect.stringContaining("vouchers") },
  ]);
  expect(deployed(story, "prod")).toEqual(["shop 1.5.0"]);
  expect(await uploadAsset(story, "wes", "v1.5.0", "shop-1.5.0.tgz")).toBe(201);
  await story.settle(3 * 60 * 60_000);
  expect(releaseOf(story, "v1.5.0")).toMatchObject([{ draft: true }]);
  expect(said(story)).toContain("are not there, or not whole: `checksums.txt`");
  // The notes may be written anew meanwhile, and it stays a draft.
  await story.comment("/notes 1.5.0", "ana");
  expect(releaseOf(story, "v1.5.0")).toMatchObject([{ draft: true }]);
  await story.restart();
  await uploadAsset(story, "wes", "v1.5.0", "checksums.txt");
  await story.settle(70 * 60_000);
  expect(releaseOf(story, "v1.5.0")).toMatchObject([{ draft: false }]);
  // Of what is published only the notes are written any more.
  await story.comment("/notes 1.5.0", "ana");
  expect(releaseOf(story, "v1.5.0")).toMatchObject([{ draft: false }]);
  expectPromisesKept(story);
});

it("is published at the end of the run that uploads the last file; what somebody has sealed without them is said", async () => {
  const story = await startShop();
  await release(story, "feat: vouchers", "v1.5.0");
  for (const name of ["a.tgz", "checksums.txt"]) await uploadAsset(story, "wes", "v1.5.0", name);
  // Any run of the repository has it looked at: here that of the next release's promotion.
  await release(story, "fix: vouchers", "v1.5.1");
  expect(releaseOf(story, "v1.5.0")).toMatchObject([{ draft: false }]);
  const [draft] = releaseOf(story, "v1.5.1");
  await actAs(story, "ana", "PATCH", `releases/${draft?.id ?? 0}`, { draft: false });
  await story.settle(20 * 60_000);
  expect(said(story)).toContain("`1.5.1` is published and immutable, but not all of the files");
  // Somebody deletes what was published: its tag is good for no other release, which trying on would not change.
  const [published] = releaseOf(story, "v1.5.0");
  await actAs(story, "ana", "DELETE", `releases/${published?.id ?? 0}`);
  await story.comment("/notes 1.5.0", "ana");
  for (const name of ["a.tgz", "checksums.txt"]) await uploadAsset(story, "wes", "v1.5.0", name);
  await story.settle(20 * 60_000);
  expect(said(story)).toContain("GitHub never takes the name of such a tag again");
  expectPromisesKept(story);
});
