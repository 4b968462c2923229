/** Components that are left as they are because nothing of them has changed, as people live it: by comments, and seen in what runs. */
import { expect, it } from "vitest";
import { deployed, expectPromisesKept, lastWords, startProd } from "./prod.ts";
import type { Story } from "../support/story.ts";

const CONFIG = `components:
  api: { workflow: deploy.yml, paths: ["api/**"] }
  web: { workflow: deploy.yml, paths: ["web/**"], needs: [api] }
environments:
  prod:
    inputs: { region: us-east-1 }
    rollout: { skipUnchanged: true }
`;

/** A change of one file is merged, released and promoted; answers what ran for it. */
async function ships(story: Story, file: string, version: string): Promise<string[]> {
  const before = deployed(story).length;
  story.merge(`fix: ${version}`, { files: { [file]: `${version}\n` } });
  await story.settle();
  story.shop.tag(`v${version}`, { by: "ana" });
  await story.settle();
  await story.comment("/promote prod", "ana");
  return deployed(story).slice(before);
}

it("a component is left as it is until something of it has changed since what it runs, and goes back no further than that", async () => {
  const story = await startProd({ config: () => CONFIG });
  await story.comment("/promote prod", "ana");
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(await ships(story, "api/a.txt", "1.5.1")).toEqual(["api 1.5.1"]);
  expect(lastWords(story)).toContain("| web | unchanged since 1.5.0, left as it is |");
  expect(await ships(story, "README.md", "1.5.2")).toEqual([]);
  expect(lastWords(story)).toContain(
    "Nothing of it has changed since `1.5.1` and `1.5.0`, so everything was left as it is",
  );
  await story.comment("/status", "ana");
  expect(lastWords(story)).toContain(
    "unchanged since an earlier release: **api** (`1.5.1`), **web** (`1.5.0`)",
  );
  const before = deployed(story).length;
  await story.comment("/rollback prod 1.5.0", "ana");
  expect(deployed(story).slice(before)).toEqual(["api 1.5.0"]);
  expectPromisesKept(story);
});
