/** Stories of webhooks that come twice, late, in another order, or not at all; and of comments that are no commands. */
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { shopConfig } from "../../src/cli/demo/shop.ts";
import type { Delivery } from "../../src/sandbox/webhooks/deliveries.ts";
import { startStory, type Story } from "../support/story.ts";
import { deliver } from "./deliver.ts";
import { callsOf, deployed, expectPromisesKept, lastWords, startProd, waybillsComments } from "./prod.ts";

const DISPATCHES = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";

/** Calls by which Waybill changed something at GitHub. */
function writes(story: Story): string[] {
  return story.sandbox.record.calls
    .filter((call) => call.method !== "GET" && !/access_tokens$|graphql$/.test(call.path))
    .filter((call) => call.actor.startsWith("installation:"))
    .map((call) => `${call.method} ${call.path}`);
}

describe("a webhook", () => {
  it("that comes twice is one; a command that is replayed under a new GUID is one command", async () => {
    const story = await startProd();
    story.sandbox.faults.webhooks({ kind: "double", times: 1_000 });
    await story.comment("/promote prod", "ana");
    await story.comment("/status", "ana");
    const before = writes(story).length;
    for (const delivery of story.sandbox.deliveries.filter((one) => one.event === "issue_comment")) {
      expect(await deliver(story, delivery)).toBe(202);
      expect(await deliver(story, delivery, delivery.guid)).toBe(202);
    }
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(callsOf(story, DISPATCHES)).toBe(2);
    expect(waybillsComments(story, 1).filter((one) => one.body.includes("was not done"))).toEqual([]);
    expectPromisesKept(story);
    expect(story.log.filter((line) => line.includes("a job failed"))).toEqual([]);
    // Reacting again is no new reaction; nothing else may be written for a replay.
    expect(
      writes(story)
        .slice(before)
        .filter((call) => !call.endsWith("/reactions")),
    ).toEqual([]);
  });

  it("of a command that is replayed after the person has lost the right is answered no second time", async () => {
    const story = await startProd();
    await story.comment("/promote prod", "ana");
    const said = story.shop.comments().length;
    const reactions = writes(story).length;
    story.shop.setCollaborators({ ana: "triage" });
    for (const delivery of story.sandbox.deliveries.filter((one) => one.event === "issue_comment"))
      expect(await deliver(story, delivery)).toBe(202);
    await story.settle();
    expect(story.shop.comments()).toHaveLength(said);
    expect(writes(story)).toHaveLength(reactions);
  });

  it("of a command that is replayed after the config was broken is answered no second time", async () => {
    const story = await startProd();
    await story.comment("/promote prod", "ana");
    const broken = { ".github/waybill.yml": "environments: [" };
    story.shop.commit({ message: "chore: break the config", author: "ana", files: broken });
    await story.settle();
    const said = story.shop.comments().length;
    const reactions = writes(story).length;
    for (const delivery of story.sandbox.deliveries.filter((one) => one.event === "issue_comment"))
      expect(await deliver(story, delivery)).toBe(202);
    await story.settle();
    expect(story.shop.comments()).toHaveLength(said);
    expect(writes(story)).toHaveLength(reactions);
  });

  it("that failed and is sent again by hand brings everything that the first would have brought", async () => {
    const story = await startStory();
    onTestFinished(() => story.end());
    story.sandbox.faults.webhooks({ kind: "fail", times: 1_000 });
    story.merge("feat(api): accept vouchers");
    await story.settle();
    expect(deployed(story)).toEqual([]);
    story.sandbox.faults.clear();
    expect(story.sandbox.redeliverFailed()).toBeGreaterThan(0);
    await story.settle();
    expect(deployed(story, "dev")).toEqual(["api 1.5.0-dev.1", "web 1.5.0-dev.1"]);
    expect(story.shop.issues().map((issue) => issue.title)).toContain("Coming next: 1.5.0");
  });

  it("in another order than things happened: a tag before its merge, the end of a run before its beginning", async () => {
    const story = await startProd();
    story.sandbox.faults.webhooks({ kind: "reorder", event: "workflow_run", times: 100 });
    await story.comment("/promote prod", "ana");
    await story.settle(70_000);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
  });

  it("that is signed and yet broken, where nobody looked before it was stored, is given up at once and holds nobody up", async () => {
    const story = await startStory();
    onTestFinished(() => story.end());
    await story.settle();
    const push = story.sandbox.deliveries.find((one) => one.event === "push")?.payload ?? "";
    const broken = push.replace('"ref":', '"ref"::');
    expect(() => JSON.parse(broken)).toThrow(SyntaxError);
    expect(await deliver(story, { event: "push", payload: broken })).toBe(202);
    story.merge("feat(api): accept vouchers");
    await story.settle();
    expect(await story.store.jobCounts()).toMatchObject({ dead: 1 });
    expect(story.log.filter((line) => line.includes("a job was given up"))).toEqual([
      expect.stringContaining("its payload is no JSON"),
    ]);
    expect(deployed(story, "dev")).toEqual(["api 1.5.0-dev.1", "web 1.5.0-dev.1"]);
  });

  it("of a merge that is tagged in the same breath: dev and staging get the release all the same", async () => {
    const story = await startStory();
    onTestFinished(() => story.end());
    story.merge("feat(api): accept vouchers");
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    expect(deployed(story, "staging")).toEqual(["api 1.5.0", "web 1.5.0"]);
    await story.comment("/promote prod", "ana");
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
  });
});

/** The same story for the property: two merges and two tags, whose webhooks are kept back. */
async function keptBack(): Promise<{ story: Story; pushes: Delivery[] }> {
  const story = await startStory();
  story.sandbox.faults.webhooks({ kind: "fail", times: 1_000 });
  story.merge("feat(api): accept vouchers");
  story.shop.tag("v1.5.0", { by: "ana" });
  story.merge("fix(api): round vouchers down");
  story.shop.tag("v1.5.1", { by: "ana" });
  story.merge("feat(web): show vouchers");
  await story.settle();
  story.sandbox.faults.clear();
  const pushes = story.sandbox.deliveries.filter((one) => one.event === "push" && one.status !== "OK");
  return { story, pushes: [...pushes] };
}

/** What each place ended up with. */
function versionsIn(story: Story): Record<string, string | undefined> {
  return Object.fromEntries(
    ["dev", "staging"].flatMap((environment) =>
      ["api", "web"].map((component) => [
        `${environment}/${component}`,
        deployed(story, environment)
          .findLast((one) => one.startsWith(component))
          ?.split(" ")[1],
      ]),
    ),
  );
}

describe("the versions finally delivered (promise P7)", () => {
  it("do not depend on the order, the doubling or the loss of webhooks, as long as the last look is not lost", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.nat(1_000)),
        fc.array(fc.nat(20), { maxLength: 6 }),
        fc.nat(3),
        async (numbers, doubled, breath) => {
          const { story, pushes } = await keptBack();
          try {
            const order = pushes
              .map((push) => ({ push, at: numbers.next().value ?? 0 }))
              .toSorted((one, other) => one.at - other.at)
              .map(({ push }) => push);
            const again = doubled
              .map((index) => order[index % order.length])
              .filter((one) => one !== undefined);
            for (const [index, push] of [...order, ...again].entries()) {
              expect(await deliver(story, push)).toBe(202);
              if (index % 4 === breath) await story.settle();
            }
            await story.settle();
            expect(versionsIn(story)).toEqual({
              "dev/api": "1.6.0-dev.1",
              "dev/web": "1.6.0-dev.1",
              "staging/api": "1.5.1",
              "staging/web": "1.5.1",
            });
            expectPromisesKept(story);
          } finally {
            await story.end();
          }
        },
      ),
      { numRuns: 4 },
    );
  }, 60_000);
});

describe("a comment that is no command", () => {
  const ways: [string, string][] = [
    ["in a fence", "```\n/promote prod\n```"],
    ["in a quote", "> /promote prod"],
    ["in code", "`/promote prod`"],
    ["indented as code", "    /promote prod"],
    ["in an HTML comment", "<!--\n/promote prod\n-->"],
    ["in details", "<details>\n\n/promote prod\n\n</details>"],
    ["within a sentence", "Please say /promote prod when you are ready"],
    ["after other text", "Looks good.\n\n/promote prod"],
    ["with a zero-width space", "/pro\u200Bmote prod"],
    ["with code in its line", "/promote prod `id`"],
  ];

  it("hides it, or only looks like one: nothing is written for any of them", async () => {
    const story = await startProd();
    const before = writes(story).length;
    for (const [, body] of ways) story.shop.comment(1, body, "ana");
    await story.settle();
    expect(writes(story).slice(before)).toEqual([]);
    expect(story.sandbox.record.runs).toEqual([]);
  });

  it("becomes one by an edit: it stays none", async () => {
    const story = await startProd();
    const id = await story.comment("Looks good.", "ana");
    const before = writes(story).length;
    story.shop.editComment(id, "/promote prod", "ana");
    await story.settle();
    expect(writes(story).slice(before)).toEqual([]);
  });

  it("is written by a bot, Waybill itself among them: bots command nothing", async () => {
    const story = await startProd();
    story.sandbox.user("robbie[bot]", { type: "Bot" });
    story.shop.setCollaborators({ "robbie[bot]": "admin" });
    const before = writes(story).length;
    await story.comment("/promote prod", "robbie[bot]");
    await story.comment("/promote prod", "waybill[bot]");
    expect(writes(story).slice(before)).toEqual([]);
  });
});

describe("several commands in one comment", () => {
  it("are done in order, answered in one comment, and each is one promotion", async () => {
    const story = await startStory({
      config: (url) => shopConfig(url).replace("promote: auto, ", ""),
    });
    onTestFinished(() => story.end());
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    const before = waybillsComments(story).length;
    await story.comment("/promote staging 1.5.0\n/status\n/promote nowhere\n/help", "ana", 1);
    expect(deployed(story, "staging")).toEqual(["api 1.5.0", "web 1.5.0"]);
    const said = waybillsComments(story)
      .slice(before)
      .map((one) => one.body);
    const answers = said.filter((body) => body.startsWith("<!-- waybill:comment:answers-"));
    expect(answers).toHaveLength(1);
    expect(answers[0]).toContain("There is no environment `nowhere`.");
    expect(answers[0]).toContain("/promote");
    expectPromisesKept(story);
  });
});

describe("a repository that has not asked for anything", () => {
  it("because it has no config: not one write, whatever happens there", async () => {
    const story = await startStory();
    onTestFinished(() => story.end());
    const quiet = story.sandbox.repository("acme/quiet", { collaborators: { ana: "admin" }, install: true });
    const issue = quiet.openIssue({ title: "Talk", author: "ana" });
    quiet.commit({ message: "feat: something", author: "ana" });
    quiet.tag("v1.0.0", { by: "ana" });
    quiet.comment(issue, "/promote prod", "ana");
    quiet.comment(issue, "/help", "ana");
    await story.settle();
    expect(writes(story).filter((call) => call.includes("acme/quiet"))).toEqual([]);
    expect(quiet.comments()).toHaveLength(2);
  });

  it("because it is archived: what GitHub refuses there is given up in time, and nothing else is held up", async () => {
    const story = await startProd();
    story.shop.archive();
    const other = story.sandbox.repository("acme/other", { collaborators: { ana: "admin" }, install: true });
    other.commit({
      message: "chore: begin",
      author: "ana",
      files: { ".github/waybill.yml": "environments: { prod: {} }\n" },
    });
    const talk = other.openIssue({ title: "Talk", author: "ana" });
    other.comment(talk, "/help", "ana");
    await story.settle();
    expect(other.comments(talk).at(-1)?.body).toContain("/promote");
    expect(story.sandbox.record.runs).toEqual([]);
  });
});
