/** A command without a version, by where it is written: below a notice it means that release, below a merged pull request one that has it. */
import { expect, it, onTestFinished } from "vitest";
import { startStory } from "../support/story.ts";
import { deployed, expectPromisesKept, lastWords } from "./prod.ts";

const CONFIG = `components: { api: { workflow: deploy.yml } }
environments:
  staging: {}
  prod: {}
`;

it("below a notice it is that notice's release, below a merged pull request a release that has it, and else the newest", async () => {
  const story = await startStory({ config: () => CONFIG });
  onTestFinished(() => story.end());
  const release = async (subject: string, tag: string): Promise<{ pull: number; notice: number }> => {
    const pull = story.merge(subject);
    await story.settle();
    const notice = story.shop
      .issues()
      .find(({ state, title }) => state === "open" && title.includes(tag.slice(1)));
    story.shop.tag(tag, { by: "ana" });
    await story.settle();
    return { pull, notice: notice?.number ?? 0 };
  };
  const first = await release("feat(api): accept vouchers", "v1.5.0");
  const second = await release("feat(api): refund vouchers", "v1.6.0");
  await story.comment("/promote staging", "ana", first.notice);
  await story.comment("/promote staging", "ana", second.notice);
  expect(deployed(story)).toEqual(["api 1.5.0", "api 1.6.0"]);

  // 1.6.0 is what staging has last; this thread is about 1.5.0.
  await story.comment("/promote prod", "ana", first.notice);
  expect(deployed(story, "prod")).toEqual(["api 1.5.0"]);
  const merged = story.merge("feat(api): gift vouchers");
  await story.settle();
  await story.comment("/promote prod", "ana", merged);
  expect(lastWords(story, merged)).toContain(
    `\`1.6.0\` is the newest release that may come to **prod**, and #${merged} is not in it. A release that has it must be delivered to **staging** first; \`/promote prod 1.6.0\` brings this one all the same.`,
  );
  expect(deployed(story, "prod")).toEqual(["api 1.5.0"]);
  await story.comment("/promote prod", "ana", second.pull);
  expect(deployed(story, "prod")).toEqual(["api 1.5.0", "api 1.6.0"]);

  // Never a downgrade, also where the thread says so.
  await story.comment("/promote prod", "ana", first.notice);
  expect(lastWords(story, first.notice)).toContain("1.6.0");
  expect(deployed(story, "prod")).toEqual(["api 1.5.0", "api 1.6.0"]);
  expectPromisesKept(story);
});
