/** Going back past a migration, as people live it: refused without a word why, and done with one. */
import { describe, expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, liveWords, prodConfig, startProd } from "./prod.ts";

const CONFIG = prodConfig().replace(
  "api: { workflow: deploy.yml }",
  'api: { workflow: deploy.yml, migration: { kind: contract, paths: ["db/**"] } }',
);

describe("a rollback past a migration", () => {
  it("is refused before it pins anything, and goes with a reason, which everybody reads", async () => {
    const story = await startProd({ config: () => CONFIG });
    await story.comment("/promote prod", "ana");
    story.merge("feat(api): one name for everybody", { files: { "db/7_drop_names.sql": "drop" } });
    await story.settle();
    story.shop.tag("v1.6.0", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod", "ana", 1);
    expect(lastWords(story, 1)).toContain(
      "This brought a migration of **api** that takes away what the release before needs. Going back below `1.6.0` takes a reason",
    );

    await story.comment("/rollback prod", "ana", 1);
    expect(lastWords(story, 1)).toContain(
      "Going back to `1.5.0` goes past migrations in **prod** that take away what an older release needs (api with 1.6.0).",
    );
    expect(lastWords(story, 1)).toContain('`/rollback prod 1.5.0 --reason "…"`');
    await story.comment("/status", "wes", 1);
    expect(lastWords(story, 1)).not.toContain("pinned");
    expect(deployed(story).slice(4)).toEqual([]);

    await story.comment('/rollback prod --reason "the names are in the archive"', "ana", 1);
    expect(deployed(story).slice(4)).toEqual(["api 1.5.0", "web 1.5.0"]);
    const past = "a migration of **api** with `1.6.0` that takes away what an older release needs";
    expect(liveWords(story, 1)).toContain(`This went past ${past}`);
    expect(liveWords(story, 1)).toContain("the names are in the archive");
    expect(lastWords(story, 1)).toContain(`This went past ${past}`);
    expect(lastWords(story, 1)).toContain("| Why | the names are in the archive |");
    expectPromisesKept(story);
  });
});
