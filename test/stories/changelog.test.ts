/** CHANGELOG.md, kept by one pull request: from the release to the merge, and past what people do meanwhile. */
import { expect, it, onTestFinished } from "vitest";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";
import { actAs, expectPromisesKept } from "./prod.ts";

const BRANCH = "waybill/changelog";
const CREATE_REF = "POST /repos/{owner}/{repo}/git/refs";
const FILE = "# Changelog\n\n## 1.4.2\n\n* what was there\n";

async function startShop(options: StoryOptions = {}): Promise<Story> {
  const story = await startStory({
    config: () => "environments: { prod: {} }\nrelease: { changelog: true }\n",
    files: { "CHANGELOG.md": FILE },
    ...options,
  });
  onTestFinished(() => story.end());
  return story;
}

async function release(story: Story, subject: string, tag: string): Promise<void> {
  story.merge(subject, { files: { [`api/${tag}.txt`]: subject } });
  await story.settle();
  story.shop.tag(tag, { by: "ana" });
  await story.settle(120_000);
}

const fileOn = (story: Story, ref: string, path = "CHANGELOG.md") => story.shop.file(path, ref) ?? "";
const proposals = (story: Story) =>
  story.shop.issues().filter(({ title }) => title.startsWith("chore(changelog)"));
const open = (story: Story) => proposals(story).filter(({ state }) => state === "open");

it("is proposed when something is released, brought up to date by the next release, and merging it releases nothing", async () => {
  const story = await startShop();
  await release(story, "feat(api): accept vouchers", "v1.5.0");
  const [first] = open(story);
  expect(first).toMatchObject({
    title: "chore(changelog): add 1.5.0",
    author: expect.stringMatching(/\[bot\]$/),
  });
  expect(first?.body).toContain("- `1.5.0`: [release notes](");
  const proposed = fileOn(story, BRANCH);
  expect(proposed).toMatch(/^# Changelog\n\n## \[1\.5\.0\]\([^)]*\/compare\/v1\.4\.2\.\.\.v1\.5\.0\)/);
  expect(proposed).toContain("* **api:** accept vouchers");
  expect(proposed.endsWith(FILE.slice("# Changelog\n\n".length))).toBe(true);
  expect(fileOn(story, "main")).toBe(FILE);
  // Somebody rewords it there, and somebody else changes the file on main.
  const reworded = proposed.replace("accept vouchers", "take vouchers of any shop");
  story.shop.commit({
    branch: BRANCH,
    message: "docs: reword",
    files: { "CHANGELOG.md": reworded },
    author: "wes",
  });
  const mended = FILE.replace("what was there", "what was there, spelled rightly");
  story.merge("docs: spelling", { files: { "CHANGELOG.md": mended } });
  await story.settle(120_000);
  await release(story, "fix(web): round prices", "v1.5.1");
  expect(open(story).map(({ title }) => title)).toEqual(["chore(changelog): add 1.5.1 and 1.5.0"]);
  const next = fileOn(story, BRANCH);
  expect(next).toMatch(
    /^# Changelog\n\n## \[1\.5\.1\][^]*round prices[^]*## \[1\.5\.0\][^]*take vouchers of any shop/,
  );
  expect(next.endsWith(mended.slice("# Changelog\n\n".length))).toBe(true);
  story.shop.mergePullRequest(first?.number ?? 0, { by: "ana", method: "squash" });
  await story.settle(120_000);
  expect(fileOn(story, "main")).toBe(next);
  expect(open(story)).toEqual([]);
  // It is no change of any release, and nobody is told of it.
  expect(story.shop.issues().filter(({ title }) => title.startsWith("Coming next"))).toEqual([]);
  await release(story, "feat: gift cards", "v1.6.0");
  expect(open(story).map(({ title }) => title)).toEqual(["chore(changelog): add 1.6.0"]);
  expect(story.shop.releases().find(({ tagName }) => tagName === "v1.6.0")?.body).not.toMatch(/changelog\)/);
  const last = fileOn(story, BRANCH);
  expect(last).toMatch(/gift cards/);
  expect(last).not.toMatch(/add 1\.5/);
  expectPromisesKept(story);
});

it("is not asked for twice where the team has closed it; pre-releases are not listed, and what is taken out stays out", async () => {
  const story = await startShop();
  await release(story, "feat: vouchers", "v1.5.0-rc.1");
  expect(proposals(story)).toEqual([]);
  await release(story, "fix: vouchers", "v1.5.0");
  const [first] = open(story);
  await actAs(story, "ana", "PATCH", `pulls/${first?.number ?? 0}`, { state: "closed" });
  story.merge("docs: words");
  await story.settle(120_000);
  expect(open(story)).toEqual([]);
  await release(story, "feat: gift cards", "v1.6.0");
  expect(open(story).map(({ title }) => title)).toEqual(["chore(changelog): add 1.6.0"]);
  expect(fileOn(story, BRANCH)).not.toContain("[1.5.0]");
  await release(story, "feat: returns", "v1.7.0");
  const both = fileOn(story, BRANCH);
  const without = both.replace(/## \[1\.6\.0\][^]*(?=## 1\.4\.2)/, "");
  story.shop.commit({
    branch: BRANCH,
    message: "docs: not this one",
    files: { "CHANGELOG.md": without },
    author: "wes",
  });
  await release(story, "feat: exchanges", "v1.8.0");
  expect(fileOn(story, BRANCH)).toMatch(/## \[1\.8\.0\][^]*## \[1\.7\.0\]/);
  expect(fileOn(story, BRANCH)).not.toContain("[1.6.0]");
  // Whoever deletes the branch has closed it.
  story.shop.deleteBranch(BRANCH, { by: "ana" });
  story.merge("docs: more words");
  await story.settle(120_000);
  expect(open(story)).toEqual([]);
  expectPromisesKept(story);
});

it("says on the notice what keeps it from being written, and keeps a large file with Windows' line breaks byte for byte", async () => {
  const large = `# Changes\r\n\r\n## 1.4.2\r\n\r\n${"* a line of a long history\r\n".repeat(45_000)}`;
  const story = await startShop({
    config: () => "environments: { prod: {} }\nrelease: { changelog: docs/CHANGES.md }\n",
    files: { "docs/CHANGES.md": large },
  });
  story.sandbox.faults.add({ route: CREATE_REF, kind: { status: 422 }, times: Infinity });
  await release(story, "feat: vouchers", "v1.5.0");
  await story.settle(600_000);
  story.sandbox.faults.clear();
  expect(story.shop.comments().some(({ body }) => body.includes("does not get into `docs/CHANGES.md`"))).toBe(
    true,
  );
  story.merge("docs: words");
  await story.settle(120_000);
  expect(open(story)).toHaveLength(1);
  story.shop.mergePullRequest(open(story)[0]?.number ?? 0, { by: "ana", method: "merge" });
  await story.settle(120_000);
  const written = fileOn(story, "main", "docs/CHANGES.md");
  expect(written).toMatch(/^# Changes\r\n\r\n## \[1\.5\.0\][^]*\* vouchers[^\r]*\r\n\r\n## 1\.4\.2\r\n/);
  expect(written.endsWith(large.slice("# Changes\r\n\r\n".length))).toBe(true);
  expect(open(story)).toEqual([]);
  expectPromisesKept(story);
});
