/** `waybill status|why|plan`: what a comment would be answered, asked at the server, beside the running one, and with nothing written anywhere. */
import { expect, it } from "vitest";
import { answerTo, markdownOf } from "../../src/cli/asking/answer.ts";
import { asking } from "../../src/cli/asking.ts";
import { readEnvironment } from "../../src/environment.ts";
import { deployed, lastWords, prodConfig, startProd } from "../stories/prod.ts";
import { runCommand } from "./store-commands.ts";

const GATED = prodConfig("    gates: { approvals: { count: 1, role: write } }\n");
const PLACE = { owner: "acme", repo: "shop", login: "wes" };

it("who sits at the server is answered as a comment would be, with nothing written there or at GitHub", async () => {
  const story = await startProd({ config: () => GATED });
  await story.comment("/promote prod 1.5.0", "ana");
  await story.comment("/why prod", "wes");
  const said = lastWords(story);
  story.shop.comment(1, "what is this?", "sam");
  await story.settle();
  const { calls } = story.sandbox.record;
  const before = calls.length;

  // As it is typed, in a process of its own beside the server.
  const env = story.environment;
  const why = await runCommand(["why", "prod", "--on", "acme/shop", "--as", "wes"], {
    databaseUrl: env["DATABASE_URL"] ?? "",
    env,
  });
  expect(why).toMatchObject({ code: 0, stderr: "" });
  expect(why.stdout).toContain("0 of 1 approval. Still needed is one by somebody with the role `write`");
  expect(said.split("\n").slice(1).join("\n").trim()).toBe(why.stdout.trim());

  const reading = readEnvironment(env, process.cwd());
  if (!reading.ok) throw new Error("the story's settings are wrong");
  const ask = (line: string, place: Partial<typeof PLACE> = {}) =>
    answerTo({ ...PLACE, ...place, line }, reading.settings, process.cwd());
  expect(markdownOf("wes", await ask("/plan prod 1.5.0"))).toContain("prod");
  expect(await ask("/status")).toMatchObject({ kind: "status", environments: [{ name: "prod" }] });
  expect(await ask("/plan moon")).toMatchObject({
    kind: "refusal",
    problem: { code: "unknown-environment" },
  });
  await expect(ask("/why", { login: "sam" })).rejects.toThrow("sam has no role above `read` in acme/shop");
  await expect(ask("/why", { repo: "nothing" })).rejects.toThrow("not installed in acme/nothing");
  await expect(ask("/why", { login: "nobody" })).rejects.toThrow("knows nobody called nobody");

  const written = calls
    .slice(before)
    .map(({ method, route }) => `${method} ${route ?? ""}`)
    .filter((call) => !call.startsWith("GET ") && !/access_tokens$|graphql$/.test(call));
  expect(written).toEqual([]);
  await story.settle();
  expect(lastWords(story)).toBe(said);
  expect(deployed(story)).toEqual([]);
});

it.each([
  ["status", ["--on", "acme/shop"], "Say whose question it is"],
  ["why", ["prod", "--as", "wes"], "Name the repository"],
  ["why", ["--on", "acme", "--as", "wes"], "no OWNER/NAME"],
  ["plan", ["prod\n/promote prod", "--on", "acme/shop", "--as", "wes"], "is no environment and no version"],
  ["plan", ["prod", "--reason=`id`", "--on", "acme/shop", "--as", "wes"], "reason"],
  ["why", ["prod", "dev", "--on", "acme/shop", "--as", "wes"], "is one word too many"],
  ["status", ["--on", "acme/shop", "--as", "@wes"], "is nobody's login"],
] as const)("waybill %s %j is refused before anything is looked at: %s", async (name, argv, why) => {
  const said = { stdout: "", stderr: "" };
  const code = await asking(name)(argv, {
    stdout: (text) => void (said.stdout += text),
    stderr: (text) => void (said.stderr += text),
  });
  expect({ code, stdout: said.stdout }).toEqual({ code: 2, stdout: "" });
  expect(said.stderr).toContain(why);
  expect(said.stderr).toContain(`Usage: waybill ${name}`);
});
