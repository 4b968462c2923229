/** A team words its notice and its notes itself; where a template of its breaks, Waybill's own words stand in, and say so, until it is mended. */
import { expect, it, onTestFinished } from "vitest";
import { startStory, type Story } from "../support/story.ts";
import { merged, published, shipsBy } from "./release-on.ts";

const NOTES = `Shop {{code version}} is out.

{{#each sections}}
**{{md title}}**
{{#each entries}}
- {{subject text}} ({{#if pull}}{{pullref pull}}{{else}}{{sha7 sha}}{{/if}}), thanks to {{md author}}
{{/each}}

{{/each}}
`;
const NOTICE =
  'Soon: shop {{code version}} with {{count commitCount}} {{plural commitCount "change" "changes"}}.\n\n{{> sections}}\n';

async function startShop(files: Readonly<Record<string, string>>): Promise<Story> {
  const story = await startStory({ config: () => shipsBy("tag"), files });
  onTestFinished(() => story.end());
  await story.settle();
  return story;
}

const notice = (story: Story) =>
  story.shop.issues().find(({ title }) => title.startsWith("Coming next"))?.body ?? "";
const bodyOf = (story: Story, tag: string) =>
  story.shop.releases().find(({ tagName, draft }) => tagName === tag && !draft)?.body ?? "";
const draft = (story: Story) => story.shop.releases().find((one) => one.draft)?.body ?? "";

async function write(story: Story, files: Readonly<Record<string, string>>): Promise<void> {
  story.shop.commit({ message: "chore: our own words", author: "ana", files });
  await story.settle();
}

it("is worded by the team from merge to release, and a stranger's text stays text", async () => {
  const story = await startShop({ ".github/waybill/notes.hbs": NOTES, ".github/waybill/notice.hbs": NOTICE });
  await merged(story, "feat: pay by @acme/all <img src=x>");
  expect(notice(story)).toContain("Soon: shop `1.5.0` with 1 change.");
  expect(notice(story)).not.toContain("What happens next");
  expect(draft(story)).toContain("Shop `1.5.0` is out.");
  expect(draft(story)).toContain("Redrawn at every merge.");

  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  expect(published(story)).toContain("v1.5.0");
  const body = bodyOf(story, "v1.5.0");
  expect(body).toContain(
    "Shop `1.5.0` is out.\n\n**Features**\n- pay by @&#8203;acme/all &lt;img src=x&gt; (#",
  );
  expect(body).toContain(", thanks to wes");
  expect(body).not.toContain("Redrawn");
});

it("falls back to Waybill's words where a template is broken, says file, line and mend on the notice, and goes back when it is mended", async () => {
  const story = await startShop({ ".github/waybill/notes.hbs": NOTES });
  await write(story, { ".github/waybill/notes.hbs": NOTES.replace("md title", "md titel") });
  await merged(story, "feat: pay by invoice");
  const words = "- line 4, column 8: there is no field “titel” here. Mend: did you mean title?";
  expect(notice(story)).toContain(
    "`.github/waybill/notes.hbs` cannot be used, so the release notes are in Waybill's own words until it is mended:",
  );
  expect(notice(story)).toContain(words);
  expect(draft(story)).toContain(words);
  expect(draft(story)).toContain("### Features");

  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  expect(bodyOf(story, "v1.5.0")).toContain("### Features\n\n- pay by invoice");
  expect(bodyOf(story, "v1.5.0")).not.toContain("titel");
  const released = story.shop.issues().find(({ title }) => title === "Release 1.5.0");
  expect(released?.body).toContain(
    "could not be used, so the release notes are in Waybill's own words. Once it is mended, `/notes 1.5.0` writes them anew:",
  );

  await write(story, { ".github/waybill/notes.hbs": NOTES });
  await merged(story, "feat: pay by card");
  expect(notice(story)).not.toContain("cannot be used");
  story.shop.tag("v1.6.0", { by: "ana" });
  await story.settle();
  expect(bodyOf(story, "v1.6.0")).toContain("Shop `1.6.0` is out.");
  await story.comment("/notes 1.5.0", "ana");
  expect(bodyOf(story, "v1.5.0")).toContain("Shop `1.5.0` is out.");
});
