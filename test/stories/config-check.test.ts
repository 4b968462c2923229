/** A config is checked before it is merged; where it is broken all the same, one issue says so until it is mended. */
import { expect, it, onTestFinished } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import { client } from "../sandbox/support.ts";
import { prodConfig } from "../support/shop.ts";
import { startStory, type Story, type StoryOptions } from "../support/story.ts";
import { auditOf, deployed, expectPromisesKept } from "./prod.ts";

const CONFIG = ".github/waybill.yml";

async function open(options: StoryOptions = {}): Promise<Story> {
  const story = await startStory({ config: () => prodConfig(), ...options });
  onTestFinished(() => story.end());
  await story.settle();
  return story;
}

const checks = (story: Story) => story.shop.checkRuns().filter(({ name }) => name === "Waybill config");

async function propose(
  story: Story,
  branch: string,
  files: Readonly<Record<string, string | null>>,
): Promise<void> {
  const commits = [{ message: "chore: tune", files }];
  story.shop.openPullRequest({ title: "chore: tune", author: "wes", branch, commits });
  await story.settle();
}

async function annotations(story: Story): Promise<readonly object[]> {
  const wes = client(story.sandbox, story.sandbox.user("wes").token());
  const id = checks(story).at(-1)?.id ?? 0;
  const { data } = await wes.rest.checks.listAnnotations({ owner: "acme", repo: "shop", check_run_id: id });
  return data;
}

it("is checked on the pull request that changes it, or a workflow that it names, each problem at its line; on no other", async () => {
  const story = await open();
  const asked = story.sandbox.record.calls.length;
  await propose(story, "other", { "a.txt": "a" });
  expect(checks(story)).toEqual([]);
  const routes = story.sandbox.record.calls.slice(asked).map(({ route }) => route);
  // The preview's alone.
  expect(routes.filter((route) => route === "/repos/{owner}/{repo}/commits/{ref}/check-runs")).toHaveLength(
    1,
  );

  const wrong = `${prodConfig("    verify: { url: http://10.0.0.7/version }\n")}  qa: { promote: autt }\n`;
  await propose(story, "tune", { [CONFIG]: wrong });
  expect(checks(story)).toMatchObject([
    { conclusion: "failure", title: "1 thing to mend in the config or its workflows" },
  ]);
  expect(await annotations(story)).toMatchObject([
    {
      path: CONFIG,
      start_line: 8,
      start_column: 18,
      annotation_level: "failure",
      message: expect.stringContaining("Mend: did you mean `auto`?") as string,
    },
  ]);

  // What is no mistake in the file, and yet cannot work: an address that is not allowed, and a workflow that is not there.
  const impossible = wrong.replace("promote: autt", "components: { api: { workflow: qa.yml } }");
  story.shop.commit({ branch: "tune", message: "mend", author: "wes", files: { [CONFIG]: impossible } });
  await story.settle();
  expect(checks(story)[1]).toMatchObject({ headSha: story.shop.sha("tune"), conclusion: "failure" });
  expect(await annotations(story)).toMatchObject([
    {
      start_line: 7,
      message: expect.stringMatching(
        /^this address will not be asked: it is not a public one \(private\)/,
      ) as string,
    },
    { start_line: 8, message: expect.stringMatching(/^there is no \.github\/workflows\/qa\.yml/) as string },
  ]);

  const good = prodConfig().replace("environments:", "environments:\n  staging: {}");
  story.shop.commit({ branch: "tune", message: "mend", author: "wes", files: { [CONFIG]: good } });
  await story.settle();
  expect(checks(story)[2]).toMatchObject({ conclusion: "success", title: "staging → prod" });

  await propose(story, "flow", {
    ".github/workflows/deploy.yml": deployWorkflow().replace("workflow_dispatch:", "workflow_call:"),
  });
  expect(checks(story)[3]).toMatchObject({ conclusion: "failure" });
  expect(checks(story)[3]?.summary).toContain("has no workflow\\_dispatch");
});

it("is checked on the very pull request that brings the first one", async () => {
  const story = await startStory({ config: () => "" });
  onTestFinished(() => story.end());
  story.shop.commit({ message: "chore: begin anew", author: "ana", files: { [CONFIG]: null } });
  await story.settle();
  await propose(story, "first", { [CONFIG]: "environments: { prod: {} }\n" });
  expect(checks(story)).toMatchObject([{ conclusion: "success", title: "prod" }]);
  await propose(story, "none", { "a.txt": "a" });
  expect(checks(story)).toHaveLength(1);
});

it("broken on the default branch has one issue until it is mended; meanwhile the last good one stays in force", async () => {
  const auto = prodConfig()
    .replace("environments:\n", "environments:\n  staging: {}\n")
    .replace("  prod:\n", "  prod:\n    promote: auto\n");
  const story = await open({ config: () => auto });
  story.merge("feat(api): accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  story.shop.script({ component: "api", outcome: "hang", times: 1 });
  await story.comment("/promote staging", "ana");
  const inForce = story.shop.sha() ?? "";
  const issues = () =>
    story.shop.issues().filter(({ title }) => title.startsWith("Waybill's config is broken"));
  const write = async (text: string | null): Promise<void> => {
    story.shop.commit({ message: "chore: tune", author: "ana", files: { [CONFIG]: text } });
    await story.settle();
  };

  await write(auto.replace("promote: auto", "promote: autt"));
  expect(issues()).toMatchObject([{ state: "open" }]);
  expect(issues()[0]?.body).toContain("did you mean `auto`?");
  expect(issues()[0]?.body).toContain(`the last good config stays in force, that of ${inForce.slice(0, 7)}`);
  // What was on its way goes on, and from there to prod by itself, as the last good config has it.
  story.shop.finishRun(story.shop.runs()[0]?.id ?? 0, "succeed");
  await story.settle();
  expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);

  await write("environments: 3\n");
  expect(issues()).toMatchObject([{ state: "open" }]);
  expect(issues()[0]?.body).not.toContain("autt");
  expect(issues()[0]?.body).toContain("expected is a map");

  await write(auto);
  expect(issues()).toMatchObject([{ state: "closed" }]);
  expect(issues()[0]?.body).toContain(`Mended by ${story.shop.sha()?.slice(0, 7)}`);
  await write("environments: 3\n");
  expect(issues()).toMatchObject([{ state: "open" }]);
  await write(null);
  expect(issues()).toMatchObject([{ state: "closed" }]);
  expect((await auditOf(story)).map(({ type }) => type).filter((type) => type.startsWith("config."))).toEqual(
    ["config.broken", "config.broken", "config.mended", "config.broken", "config.gone"],
  );
  expectPromisesKept(story);
});
