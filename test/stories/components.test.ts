/** Components that have versions of their own, beside the release's. */
import { expect, it, onTestFinished } from "vitest";
import { startStory, type Story } from "../support/story.ts";
import { expectPromisesKept, waybillsComments } from "./prod.ts";

const CONFIG = `components:
  api: { workflow: deploy.yml, paths: [api/**], tag: "api-v{version}" }
  web: { workflow: deploy.yml, paths: [web/**], tag: "web-v{version}" }
  docs: { workflow: deploy.yml, paths: [docs/**] }
environments: { prod: { inputs: { region: us-east-1 } } }
`;

function rowsOf(text: string): string[] {
  return text.split("\n").filter((line) => /^\| (api|web|docs) /.test(line));
}

function tagsOf(story: Story): string[] {
  const { "refs/tags/v1.5.0": release, ...refs } = story.shop.refs();
  return Object.entries(refs)
    .filter(([ref]) => ref.startsWith("refs/tags/"))
    .map(([ref, sha]) => `${ref.slice("refs/tags/".length)}${sha === release ? " with v1.5.0" : ""}`)
    .toSorted();
}

async function start(): Promise<Story> {
  const story = await startStory({ config: () => CONFIG });
  onTestFinished(() => story.end());
  story.shop.tag("api-v2.3.0", { by: "ana" });
  return story;
}

it("the notice shows what each will be, and the release tags what changed, with notes of its own", async () => {
  const story = await start();
  story.merge("feat(api): accept vouchers", { files: { "api/server.txt": "two\n" } });
  story.merge("fix: round down everywhere", {
    files: { "api/server.txt": "three\n", "web/page.txt": "two\n" },
  });
  story.merge("docs: tell of vouchers", { files: { "docs/vouchers.md": "yes\n" } });
  await story.settle();
  const notice = story.shop.issues().find(({ title }) => title === "Coming next: 1.5.0")?.body ?? "";
  expect(rowsOf(notice)).toEqual(["| api | `2.3.0` → `2.4.0` | 2 |", "| web | `0.1.0`, the first | 1 |"]);

  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  expect(tagsOf(story)).toEqual(["api-v2.3.0", "api-v2.4.0 with v1.5.0", "v1.4.2", "web-v0.1.0 with v1.5.0"]);
  const releases = story.shop.releases().filter(({ draft }) => !draft);
  expect(releases.map(({ name }) => name).toSorted()).toEqual(["1.5.0", "api 2.4.0", "web 0.1.0"]);
  const body = (name: string) => releases.find((one) => one.name === name)?.body ?? "";
  expect(body("api 2.4.0")).toContain("accept vouchers");
  expect(body("api 2.4.0")).toContain("round down everywhere");
  expect(body("api 2.4.0")).toContain("released with `v1.5.0`");
  expect(body("api 2.4.0")).toContain("compare/api-v2.3.0...api-v2.4.0");
  expect(body("web 0.1.0")).not.toContain("accept vouchers");
  expect(rowsOf(body("1.5.0"))).toEqual([
    "| api | `2.3.0` → `2.4.0` | 2 |",
    "| web | `0.1.0`, the first | 1 |",
  ]);

  story.merge("fix(web): show vouchers", { files: { "web/page.txt": "three\n" } });
  await story.settle();
  const next = story.shop.issues().at(-1)?.body ?? "";
  expect(rowsOf(next)).toEqual(["| api | `2.4.0`, unchanged | – |", "| web | `0.1.0` → `0.1.1` | 1 |"]);
  expectPromisesKept(story);
});

it("a version whose tag GitHub does not let be made is said, and comes with `/notes` once it does", async () => {
  const story = await start();
  story.merge("feat(api): accept vouchers", { files: { "api/server.txt": "two\n" } });
  await story.settle();
  // A ruleset, say.
  story.sandbox.faults.add({
    route: "POST /repos/{owner}/{repo}/git/refs",
    kind: { status: 422, message: "Cannot create ref" },
    times: 2,
  });
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle(120_000);
  const said = waybillsComments(story).filter(({ body }) => body.includes("`api-v2.4.0`"));
  expect(said).toHaveLength(1);
  expect(said[0]?.body).toContain("but GitHub does not let Waybill make it");
  expect(tagsOf(story)).not.toContain("api-v2.4.0 with v1.5.0");

  await story.comment("/notes", "ana", 1);
  expect(tagsOf(story)).toContain("api-v2.4.0 with v1.5.0");
  expect(story.shop.releases().some(({ name }) => name === "api 2.4.0")).toBe(true);
});
