/** Stories of webhooks that are lost without a trace: it takes longer, and ends the same. */
import { describe, expect, it } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import type { Story } from "../support/story.ts";
import { auditOf, deployed, expectPromisesKept, lastWords, prodConfig, waybillsComments } from "./prod.ts";
import {
  finalState,
  finds,
  loseAll,
  pass,
  published,
  replay,
  startDeafProd,
  startWatched,
} from "./reconcile-given.ts";

const MINUTE_MS = 60_000;
const DISPATCHES = "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches";
/** Longer than a lost run is looked for. */
const LOOKED_LONG_ENOUGH = 200_000;

/** One environment that takes every release by itself: what comes there was released. */
const AUTOMATIC = prodConfig("    promote: auto\n");

/** A merge, a tag, and a command: what most days are made of. */
async function goTheMainRoad(story: Story): Promise<void> {
  story.merge("feat(api): accept vouchers");
  await story.settle();
  await pass(story);
  story.shop.tag("v1.5.0", { by: "ana", annotated: true });
  await story.settle();
  await pass(story);
  const notice = story.shop.issues().find(({ title }) => /^(Coming next|Release)/.test(title))?.number ?? 0;
  await story.comment("/promote prod", "ana", notice);
  await pass(story);
}

describe("every webhook is lost", () => {
  it("and the main road ends as it does with all of them, where looking finds nothing to tell", async () => {
    const told = await startWatched();
    await goTheMainRoad(told);
    expect(finds(told)).toEqual([]);
    const deaf = await startWatched();
    loseAll(deaf);
    await goTheMainRoad(deaf);
    expect(finds(deaf)).toHaveLength(3);
    expect(deployed(deaf)).toEqual(deployed(told));
    expect(deployed(deaf, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(finalState(deaf)).toEqual(finalState(told));
    expectPromisesKept(deaf);
    expect(deaf.log.filter((line) => /"level":[45]0/.test(line))).toEqual([]);
  }, 60_000);

  it("also those of a run that shows itself only after a person was asked: it is found by its name", async () => {
    const story = await startDeafProd({ workflow: deployWorkflow({ claims: false }) });
    story.shop.script({ component: "api", outcome: "never-start", times: 1 });
    story.sandbox.faults.lagRuns({ ms: 30 * MINUTE_MS });
    story.sandbox.faults.add({ route: DISPATCHES, kind: "reset-after" });
    await story.comment("/promote prod", "ana", 1);
    await story.reconcile();
    await story.settle(LOOKED_LONG_ENOUGH);
    expect(lastWords(story)).toContain("needs a person");
    await story.sandbox.clock.advance(30 * MINUTE_MS);
    for (const run of story.shop.runs()) story.shop.finishRun(run.id, "succeed");
    await pass(story);
    expect(lastWords(story)).toContain("### prod runs 1\\.5.0");
    expectPromisesKept(story);
  }, 30_000);
});

describe("what looking costs", () => {
  it("three calls for a quiet repository, besides one for its name now and then; none for one without Waybill's config", async () => {
    const story = await startWatched();
    const plain = story.sandbox.repository("acme/plain", { install: true });
    plain.commit({ message: "chore: begin", author: "ana", files: { "README.md": "# Plain\n" } });
    await pass(story);
    const from = story.sandbox.record.calls.length;
    await pass(story);
    const calls = story.sandbox.record.calls
      .slice(from)
      .map((call) => `${call.method} ${decodeURIComponent(call.path)}`);
    expect(calls.toSorted()).toEqual([
      "GET /app/hook/deliveries",
      "GET /repos/acme/shop/git/matching-refs/tags/v",
      "GET /repos/acme/shop/git/ref/heads/main",
      "GET /repos/acme/shop/issues/comments",
    ]);
  });
});

describe("lost tags", () => {
  it("that are older than Waybill are never released, however many there are; the next one is", async () => {
    const story = await startWatched({ config: () => AUTOMATIC });
    loseAll(story);
    // An archive that somebody pushes later is no newer for it.
    const archive = Array.from({ length: 300 }, (_none, patch) => `v1.4.${patch + 3}`);
    story.shop.tags(archive, { by: "ana", sha: story.shop.sha("v1.4.2") ?? "" });
    await pass(story);
    expect(published(story)).toEqual([]);
    story.merge("feat(api): accept vouchers");
    story.shop.tag("v1.5.0", { by: "ana" });
    // And one that is older than what is there already.
    story.shop.tag("v1.0.0", { by: "ana" });
    await pass(story);
    expect(published(story)).toEqual(["v1.5.0"]);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  }, 30_000);

  it("that were there before Waybill was installed are no releases of its time", async () => {
    const story = await startWatched({ config: () => AUTOMATIC });
    const old = story.sandbox.repository("acme/old", { collaborators: { ana: "maintain" } });
    old.commit({ message: "chore: begin", author: "ana", files: { ".github/waybill.yml": AUTOMATIC } });
    old.tags(
      Array.from({ length: 300 }, (_none, minor) => `v1.${minor}.0`),
      { by: "ana", sha: old.sha() ?? "" },
    );
    old.install();
    await pass(story);
    await pass(story);
    expect(old.releases()).toEqual([]);
    expect(old.issues()).toEqual([]);
  });

  it("five at once, of which GitHub tells nobody: each is released, and only the newest is deployed by itself", async () => {
    const story = await startWatched({ config: () => AUTOMATIC });
    const commits = [5, 6, 7, 8, 9].map((minor) => {
      story.merge(`feat(api): change ${minor}`);
      return { minor, sha: story.shop.sha() ?? "" };
    });
    await story.settle();
    loseAll(story);
    for (const { minor, sha } of commits) story.shop.tag(`v1.${minor}.0`, { by: "ana", sha });
    await pass(story);
    expect(published(story)).toEqual(["v1.5.0", "v1.6.0", "v1.7.0", "v1.8.0", "v1.9.0"]);
    expect(deployed(story)).toEqual(["api 1.9.0", "web 1.9.0"]);
    expectPromisesKept(story);
  }, 30_000);

  it("that were told to be left alone, because the config was broken, stay so once it is mended; a later one does not", async () => {
    const story = await startWatched({ config: () => AUTOMATIC });
    story.merge("feat(api): accept vouchers", { files: { ".github/waybill.yml": "environments: [" } });
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    await pass(story);
    story.merge("fix: mend the config", { files: { ".github/waybill.yml": AUTOMATIC } });
    await story.settle();
    await pass(story);
    expect(published(story)).toEqual([]);
    loseAll(story);
    story.shop.tag("v1.5.1", { by: "ana" });
    await pass(story);
    expect(published(story)).toEqual(["v1.5.1"]);
  }, 30_000);

  it("and moved ones are said to keep their first meaning, as a webhook would have had it", async () => {
    const story = await startDeafProd();
    story.shop.moveTag("v1.5.0", story.shop.sha("v1.4.2") ?? "", { by: "ana" });
    await pass(story);
    await pass(story);
    const words = waybillsComments(story).filter(({ body }) => body.includes("was moved away from"));
    expect(words).toHaveLength(1);
  });
});

describe("a lost command", () => {
  it("that is found within a quarter of an hour is run once, however often it is read again", async () => {
    const story = await startDeafProd();
    await story.comment("/promote prod", "ana", 1);
    await pass(story);
    await pass(story);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
    expect(finds(story)).toHaveLength(1);
    expectPromisesKept(story);
  });

  it("that is older is answered, with how to give it again; a stranger's gets nothing; words are just answered", async () => {
    const story = await startDeafProd();
    const asked = await story.comment("/promote prod", "ana", 1);
    await story.comment("/promote prod", "sid", 1);
    await story.comment("/promote prod", "wes", 1);
    await story.comment("/status", "wes", 1);
    await story.sandbox.clock.advance(16 * MINUTE_MS);
    await pass(story);
    await pass(story);
    const answers = waybillsComments(story, 1).map(({ body }) => body);
    expect(answers).toHaveLength(3);
    expect(answers).toContainEqual(
      expect.stringContaining("It came too late: it was written 16 minutes before"),
    );
    expect(answers).toContainEqual(
      expect.stringContaining("give it again as a new comment:\n\n`/promote prod`"),
    );
    expect(answers).toContainEqual(expect.stringContaining("takes the role `maintain`"));
    expect(answers).toContainEqual(expect.stringContaining("| prod | nothing yet |"));
    expect(story.shop.reactions(asked).map(({ content }) => content)).toEqual(["eyes", "-1"]);
    expect(deployed(story)).toEqual([]);
    const ignored = (await auditOf(story)).filter(({ type }) => type === "command.ignored");
    expect(ignored).toHaveLength(1);
    await story.comment("/promote prod", "ana", 1);
    await pass(story);
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  }, 30_000);

  it("that is an edit, an old comment or a robot's is none", async () => {
    const story = await startDeafProd();
    const talk = await story.comment("Shall we?", "ana", 1);
    await pass(story);
    await story.sandbox.clock.advance(MINUTE_MS);
    story.shop.editComment(talk, "/promote prod", "ana");
    const swapped = await story.comment("/status", "wes", 1);
    await story.sandbox.clock.advance(MINUTE_MS);
    story.shop.editComment(swapped, "/promote prod", "ana");
    await pass(story);
    expect(deployed(story)).toEqual([]);
    expect(waybillsComments(story, 1)).toEqual([]);
  });

  it("that was heard in time is not called late when its webhook is sent again hours later under another name", async () => {
    const story = await startWatched({ config: () => prodConfig() });
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    await story.comment("/promote prod", "ana", 1);
    await story.sandbox.clock.advance(30 * MINUTE_MS);
    const before = waybillsComments(story).length;
    const [command] = story.sandbox.deliveries.filter(({ event }) => event === "issue_comment");
    expect(await replay(story, command?.payload ?? "")).toBe(202);
    await pass(story);
    expect(waybillsComments(story)).toHaveLength(before);
    expect(finds(story)).toEqual([]);
  });
});
