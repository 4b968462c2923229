/** `waybill simulate`: what would come of a webhook, in the server's own words, and nothing done. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { simulate } from "../../src/cli/simulate.ts";
import { readWebhook } from "../../src/cli/simulate/payload.ts";
import { givenClone, runCommand, type Clone } from "./given-clone.ts";

type Payload = Record<string, unknown> & { comment?: { body: string; user: { login: string } } };

const published = JSON.parse(
  readFileSync(new URL(import.meta.resolve("@octokit/webhooks-examples")), "utf8"),
) as readonly { readonly name: string; readonly examples: readonly Payload[] }[];

/** GitHub's first published example of a webhook, with this action. */
function example(name: string, action?: string): Payload {
  const all = published.find((one) => one.name === name)?.examples ?? [];
  const found = all.find((payload) => action === undefined || payload["action"] === action);
  if (found === undefined) throw new Error(`GitHub has no example of ${name} ${action ?? ""}`);
  return structuredClone(found);
}

const CONFIG = "environments: { staging: {}, prod: {} }\n";
const DEPLOY = `name: Deploy
on: { workflow_dispatch: { inputs: { environment: { type: string }, correlation_id: { type: string } } } }
jobs: { deploy: { runs-on: ubuntu-latest, steps: [{ run: deploy }] } }
`;

let clone: Clone;
beforeEach(() => {
  clone = givenClone();
  clone.commit("feat: begin", { ".github/waybill.yml": CONFIG, ".github/workflows/deploy.yml": DEPLOY });
  clone.git("tag", "v1.4.2");
  clone.commit("feat: accept vouchers");
});
afterEach(() => clone.remove());

function fileOf(payload: unknown, name = "event.json"): string {
  const file = join(clone.folder, name);
  writeFileSync(file, typeof payload === "string" ? payload : JSON.stringify(payload));
  return file;
}

const run = (payload: unknown, ...argv: string[]) =>
  runCommand(simulate, ["--event", fileOf(payload), "--repo", clone.folder, ...argv]);

/** A comment of somebody who does not own the repository. */
function comment(body: string): Payload {
  const payload = example("issue_comment", "created");
  const wes = { login: "wes", id: 12, type: "User" };
  return { ...payload, sender: wes, comment: { ...payload.comment, body, user: wes } };
}

interface Shown {
  readonly webhook: string;
  readonly sender: unknown;
  readonly events: readonly { readonly environment: string; readonly event: { readonly type: string } }[];
  readonly effects: readonly { readonly effect: { readonly type: string }; readonly words: string | null }[];
  readonly failure: string | null;
}

async function shown(payload: unknown, ...argv: string[]): Promise<Shown> {
  const { out, err, code } = await run(payload, "--json", ...argv);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  return JSON.parse(out) as Shown;
}

const typesOf = ({ events, effects }: Shown) => [
  events.map(({ event }) => event.type),
  effects.map(({ effect }) => effect.type),
];

describe("waybill simulate", () => {
  it("shows what a command would lead to, with the words that people would read", async () => {
    const { out, code } = await run(comment("/promote staging 1.4.2"));
    expect(code).toBe(0);
    expect(out).toMatch(
      /^issue_comment\.created in Codertocat\/Hello-World, at 2019-05-15T\S+, by wes \(maintain\)\n/,
    );
    expect(out).toContain("  PromotionRequested (staging)\n");
    expect(out).toContain("  promotion.accepted c");
    expect(out).toContain("  1. react (staging)\n     | :eyes:\n");
    expect(out).toContain("     | wes asked for `1.4.2`");
    expect(out).toContain("None of them was performed.");
  });

  it("asks for the sender's right as the server does", async () => {
    const refused = await shown(comment("/promote prod 1.4.2"), "--role", "write");
    expect(typesOf(refused)).toEqual([["CommandsAnswered"], ["react", "react", "comment"]]);
    expect(refused.effects[2]?.words).toContain("`maintain`");
    expect(typesOf(await shown(comment("/promote prod 1.4.2"), "--role", "read"))).toEqual([
      ["StrangerIgnored"],
      [],
    ]);
  });

  it("knows the repository's branch: a pull request has its preview, and a tag is a release of the changes since the last one", async () => {
    expect(typesOf(await shown(example("pull_request", "opened")))).toEqual([
      ["PullChanged"],
      ["drawPreview"],
    ]);
    clone.git("tag", "v1.5.0");
    const after = clone.git("rev-parse", "HEAD").trim();
    const tagged = await shown({ ...example("push"), ref: "refs/tags/v1.5.0", after, deleted: false });
    expect(typesOf(tagged)[0]).toEqual(["ReleaseTagged", "BranchMoved"]);
    const publish = tagged.effects.find(({ effect }) => effect.type === "publishRelease");
    expect(publish?.words).toContain("accept vouchers");
  });

  it("makes a repository of a config alone, and of what was pushed", async () => {
    const push = {
      ...example("push"),
      ref: "refs/heads/master",
      deleted: false,
      commits: [{ id: "a1", message: "feat: try it" }],
    };
    const { out, code } = await runCommand(simulate, [
      "--event",
      fileOf(push),
      "--config",
      fileOf(CONFIG, "tried.yml"),
    ]);
    expect(code).toBe(0);
    expect(out).toContain("1. drawNotice, after 5 s\n     | Coming next: 0.1.0\n");
  });

  it("shows a config's mistake as people would read it", async () => {
    const { effects } = await shown(comment("/status"), "--config", fileOf("environments: [", "broken.yml"));
    expect(effects.at(-1)?.words).toContain("line 1, column 16");
  });

  it("takes what GitHub shows of a delivery, and says nothing of what is not Waybill's", async () => {
    const delivery = { id: 1, event: "star", request: { headers: {}, payload: example("star", "created") } };
    expect((await run(delivery)).out).toContain("star.created in ");
    expect((await run(delivery)).out).toContain("Nothing comes of it");
  });

  /** Of each of GitHub's webhooks one example; `npm test` has all of them go through the server besides (test/stories/webhook-examples.test.ts). */
  it.each([
    ["installation", "suspend", ["StandingDoubted"], ["lookAtStanding"]],
    ["repository", "transferred", ["StandingDoubted"], ["lookAtStanding"]],
    ["issue_comment", "created", [], []],
    ["check_run", "completed", [], []],
    ["workflow_run", "completed", [], []],
    ["deployment_status", "created", [], []],
    ["release", "published", [], []],
    ["projects_v2_item", "created", [], []],
  ])("of GitHub's example of %s %s comes %j", async (name, action, events, effects) => {
    expect(typesOf(await shown(example(name, action), "--name", name))).toEqual([events, effects]);
  });

  it("tells by the shape which webhook it is, of all that Waybill does anything about", () => {
    const acted = [
      "check_run",
      "deployment",
      "deployment_status",
      "issue_comment",
      "pull_request",
      "push",
      "status",
      "workflow_run",
    ];
    for (const { name, examples } of published.filter((one) => acted.includes(one.name)))
      for (const payload of examples) expect(readWebhook(fileOf(payload), null).name).toBe(name);
  });

  it.each<[string, () => string[], number, string]>([
    ["no event", () => [], 2, "--event is missing"],
    ["a file that is not there", () => ["--event", join(clone.folder, "none.json")], 1, "cannot be read"],
    ["what is no JSON", () => ["--event", fileOf("{")], 1, "is no JSON"],
    ["what is no object", () => ["--event", fileOf("[]")], 1, "is a JSON object"],
    ["an unknown shape", () => ["--event", fileOf({ a: 1 })], 1, "name it with --name"],
    ["a name that is none", () => ["--event", fileOf({}), "--name", "Push!"], 2, "is no webhook's name"],
    ["a role that is none", () => ["--event", fileOf({}), "--role", "boss"], 2, "none of read, triage"],
    [
      "a folder that is none",
      () => ["--event", fileOf(comment("/help")), "--repo", "/nowhere"],
      1,
      "/nowhere",
    ],
    [
      "a config that is not there",
      () => ["--event", fileOf({}), "--config", "/nowhere.yml"],
      1,
      "cannot be read",
    ],
  ])("refuses %s", async (_what, argv, code, words) => {
    const answer = await runCommand(simulate, argv());
    expect(answer).toMatchObject({ code, out: "" });
    expect(answer.err).toContain(words);
  });
});
