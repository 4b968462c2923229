/** A plan, asked for where people talk: what it says is what happens when somebody gives the command. */
import { expect, it } from "vitest";
import { callsOf, expectPromisesKept, lastWords, prodConfig, startProd } from "./prod.ts";

it("/plan says what would run, and does nothing; /promote then does just that", async () => {
  const config = () => prodConfig("    gates: { approvals: { count: 1, role: write } }\n");
  const story = await startProd({ config });
  await story.comment("/plan prod", "wes");
  const words = lastWords(story);
  expect(words).toContain("`/promote prod 1.5.0` would bring `1.5.0`");
  expect(words).toContain("Giving that command takes the role `maintain`, so you may not.");
  expect(words).toContain(
    "0 of 1 approval. Still needed is one by somebody with the role `write`: `/approve prod 1.5.0`",
  );
  expect(words).toContain("There is no earlier run there");
  const [, given = ""] = /^All of them are given (.*)\.$/m.exec(words) ?? [];
  const rows = [...words.matchAll(/^\| (\d+) \| (\S+) \| `(\S+)` at `(\S+)` \| (.*) \|$/gm)].map(
    ([, order, component, workflow, ref, inputs = ""]) => ({
      order,
      component,
      workflow,
      ref,
      inputs: [...inputs.split(" "), ...given.split(", ")]
        .map((input) => input.replaceAll("`", ""))
        .toSorted(),
    }),
  );
  expect(rows.map(({ order, component }) => [order, component])).toEqual([
    ["1", "api"],
    ["2", "web"],
  ]);
  expect(story.sandbox.record.runs.filter(({ inputs }) => inputs["environment"] === "prod")).toEqual([]);
  expect(callsOf(story, "POST /repos/{owner}/{repo}/deployments")).toBe(0);
  await story.comment("/promote prod", "ana");
  await story.comment("/approve prod 1.5.0", "wes");
  const ran = story.sandbox.record.runs.filter(({ inputs }) => inputs["environment"] === "prod");
  expect(
    ran.map(({ inputs, workflow, ref }) => ({
      component: inputs["component"],
      workflow: workflow.split("/").at(-1),
      ref: ref.replace("refs/tags/", ""),
      inputs: Object.entries(inputs)
        .map(([name, value]) => (name === "correlation_id" ? `${name}=…` : `${name}=${value}`))
        .toSorted(),
    })),
  ).toEqual(rows.map(({ order: _order, ...run }) => run));
  await story.comment("/plan prod 1.5.0", "ana");
  expect(lastWords(story)).toContain("**prod** runs `1.5.0` already");
  expectPromisesKept(story);
});
