/** docs/quickstart.md, played: its config and workflow as they stand there, on a repository that has deployed for long. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { validate } from "../../src/cli/validate.ts";
import { startStory, type Story } from "../support/story.ts";
import { deployed, lastWords } from "./prod.ts";

const DOCS = join(import.meta.dirname, "..", "..", "docs");
const PAGE = readFileSync(join(DOCS, "quickstart.md"), "utf8");
const CLAIM = readFileSync(join(DOCS, "snippets", "claim-step.yml"), "utf8");

function blockAfter(mark: string): string {
  const block = PAGE.split(`<!-- ${mark} -->\n\`\`\`yaml\n`)[1]?.split("\n```")[0];
  if (block === undefined) throw new Error(`the page has no block marked ${mark}`);
  return `${block}\n`;
}

/** As the page says: the file in place of the comment, six spaces deep. */
function workflow(): string {
  const [before = "", after = "", ...more] = blockAfter("workflow").split(
    "      # The claim step goes here.\n",
  );
  expect(after).not.toBe("");
  expect(more).toEqual([]);
  return before + CLAIM.replaceAll(/^(?=.)/gm, "      ") + after;
}

const BEFORE = `name: deploy
on:
  workflow_dispatch:
    inputs:
      environment: { required: true, type: string }
jobs:
  deploy:
    runs-on: ubuntu-latest
    steps:
      - run: ./deploy.sh
`;

describe("the quickstart on an existing repository", () => {
  let story: Story;
  let notice = 0;
  afterAll(() => story.end());

  it("begins with a repository that has no config, and hears nothing", async () => {
    story = await startStory({ workflow: BEFORE });
    story.shop.commit({
      message: "chore: no config yet",
      author: "ana",
      files: { ".github/waybill.yml": null },
    });
    await story.settle();
    expect(story.shop.issues()).toEqual([]);
    expect(story.shop.releases()).toEqual([]);
  });

  it("has a config that is valid as it stands", async () => {
    const folder = mkdtempSync(join(tmpdir(), "waybill-quickstart-"));
    const file = join(folder, "waybill.yml");
    writeFileSync(file, blockAfter("config"));
    const said: string[] = [];
    const output = { write: (text: string) => void said.push(text) };
    expect(await validate([file], { stdout: output, stderr: output })).toBe(0);
    expect(said.join("")).toContain("staging → prod");
    rmSync(folder, { recursive: true });
  });

  const issues = () => story.shop.issues().filter(({ pullRequest }) => !pullRequest);

  it("gets no notice with the merge of the two files, which users do not notice; nothing is deployed", async () => {
    const files = { ".github/waybill.yml": blockAfter("config"), ".github/workflows/deploy.yml": workflow() };
    story.merge("ci: deploy with Waybill", { files });
    await story.settle();
    expect(issues()).toEqual([]);
    expect(story.shop.releases()).toEqual([]);
    expect(deployed(story)).toEqual([]);
  });

  it("gets its first notice with the next merge, and no other with the one after it", async () => {
    const pull = story.merge("feat: accept vouchers");
    await story.settle();
    story.merge("chore: tidy up");
    await story.settle();
    expect(issues()).toMatchObject([
      { title: "Coming next: 1.5.0", body: expect.stringContaining("accept vouchers") },
    ]);
    notice = issues()[0]?.number ?? 0;
    expect(notice).toBeGreaterThan(pull);
    expect(story.shop.releases()).toMatchObject([{ draft: true, name: "1.5.0" }]);
    expect(story.shop.comments()).toEqual([]);
  });

  it("publishes with the tag, and goes to staging by itself", async () => {
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    expect(story.shop.releases()).toMatchObject([{ draft: false, name: "1.5.0" }]);
    expect(story.shop.issues().find(({ number }) => number === notice)?.title).toBe("Release 1.5.0");
    expect(deployed(story, "staging")).toEqual(["shop 1.5.0"]);
    expect(lastWords(story, notice)).toContain("staging runs 1\\.5.0");
  });

  it("goes to production by a comment, each run claimed", async () => {
    const command = await story.comment("/promote prod", "ana", notice);
    expect(story.shop.reactions(command).map(({ content }) => content)).toEqual(["eyes", "rocket"]);
    expect(deployed(story, "prod")).toEqual(["shop 1.5.0"]);
    expect(story.sandbox.record.runs.map(({ claimed }) => claimed)).toEqual([true, true]);
    expect(lastWords(story, notice)).toContain("prod runs 1\\.5.0");
  });
});
