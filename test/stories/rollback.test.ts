/** Going back, as people live it: by comments, and seen in what is deployed. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import type { Story } from "../support/story.ts";
import {
  deployed,
  expectPromisesKept,
  lastWords,
  liveWords,
  prodConfig,
  startProd,
  waybillsComments,
} from "./prod.ts";

async function releases(story: Story, tag: string, subject: string, body?: string): Promise<void> {
  story.merge(subject, body === undefined ? {} : { body });
  await story.settle();
  story.shop.tag(tag, { by: "ana" });
  await story.settle();
}

/** 1.5.0 and then 1.6.0 run in production. */
async function startTwice(): Promise<Story> {
  const story = await startProd();
  await story.comment("/promote prod", "ana");
  await releases(story, "v1.6.0", "feat(api): take gift cards");
  await story.comment("/promote prod", "ana", 1);
  expect(deployed(story).slice(2)).toEqual(["api 1.6.0", "web 1.6.0"]);
  return story;
}

const reactionsTo = (story: Story, comment: number) =>
  story.shop.reactions(comment).map(({ content }) => content);

describe("a rollback of production", () => {
  it("goes past a freeze, pins it, and keeps the bad release out until something says that it is mended", async () => {
    const story = await startTwice();
    await story.comment("/freeze prod", "ana", 1);
    const command = await story.comment('/rollback prod --reason "gift cards are free"', "ana", 1);
    expect(reactionsTo(story, command)).toEqual(["eyes", "rocket"]);
    expect(deployed(story).slice(4)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story, 1)).toContain("### prod runs 1\\.5.0, rolled back");
    expect(lastWords(story, 1)).toContain("takes back 1 commit");
    const incident = story.shop.issues().find(({ title }) => title === "prod: 1.6.0 rolled back to 1.5.0");
    expect(lastWords(story, 1)).toContain(`is kept in #${incident?.number}.`);
    await story.comment("/status", "wes", 1);
    expect(lastWords(story, 1)).toContain("when ana rolled it back: gift cards are free.");
    await story.comment("/unfreeze prod", "ana", 1);

    await story.comment("/promote prod 1.6.0", "ana", 1);
    expect(lastWords(story, 1)).toContain("`1.6.0` was rolled back in **prod** by ana to `1.5.0`");
    await releases(story, "v1.6.1", "docs: how to use gift cards");
    await story.comment("/promote prod", "ana", 1);
    expect(lastWords(story, 1)).toContain("`1.6.1` descends from `1.6.0`");
    expect(deployed(story).slice(6)).toEqual([]);

    await releases(story, "v1.6.2", "fix(api): gift cards cost something", "Fixes-Release: 1.6.0");
    await story.comment("/promote prod", "ana", 1);
    expect(deployed(story).slice(6)).toEqual(["api 1.6.2", "web 1.6.2"]);
    await story.comment("/status", "wes", 1);
    expect(lastWords(story, 1)).not.toContain("pinned");
    const told = story.shop.issues().find(({ number }) => number === incident?.number);
    expect(told?.body).toContain("`1.6.2` was delivered, so the pin is lifted");
    expect(story.shop.issues().filter(({ title }) => title.includes("rolled back"))).toHaveLength(1);
    expectPromisesKept(story);
  });

  it("that was the wrong way is undone: /unquarantine lets the release come back, and nothing else before it", async () => {
    const story = await startTwice();
    await story.comment("/rollback prod", "ana", 1);
    await story.comment("/promote prod 1.6.0", "ana", 1);
    expect(lastWords(story, 1)).toContain("`/unquarantine prod 1.6.0` lifts the quarantine");
    const word = await story.comment("/unquarantine prod v1.6.0", "ana", 1);
    expect(reactionsTo(story, word)).toEqual(["eyes", "rocket"]);
    await story.comment("/status", "wes", 1);
    expect(lastWords(story, 1)).toContain(
      "Nothing goes there by itself meanwhile; `/unpin prod` lifts that.",
    );
    await story.comment("/promote prod 1.6.0", "ana", 1);
    expect(deployed(story).slice(6)).toEqual(["api 1.6.0", "web 1.6.0"]);
    expectPromisesKept(story);
  });

  it("of a rollout that was left half done brings back what was delivered last", async () => {
    const story = await startProd();
    await story.comment("/promote prod", "ana");
    story.shop.script({ component: "web", outcome: "fail", times: 1 });
    await releases(story, "v1.6.0", "feat(api): take gift cards");
    await story.comment("/promote prod", "ana", 1);
    expect(lastWords(story, 1)).toContain("To go back: `/rollback prod`");
    await story.comment("/rollback prod", "ana", 1);
    expect(deployed(story).slice(2)).toEqual(["api 1.6.0", "api 1.5.0", "web 1.5.0"]);
    await story.comment("/unpin prod", "ana", 1);
    await story.comment("/promote prod 1.6.0", "ana", 1);
    expect(deployed(story).slice(5)).toEqual(["api 1.6.0", "web 1.6.0"]);
    expectPromisesKept(story);
  });

  it("to a release from before Waybill, whose workflow knows nothing of it, goes by today's, which is said before", async () => {
    const old = `on: { workflow_dispatch: { inputs: { server: { required: true } } } }
jobs: { deploy: { runs-on: ubuntu-latest, steps: [{ run: ./deploy.sh }] } }
`;
    const story = await startProd({ workflow: old, config: () => "environments: { staging: {} }\n" });
    story.shop.commit({
      message: "feat: deploy by Waybill",
      author: "ana",
      files: {
        ".github/workflows/deploy.yml": deployWorkflow(),
        ".github/waybill.yml": prodConfig(),
      },
    });
    await story.settle();
    story.shop.tag("v1.6.0", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod 1.6.0", "ana", 1);
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/rollback prod 1.4.2", "ana", 1);
    expect(liveWords(story, 1)).toContain(
      "- **api** is deployed by today's `deploy.yml`, which is given the commit of `1.4.2`: the release's own file lacks `environment`",
    );
    story.shop.finishRun(story.shop.runs().at(-1)?.id ?? 0, "succeed");
    await story.settle();
    expect(deployed(story).slice(2)).toEqual(["api 1.4.2", "web 1.4.2"]);
    const runs = story.sandbox.record.runs.slice(-2);
    expect(runs.map(({ inputs }) => inputs["sha"])).toEqual(Array(2).fill(story.shop.sha("v1.4.2")));
    expect(lastWords(story, 1)).toContain("### prod runs 1\\.4.2, rolled back");
    expectPromisesKept(story);
  });

  it("goes by itself where the config wants it and the running system does not confirm a release", async () => {
    // Whatever is deployed, it goes on naming the first one.
    const system = createServer((_request, response) => response.end('{"version":"1.5.0"}'));
    await new Promise<void>((resolve) => system.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void system.close());
    const { port } = system.address() as AddressInfo;
    const story = await startProd({
      config: () =>
        prodConfig(
          `    verify: { url: "http://127.0.0.1:${port}/", json: "$.version", confirmations: 1, interval: 5s, deadline: 10s }
    rollback: { auto: verification }\n`,
        ),
    });
    await story.comment("/promote prod", "ana");
    await releases(story, "v1.6.0", "feat(api): take gift cards");
    await story.comment("/promote prod", "ana", 1);
    await story.settle(30_000);
    expect(deployed(story).slice(2)).toEqual(["api 1.6.0", "web 1.6.0", "api 1.5.0", "web 1.5.0"]);
    const words = waybillsComments(story, 1).map(({ body }) => body);
    expect(words.some((body) => body.includes("**Waybill goes back to `1.5.0` by itself**"))).toBe(true);
    expect(lastWords(story, 1)).toContain("### prod runs 1\\.5.0, rolled back");
    const incident = story.shop.issues().find(({ title }) => title === "prod: 1.6.0 rolled back to 1.5.0");
    expect(incident?.body).toContain("Waybill goes back by itself, as the config says, to `1.5.0`");
    expectPromisesKept(story);
  });
});
