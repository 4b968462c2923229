/** What the notice tells besides the changes, from the merge to the release: who contributed, what it depends on, where it is behind, how to get at it. */
import { afterEach, expect, it } from "vitest";
import { prodConfig } from "../support/shop.ts";
import { startStory, type Story } from "../support/story.ts";

let story: Story;
afterEach(() => story.end());

const CONFIG = `${prodConfig()}release:
  earlyAccess: "Ask in [the beta room](https://chat.example/beta), @octocat."
`;

const manifest = (zod: string) => JSON.stringify({ dependencies: { zod } });

it("is on the notice while it comes, and in the published notes", async () => {
  story = await startStory({ config: () => CONFIG });
  story.merge("chore: begin", { author: "ana", files: { "package.json": manifest("^3.0.0") } });
  story.shop.tag("v1.4.2", { by: "ana" });
  await story.settle();
  await story.comment("/promote prod", "ana");

  const pull = story.merge("feat(api): accept vouchers", { files: { "package.json": manifest("^4.0.0") } });
  await story.settle();
  const notice = () => story.shop.issues().findLast(({ body }) => body.includes("`1.5.0`"))?.body ?? "";
  expect(notice()).toContain(
    "### Try it now\n\nAsk in [the beta room](https://chat.example/beta), @&#8203;octocat.\n",
  );
  expect(notice()).toMatch(
    /\| prod \| `1\.4\.2` \| 1 change \(\[compare\]\(http[^)]+\/compare\/[0-9a-f]{12}\.\.\.[0-9a-f]{12}\)\) \|/,
  );
  expect(notice()).toContain("| `zod` | `^3.0.0` | `^4.0.0` | major |");
  expect(notice()).toContain(`**Contributors:** wes. For the first time: wes (#${pull}).`);

  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  const published = story.shop.releases().find(({ tagName }) => tagName === "v1.5.0")?.body ?? "";
  expect(published).toContain("| `zod` | `^3.0.0` | `^4.0.0` | major |");
  expect(published).toContain(`For the first time: wes (#${pull}).`);
  expect(published).not.toContain("beta room");
  expect(notice()).toContain("| prod | `1.4.2` | 1 change");
  expect(notice()).not.toContain("beta room");

  await story.comment("/promote prod", "ana");
  await story.settle();
  expect(notice()).not.toContain("What runs elsewhere");
});
