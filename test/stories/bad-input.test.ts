/** Stories of what people get wrong, or what changes under way: each is answered in words that lead on. */
import { describe, expect, it, onTestFinished } from "vitest";
import { shopConfig } from "../../src/cli/demo/shop.ts";
import { startStory, type Story } from "../support/story.ts";
import {
  auditOf,
  callsOf,
  deployed,
  expectPromisesKept,
  lastWords,
  prodConfig,
  startProd,
  waybillsComments,
} from "./prod.ts";

const DISPATCHES = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
const DEPLOYMENTS = "POST /repos/{owner}/{repo}/deployments";

/** A command that is turned away: the words, a thumb down, and nothing run. */
async function refused(story: Story, command: string, by = "ana"): Promise<string> {
  const before = callsOf(story, DISPATCHES);
  const id = await story.comment(command, by);
  expect(
    story.shop
      .reactions(id)
      .map((one) => one.content)
      .toSorted(),
  ).toEqual(["-1", "eyes"]);
  expect(callsOf(story, DISPATCHES)).toBe(before);
  return lastWords(story);
}

/** Release 1.5.1 on top, tagged. */
async function tagNext(story: Story): Promise<void> {
  story.merge("fix(api): round vouchers down");
  await story.settle();
  story.shop.tag("v1.5.1", { by: "ana" });
  await story.settle();
}

describe("a command that names what does not exist", () => {
  it("an environment: the nearest is proposed, and all are named", async () => {
    const story = await startProd();
    const words = await refused(story, "/promote prd");
    expect(words).toContain("There is no environment `prd`. Did you mean `prod`?");
    expect(words).toContain("The config names prod.");
    expect(await refused(story, "/promote qqqqqq")).not.toContain("Did you mean");
  });

  it("a version: the nearest is proposed, or the newest named", async () => {
    const story = await startProd();
    expect(await refused(story, "/promote prod 1.5.9")).toMatch(
      /There is no release `1.5.9`.*Did you mean `1\.5\.0`\?/,
    );
    expect(await refused(story, "/promote prod 77.0.0-x.y.z")).toContain("The newest is `1.5.0`.");
  });

  it("a command: the nearest is proposed; what only looks like a path gets no answer", async () => {
    const story = await startProd();
    expect(await refused(story, "/promot prod")).toContain("Did you mean `/promote`?");
    const before = story.shop.comments().length;
    await story.comment("/usr/local/bin is full", "ana");
    expect(story.shop.comments()).toHaveLength(before + 1);
  });

  it.each(["/promote prod;$(id)", "/promote ../prod", "/promote prod 1.5.0 --now yes", "/promote"])(
    "or is not well formed (%s): it is refused, and nothing of it reaches a workflow",
    async (command) => {
      const story = await startProd();
      await story.comment(command, "ana");
      expect(lastWords(story)).toContain("was not done");
      expect(story.sandbox.record.runs).toEqual([]);
    },
  );
});

describe("a broken config", () => {
  const broken = shopConfig("https://shop.example/version").replace("promote: auto", "promote: automatic");

  it("is said in an issue with file, line, column and mend; commands are refused with the same, until it is mended", async () => {
    const story = await startStory();
    onTestFinished(() => story.end());
    story.merge("feat(api): accept vouchers");
    await story.settle();
    const notice = story.shop.issues().find((issue) => issue.title.startsWith("Coming next"))?.number ?? 0;
    story.shop.commit({ message: "chore: tune", author: "ana", files: { ".github/waybill.yml": broken } });
    await story.settle();
    const line = broken.split("\n").findIndex((text) => text.includes("automatic")) + 1;
    const column = (broken.split("\n")[line - 1] ?? "").indexOf("automatic") + 1;
    const issue = () => story.shop.issues().find(({ title }) => title.includes("config is broken"));
    const said = issue()?.body ?? "";
    expect(said).toContain("`.github/waybill.yml` cannot be used as it is on the default branch");
    expect(said).toContain(`| ${line} | ${column} |`);
    expect(said).toMatch(/auto/);
    await story.comment("/promote prod", "ana", notice);
    const answer = lastWords(story, notice);
    expect(answer).toContain(`line ${line}, column ${column}`);
    expect(answer).toContain("did you mean `auto`?");
    story.shop.commit({
      message: "chore: mend",
      author: "ana",
      files: { ".github/waybill.yml": broken.replace("automatic", "auto") },
    });
    await story.settle();
    expect(issue()?.state).toBe("closed");
    await story.comment("/status", "ana", notice);
    expect(lastWords(story, notice)).toContain("dev");
  });

  it("does not stop what is on its way: a running plan keeps its snapshot", async () => {
    const story = await startProd();
    story.shop.script({ component: "api", outcome: "hang", times: 1 });
    await story.comment("/promote prod", "ana");
    story.shop.commit({
      message: "chore: break",
      author: "ana",
      files: { ".github/waybill.yml": "environments: 3\n" },
    });
    await story.settle();
    story.shop.finishRun(story.shop.runs()[0]?.id ?? 0, "succeed");
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(waybillsComments(story, 1).some((one) => one.body.includes("### prod runs 1\\.5.0"))).toBe(true);
  });
});

describe("a tag", () => {
  /** Where words about tags are said: the notice of what is coming. */
  const noticeOf = (story: Story) =>
    story.shop.issues().find((issue) => issue.title.startsWith("Coming next"))?.number ?? 0;

  it("that is nearly a version is told what it should look like, once, and releases nothing", async () => {
    const story = await startProd();
    story.merge("fix(api): round vouchers down");
    await story.settle();
    story.shop.tag("1.5.1", { by: "ana" });
    await story.settle();
    expect(lastWords(story, noticeOf(story))).toContain("a release's tag looks like `v1.5.1`");
    expect(
      story.shop
        .releases()
        .filter((one) => !one.draft)
        .map((one) => one.tagName),
    ).not.toContain("1.5.1");
  });

  it("that is no version at all is nobody's business", async () => {
    const story = await startProd();
    const before = story.shop.comments().length;
    story.shop.tag("nightly", { by: "ana" });
    await story.settle();
    expect(story.shop.comments()).toHaveLength(before);
  });

  it("off the release branch is no release; a command that names it is refused as well", async () => {
    const story = await startProd();
    story.merge("fix(api): round vouchers down");
    await story.settle();
    const aside = story.shop.commit({ branch: "aside", message: "feat: not reviewed", author: "wes" });
    await story.settle();
    story.shop.tag("v1.6.0", { sha: aside, by: "wes" });
    await story.settle();
    expect(lastWords(story, noticeOf(story))).toContain("its commit is not on the release branch `main`");
    expect(story.shop.releases().some((one) => one.tagName === "v1.6.0" && !one.draft)).toBe(false);
    expect(await refused(story, "/promote prod 1.6.0")).toContain("is not on the release branch `main`");
  });

  it("that is moved after its release keeps its first meaning, and a command for it is refused", async () => {
    const story = await startProd();
    await story.comment("/promote prod", "ana");
    const first = story.shop.sha("v1.5.0") ?? "";
    story.merge("fix(api): round vouchers down");
    await story.settle();
    story.shop.moveTag("v1.5.0", story.shop.sha() ?? "", { by: "wes" });
    await story.settle();
    const said = waybillsComments(story).filter((one) => one.body.includes("was moved away from"));
    expect(said).toHaveLength(1);
    expect(said[0]?.body).toContain(first.slice(0, 7));
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });
});

describe("between the command and the first run", () => {
  /** Holds the environment with a hanging run of 1.5.0, so that a command for 1.5.1 is accepted and has to wait. */
  async function acceptedAndWaiting(): Promise<{
    story: Story;
    command: number;
    release: () => Promise<void>;
  }> {
    const story = await startProd();
    story.shop.script({ component: "api", version: "1.5.0", outcome: "hang", times: 1 });
    await story.comment("/promote prod 1.5.0", "ana");
    await tagNext(story);
    const command = await story.comment("/promote prod 1.5.1", "ana");
    expect(story.shop.reactions(command).map((one) => one.content)).toEqual(["eyes"]);
    const release = async () => {
      story.shop.finishRun(story.shop.runs()[0]?.id ?? 0, "succeed");
      await story.settle();
    };
    return { story, command, release };
  }

  it("the right of the person is withdrawn: nothing is run, and it says why", async () => {
    const { story, command, release } = await acceptedAndWaiting();
    story.shop.setCollaborators({ ana: "triage" });
    await release();
    expect(lastWords(story)).toContain("ana no longer had the right to promote to **prod**");
    expect(lastWords(story)).toContain("it takes the role `maintain`");
    expect(story.shop.reactions(command).map((one) => one.content)).toEqual(["eyes", "-1"]);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });

  it("the tag is moved: what was accepted is not there any more, so nothing is run", async () => {
    const { story, release } = await acceptedAndWaiting();
    const before = story.shop.sha("v1.5.1") ?? "";
    story.shop.moveTag("v1.5.1", story.shop.sha("v1.5.0") ?? "", { by: "wes" });
    await release();
    const words = waybillsComments(story, 1).find((one) => one.body.includes("no longer means the commit"));
    expect(words?.body).toContain(before.slice(0, 7));
    expect(words?.body).toContain("Nothing was run.");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });

  it("the tag is deleted: it says so", async () => {
    const { story, release } = await acceptedAndWaiting();
    story.shop.deleteTag("v1.5.1", { by: "wes" });
    await release();
    expect(lastWords(story)).toContain("the tag is gone");
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  });
});

describe("the order of releases", () => {
  it("an older release is refused, the same one has nothing to do, and one on its way is not sent twice", async () => {
    const story = await startProd();
    await tagNext(story);
    story.shop.script({ component: "api", version: "1.5.1", outcome: "hang", times: 1 });
    await story.comment("/promote prod 1.5.1", "ana");
    expect(await refused(story, "/promote prod 1.5.1")).toContain(
      "`1.5.1` is on its way to **prod** already.",
    );
    story.shop.finishRun(story.shop.runs()[0]?.id ?? 0, "succeed");
    await story.settle();
    expect(await refused(story, "/promote prod 1.5.0")).toContain(
      "**prod** runs `1.5.1`, which is newer than `1.5.0`. An older release never lands after a newer one",
    );
    expect(await refused(story, "/promote prod 1.5.1")).toContain(
      "**prod** runs `1.5.1` already. There is nothing to do.",
    );
    expect(deployed(story)).toEqual(["api 1.5.1", "web 1.5.1"]);
    expect(callsOf(story, DEPLOYMENTS)).toBe(2);
    expectPromisesKept(story);
  });

  it("an older release that was accepted and overtaken in the queue is refused when its turn comes", async () => {
    const story = await startProd();
    await tagNext(story);
    story.merge("fix(web): centre the logo");
    await story.settle();
    story.shop.tag("v1.5.2", { by: "ana" });
    await story.settle();
    story.shop.script({ component: "api", version: "1.5.0", outcome: "hang", times: 1 });
    await story.comment("/promote prod 1.5.0", "ana");
    await story.comment("/promote prod 1.5.2", "ana");
    await story.comment("/promote prod 1.5.1", "ana");
    story.shop.finishRun(story.shop.runs()[0]?.id ?? 0, "succeed");
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0", "api 1.5.2", "web 1.5.2"]);
    expect(
      waybillsComments(story, 1).some((one) => one.body.includes("**prod** runs `1.5.2`, which is newer")),
    ).toBe(true);
    expectPromisesKept(story);
  });

  it("an environment is not reached past the one before it; the comment gives the command that comes first", async () => {
    const story = await startProd({
      config: () => prodConfig().replace("environments:\n", "environments:\n  uat: {}\n"),
    });
    expect(await refused(story, "/promote prod 1.5.0")).toMatch(
      /`1.5.0` has not been delivered to uat yet, and releases go through the environments in order\. First: `\/promote uat 1\.5\.0`/,
    );
    expect(await refused(story, "/promote prod")).toContain("No release has been delivered to uat yet");
    await story.comment("/promote uat", "wes");
    await story.comment("/promote prod", "ana");
    expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
  });
});

describe("people", () => {
  it("with too small a role get the reason, readers and strangers no answer but a line in the audit log", async () => {
    const story = await startProd();
    expect(await refused(story, "/promote prod", "wes")).toContain(
      "takes the role `maintain`; you have `write`",
    );
    expect(await refused(story, "/promote prod", "tri")).toContain("you have `triage`");
    const before = story.sandbox.record.calls.filter((call) => call.method !== "GET").length;
    for (const stranger of ["rea", "sid"]) {
      const id = await story.comment("/promote prod", stranger);
      expect(story.shop.reactions(id)).toEqual([]);
    }
    const writes = story.sandbox.record.calls.filter(
      (call) => call.method !== "GET" && !/access_tokens$|graphql$/.test(call.path),
    );
    expect(writes.length).toBeLessThanOrEqual(before);
    expect(waybillsComments(story, 1)).toHaveLength(2);
    const ignored = (await auditOf(story)).filter((one) => one.type === "command.ignored");
    expect(ignored.map((one) => one.actor)).toEqual([
      `user:${story.sandbox.user("rea").id}`,
      `user:${story.sandbox.user("sid").id}`,
    ]);
  });
});
