/** `/notes`: published notes are written anew where their cause was mended, and people's words beside them stay. */
import { expect, it } from "vitest";
import { client } from "../sandbox/support.ts";
import type { Story } from "../support/story.ts";
import { auditOf, expectPromisesKept, lastWords } from "./prod.ts";
import { published, reactions, startShop } from "./release-on.ts";

function bodyOf(story: Story, tag: string): string {
  return story.shop.releases().find(({ tagName }) => tagName === tag)?.body ?? "";
}

it("mends what a mistaken title has made of the notes, and loses nothing that people wrote", async () => {
  const story = await startShop("tag");
  const pull = story.merge("fix: round prices down");
  await story.settle();
  story.shop.tag("v1.4.3", { by: "ana" });
  await story.settle();
  expect(bodyOf(story, "v1.4.3")).toContain("round prices down");

  const ana = client(story.sandbox, story.sandbox.user("ana").token());
  const place = { owner: "acme", repo: "shop" };
  const release = await ana.rest.repos.getReleaseByTag({ ...place, tag: "v1.4.3" });
  const words = `Thanks to all who tested!\n\n${release.data.body ?? ""}`;
  await ana.rest.repos.updateRelease({ ...place, release_id: release.data.id, body: words });
  const override = "BEGIN_COMMIT_OVERRIDE\nfix: round prices up\nEND_COMMIT_OVERRIDE";
  await ana.rest.pulls.update({ ...place, pull_number: pull, body: override });
  await story.settle();
  expect(bodyOf(story, "v1.4.3")).toContain("round prices down");

  const refused = await story.comment("/notes 1.4.3", "wes");
  expect(reactions(story, refused)).toEqual(["-1", "eyes"]);
  expect(bodyOf(story, "v1.4.3")).toContain("round prices down");

  const given = await story.comment("/notes 1.4.3", "ana");
  expect(reactions(story, given)).toEqual(["eyes", "rocket"]);
  const body = bodyOf(story, "v1.4.3");
  expect(body).toContain("Thanks to all who tested!");
  expect(body).toContain("round prices up");
  expect(body).not.toContain("round prices down");
  const notice = story.shop.issues().find(({ title }) => title === "Release 1.4.3");
  expect(notice?.body).toContain("round prices up");
  expect((await auditOf(story)).filter(({ type }) => type === "notes.asked")).toMatchObject([
    { actor: expect.stringMatching(/^user:/) as string, ref: "v1.4.3" },
  ]);

  await story.comment("/notes 1.4.2", "ana");
  expect(lastWords(story)).toContain("does not remember that it has published `1.4.2`");
  expect(published(story)).toEqual(["v1.4.3"]);
  expectPromisesKept(story);
});
