/** A team words its notice and its notes itself; where a template of its breaks, Waybill's own words stand in, and say so, until it is mended. */
import { expect, it, onTestFinished } from "vitest";
import { client } from "../sandbox/support.ts";
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
  const story = await startStory({ config: () => shipsBy("tag, audiences: { support: }"), files });
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
  expect(notice(story)).toContain(
    "<summary>For support</summary>\n\n**Features**\n\n- pay by @&#8203;acme/all &lt;img src=x&gt;\n\n</details>",
  );
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

it("is checked on the pull request that changes it, with each problem at its line, and on no other", async () => {
  const story = await startShop({ ".github/waybill/notes.hbs": NOTES });
  await merged(story, "feat: pay by invoice");
  const checks = () => story.shop.checkRuns().filter(({ name }) => name === "Waybill templates");
  const asked = story.sandbox.record.calls.length;
  story.shop.openPullRequest({
    title: "fix: round up",
    author: "wes",
    commits: [{ message: "x", files: { "a.txt": "a" } }],
  });
  await story.settle();
  expect(checks()).toEqual([]);
  const routes = story.sandbox.record.calls.slice(asked).map(({ route }) => route);
  // The templates of the pull request's head are asked in the query that is asked anyway.
  expect(routes.filter((route) => route === "/graphql")).toHaveLength(1);

  const files = { ".github/waybill/notes.hbs": "x\n@{{md version}}\n", ".github/waybill/notise.hbs": "x\n" };
  const commits = [{ message: "chore: words", files }];
  story.shop.openPullRequest({ title: "chore: our words", author: "wes", branch: "words", commits });
  await story.settle();
  expect(checks()).toMatchObject([
    { conclusion: "failure", title: "2 things are wrong with the team's templates" },
  ]);
  expect(checks()[0]?.summary).toContain(
    "| `.github/waybill/notise.hbs` | 1 | 1 | no text is made by a template of this name | call it notice.hbs, or delete it |",
  );
  const wes = client(story.sandbox, story.sandbox.user("wes").token());
  const { data } = await wes.rest.checks.listAnnotations({
    owner: "acme",
    repo: "shop",
    check_run_id: checks()[0]?.id ?? 0,
  });
  expect(data).toMatchObject([
    {
      path: ".github/waybill/notes.hbs",
      start_line: 2,
      annotation_level: "failure",
      message: expect.stringMatching(/stands right after “@”.*\nMend: put a space/) as string,
    },
    { path: ".github/waybill/notise.hbs", start_line: 1 },
  ]);

  story.shop.commit({
    branch: "words",
    message: "mend",
    author: "wes",
    files: {
      ".github/waybill/notes.hbs": NOTES.replace("Shop", "The shop"),
      ".github/waybill/notise.hbs": null,
    },
  });
  await story.settle();
  expect(checks()[1]).toMatchObject({
    headSha: story.shop.sha("words"),
    conclusion: "success",
    title: "The team's templates can be used",
    summary: "Once this is merged, Waybill writes in the words of `.github/waybill/notes.hbs`.",
  });
});
