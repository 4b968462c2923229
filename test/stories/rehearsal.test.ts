/** What production runs is to be what staging has rehearsed, as people live it: by comments, where the config was changed in between. */
import { expect, it } from "vitest";
import { auditOf, deployed, expectPromisesKept, liveWords, startProd, waybillsComments } from "./prod.ts";

const CONFIG = `components:
  api: { workflow: deploy.yml, paths: ["api/**"] }
  web: { workflow: deploy.yml, paths: ["web/**"], needs: [api] }
environments:
  staging: {}
  prod: { rollout: { skipUnchanged: true } }
`;
const LATER = CONFIG.replace(", needs: [api] }", " }\n  jobs: { workflow: deploy.yml }");

it("a release that goes another way in production than it did in staging goes all the same, and its plan says in what", async () => {
  const story = await startProd({ config: () => CONFIG });
  await story.comment("/promote staging", "ana");
  await story.comment("/promote prod", "ana");
  expect(deployed(story, "prod")).toEqual(["api 1.5.0", "web 1.5.0"]);
  expect(waybillsComments(story).filter(({ body }) => body.includes("rehearsed"))).toEqual([]);

  story.merge("fix(api): round vouchers down", { files: { "api/a.txt": "down\n" } });
  await story.settle();
  story.shop.tag("v1.5.1", { by: "ana" });
  await story.settle();
  await story.comment("/promote staging", "ana");
  story.shop.commit({ message: "chore: jobs", author: "ana", files: { ".github/waybill.yml": LATER } });
  await story.settle();
  story.shop.script({ component: "api", environment: "prod", outcome: "hang", times: 1 });
  await story.comment("/promote prod 1.5.1", "ana");
  expect(liveWords(story)).toContain(`Not all of this is as it was rehearsed:
- **jobs**: was no part of the rollout in **staging**.
- **web**: left as it is, though rolled out in **staging**.
- **web**: does not wait for **api**, which it did in **staging**.
`);
  const api = story.shop.runs().find(({ status, title }) => status !== "completed" && title.includes("api"));
  story.shop.finishRun(api?.id ?? 0, "succeed");
  await story.settle();
  expect(deployed(story, "prod").slice(2).toSorted()).toEqual(["api 1.5.1", "jobs 1.5.1"]);
  const receipt = waybillsComments(story, 1).findLast(({ body }) => body.includes("### prod runs 1\\.5.1"));
  expect(receipt?.body).toContain("- **jobs**: was no part of the rollout in **staging**.");
  const audited = (await auditOf(story)).filter(({ type }) => type === "rollout.unrehearsed");
  expect(audited).toMatchObject([{ data: { environment: "staging", count: 3 } }]);
  expectPromisesKept(story);
});
