/** Stories of the proof: the running system is asked, and its word counts more than the workflow's. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { startStory, type Story } from "../support/story.ts";
import { callsOf, deployed, lastWords, liveWords, prodConfig, startProd } from "./prod.ts";

const PAST_THE_DEADLINE = 40_000;

function verify(url: string): string {
  return `    verify: { url: "${url}", json: "$.version", confirmations: 2, interval: 1s, deadline: 30s }\n`;
}

describe("a release whose workflows succeeded", () => {
  it("is not delivered while the running system names another version, and the comment shows what it said", async () => {
    const system = await startSystem(["1.4.2"]);
    const story = await startProd({ config: () => prodConfig(verify(system.url)) });
    const command = await story.comment("/promote prod", "ana");
    expect(liveWords(story)).toContain("asking the running system");
    await story.settle(PAST_THE_DEADLINE);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod: 1\\.5.0 was not delivered");
    expect(lastWords(story)).toContain("reports `1.4.2`");
    expect(story.shop.reactions(command).map((one) => one.content)).toEqual(["eyes", "-1"]);
    // So it is not what runs there: the same command is no "runs already".
    system.says("1.5.0");
    await story.comment("/promote prod", "ana");
    await story.settle(PAST_THE_DEADLINE);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
  });

  it("is not delivered when the running system gives no answer: that is unknown, not good", async () => {
    const story = await startProd({ config: () => prodConfig(verify("http://127.0.0.1:9/version")) });
    await story.comment("/promote prod", "ana");
    await story.settle(PAST_THE_DEADLINE);
    expect(lastWords(story)).toContain("was not delivered");
    expect(lastWords(story)).toContain("gave no answer");
    expect(lastWords(story)).toContain("Whether it runs is unknown, so it does not count as delivered.");
  });

  it("is not asked at a private address that the operator has not allowed; the comment says who can allow it", async () => {
    const story = await startProd({
      config: (url) => prodConfig(verify(url)),
      environment: { WAYBILL_ALLOW_PRIVATE: "10.9.8.7/32" },
    });
    await story.comment("/promote prod", "ana");
    await story.settle(PAST_THE_DEADLINE);
    expect(lastWords(story)).toContain("was not delivered");
    expect(lastWords(story)).toContain("WAYBILL\\_ALLOW\\_PRIVATE");
    expect(lastWords(story)).toContain("not a public one");
  });

  it("counts the right answers anew after a wrong one", async () => {
    const system = await startSystem(["1.5.0", "1.4.2", "1.5.0", "1.5.0"]);
    const story = await startProd({ config: () => prodConfig(verify(system.url)) });
    await story.comment("/promote prod", "ana");
    await story.settle(PAST_THE_DEADLINE);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(lastWords(story)).toContain("The running system itself says so.");
    expect(system.asked()).toBe(4);
  });

  it("component by component: what needs a component begins only after that one has been proved", async () => {
    const config = (api: string, web: string) =>
      prodConfig(`    components:
      api: { verify: { url: "${api}", json: "$.version", confirmations: 2, interval: 1s, deadline: 30s } }
      web: { verify: { url: "${web}", json: "$.sha", expect: sha, confirmations: 1, interval: 1s, deadline: 30s } }
`);
    const story = await startWithTargets(config);
    await story.comment("/promote prod", "ana");
    await story.settle(PAST_THE_DEADLINE);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expect(lastWords(story)).toContain("The running system itself says so.");
    // And again, with an api that stays what it was.
    const api = await story.shop.target("api", "prod");
    story.merge("fix(api): round vouchers down");
    await story.settle();
    story.shop.tag("v1.5.1", { by: "ana" });
    await story.settle();
    const stuck = setInterval(() => api.setVersion("1.5.0"), 1);
    onTestFinished(() => clearInterval(stuck));
    await story.comment("/promote prod 1.5.1", "ana");
    await story.settle(PAST_THE_DEADLINE);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0", "api 1.5.1"]);
    expect(lastWords(story)).toContain("reports `1.5.0`");
    expect(lastWords(story)).toMatch(/\| web \| not started/);
    expect(callsOf(story, "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches")).toBe(3);
  });
});

/** A shop whose config knows where both components answer. */
async function startWithTargets(config: (api: string, web: string) => string): Promise<Story> {
  const story = await startStory({ config: () => prodConfig() });
  onTestFinished(() => story.end());
  const [api, web] = await Promise.all([story.shop.target("api", "prod"), story.shop.target("web", "prod")]);
  story.shop.commit({
    message: "chore: ask each component",
    author: "ana",
    files: { ".github/waybill.yml": config(api.url, web.url) },
  });
  story.merge("feat(api): accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  return story;
}

interface RunningSystem {
  readonly url: string;
  asked(): number;
  says(version: string): void;
}

/** A running system that answers with these versions in turn, and with the last one from then on. */
async function startSystem(versions: string[]): Promise<RunningSystem> {
  let asked = 0;
  const server = createServer((_incoming, outgoing) => {
    const version = versions[Math.min(asked, versions.length - 1)];
    asked += 1;
    outgoing.end(JSON.stringify({ version }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/version`,
    asked: () => asked,
    says: (version) => void versions.splice(0, versions.length, version),
  };
}
