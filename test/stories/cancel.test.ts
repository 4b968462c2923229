/** `/cancel` as people live it: by comments, and seen in what runs. */
import { describe, expect, it } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import { callsOf, deployed, expectPromisesKept, lastWords, liveWords, startProd } from "./prod.ts";

const FORCE = "POST /repos/{owner}/{repo}/actions/runs/{run_id}/force-cancel";
const MINUTE = 60_000;

const reactionsTo = (story: Awaited<ReturnType<typeof startProd>>, comment: number): string[] =>
  story.shop.reactions(comment).map((one) => one.content);

describe("/cancel", () => {
  it("stops what runs, tells what is where, and the environment is free for the next", async () => {
    const story = await startProd();
    story.shop.script({ component: "web", outcome: "hang", times: 1 });
    const asked = await story.comment("/promote prod", "ana");
    const word = await story.comment("/cancel prod", "ana");
    expect(story.shop.runs().map(({ conclusion }) => conclusion)).toEqual(["success", "cancelled"]);
    const words = lastWords(story);
    expect(words).toContain("### prod: 1\\.5.0 was cancelled");
    expect(words).toMatch(/\| api \| `1\.5\.0` \| deployed \|/);
    expect(words).toMatch(/\| web \| perhaps parts of `1\.5\.0` \| its run was stopped \|/);
    expect(liveWords(story)).toContain("prod: 1\\.5.0, cancelled");
    expect([reactionsTo(story, asked), reactionsTo(story, word)]).toEqual([
      ["eyes", "-1"],
      ["eyes", "rocket"],
    ]);
    await story.comment("/cancel prod", "ana");
    expect(lastWords(story)).toContain("Nothing is on its way to **prod**");
    await story.comment("/promote prod", "ana");
    expect(deployed(story)).toEqual(["api 1.5.0", "api 1.5.0", "web 1.5.0"]);
    expectPromisesKept(story);
  });

  it("of a run that takes no notice waits for its end, and has it stopped by force after five minutes", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "hang", times: 1, ignoresCancel: true });
    await story.comment("/promote prod", "ana");
    await story.comment("/cancel prod", "ana");
    expect(liveWords(story)).toContain("being cancelled");
    expect(liveWords(story)).toContain("running, told to stop");
    await story.comment("/promote prod", "ana");
    expect(callsOf(story, FORCE)).toBe(0);
    await story.settle(6 * MINUTE);
    expect(callsOf(story, FORCE)).toBe(1);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  });

  it("may be given by those who may promote there, also of a run that waits for an approval on GitHub", async () => {
    const named = deployWorkflow().replace(
      "    runs-on: ubuntu-latest\n",
      "    runs-on: ubuntu-latest\n    environment: ${{ inputs.environment }}\n",
    );
    const story = await startProd({ workflow: named });
    story.shop.environment("prod", { reviewers: ["wes"] });
    await story.comment("/promote prod", "ana");
    expect(story.shop.runs()).toMatchObject([{ status: "waiting" }]);
    await story.comment("/cancel prod", "wes");
    expect(lastWords(story)).toContain("takes the role `maintain`");
    await story.comment("/cancel prod v1.5.0", "ana");
    expect(story.shop.runs()).toMatchObject([{ status: "completed", conclusion: "cancelled" }]);
    expect(lastWords(story)).toContain("was cancelled");
    expect(deployed(story)).toEqual([]);
  });
});
