/**
 * The threats of PROMISES.md that concern what is built so far, one test each, at the lowest level at which it is honest. Threats
 * 11 (redaction: test/logging.test.ts), 13 (test/probe), 15 (anchors and signatures) and 16 (the dashboard) are not here.
 */
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseConfig } from "../src/core/config/index.ts";
import type { InstallationId, RepositoryId } from "../src/core/ids.ts";
import { effectJob, eventJob } from "../src/engine/jobs.ts";
import { connectGitHub } from "../src/github/client.ts";
import { createLogger } from "../src/logging.ts";
import type { Delivery } from "../src/sandbox/index.ts";
import type { CallRecord } from "../src/sandbox/record.ts";
import { requested } from "./core/given.ts";
import { appKey } from "./support/app-key.ts";
import { startStory, type Story } from "./support/story.ts";

const words = (story: Story, issue: number) => story.shop.comments(issue).map((one) => one.body);
const inProd = (story: Story) =>
  story.sandbox.record.deployments
    .filter((one) => one.environment === "prod")
    .map((one) => `${one.component} ${one.version} ${one.sha}`);
const audit = async (story: Story) =>
  (
    await story.store.auditRecords(
      story.sandbox.deliveries.find((one) => one.installationId !== null)?.installationId as InstallationId,
      0,
      1_000,
    )
  ).map((line) => `${line.actor} ${line.type} ${line.ref}`);

/** Sends a webhook as GitHub would, with a right signature. */
async function post(
  story: Story,
  event: string,
  payload: string,
  guid: string = randomUUID(),
): Promise<number> {
  const signature = createHmac("sha256", story.webhookSecret).update(payload).digest("hex");
  const headers = {
    "content-type": "application/json",
    "x-github-event": event,
    "x-github-delivery": guid,
    "x-hub-signature-256": `sha256=${signature}`,
  };
  const { status } = await fetch(`${story.waybillUrl}/api/github/webhooks`, {
    method: "POST",
    headers,
    body: payload,
  });
  await story.settle();
  return status;
}

function lastDelivery(story: Story, event: string, holds: string): Delivery {
  const found = story.sandbox.deliveries.findLast(
    (one) => one.event === event && one.payload.includes(holds),
  );
  if (found === undefined) throw new Error(`no ${event} with ${holds}`);
  return found;
}

describe("threat 3: stale and own approvals", () => {
  let story: Story;
  afterAll(() => story.end());

  it("an approval counts for one commit and one environment, and never by whoever asked", async () => {
    const gates = "gates: { approvals: { role: write } }";
    const environments = `environments:\n  qa: { ${gates} }\n  prod: { after: [], ${gates} }\n`;
    story = await startStory({
      config: () => `components: { api: { workflow: deploy.yml } }\n${environments}`,
    });
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
    await story.comment("/approve qa 1.5.0", "wes", 1);
    await story.comment("/approve prod 1.5.0", "ana", 1);
    await story.comment("/promote prod 1.5.0", "ana", 1);
    expect(words(story, 1).join()).toContain("The approval of ana does not count: ana asked for it.");
    expect(inProd(story)).toEqual([]);
    // What was approved is not what the tag means by the time at which it may begin.
    await story.comment("/freeze prod", "ana", 1);
    await story.comment("/approve prod 1.5.0", "wes", 1);
    story.shop.moveTag("v1.5.0", story.shop.commit({ message: "feat: not seen by anybody" }), { by: "ana" });
    await story.comment("/unfreeze prod", "ana", 1);
    expect(inProd(story)).toEqual([]);
    await story.comment("/promote prod 1.5.0", "ana", 1);
    expect(words(story, 1).at(-1)).toContain("A version means one commit for ever");
    expect(inProd(story)).toEqual([]);
  });
});

/** Whether a call of GraphQL only asks. */
function isQuestion({ path, requestBody }: CallRecord): boolean {
  const { query = "" } = (requestBody ?? {}) as { query?: string };
  return path.endsWith("/graphql") && query.startsWith("query");
}

describe("in one repository", () => {
  let story: Story;
  let talk: number;
  beforeAll(async () => {
    story = await startStory();
    await story.settle();
    talk = story.shop.openIssue({ title: "Talk", author: "ana" });
    story.merge("feat(api): accept vouchers");
    await story.settle();
    story.shop.tag("v1.5.0", { by: "ana" });
    await story.settle();
  });
  afterAll(() => story.end());

  it('threat 2: a push says only "look again"; what it claims about the head is not believed', async () => {
    const { payload } = lastDelivery(story, "push", "refs/heads/main");
    const lie = JSON.stringify({
      ...(JSON.parse(payload) as object),
      after: "f".repeat(40),
      head_commit: { id: "f".repeat(40) },
    });
    const before = story.sandbox.record.deployments.length;
    expect(await post(story, "push", lie)).toBe(202);
    expect(story.sandbox.record.deployments).toHaveLength(before);
    expect(
      JSON.stringify(story.sandbox.record.calls.map((call) => [call.path, call.requestBody])),
    ).not.toContain("f".repeat(40));
  });

  it("threat 4: a tag may name any commit, but only those on the release branch are promoted", async () => {
    story.shop.openPullRequest({ title: "feat: not reviewed", author: "wes", branch: "sideways" });
    const sideways = story.shop.sha("sideways") ?? "";
    story.shop.tag("v9.0.0", { sha: sideways, by: "wes" });
    await story.settle();
    await story.comment("/promote staging 9.0.0", "ana", talk);
    expect(words(story, talk).at(-1)).toContain("is not on the release branch `main`");
    expect(JSON.stringify(story.sandbox.record.deployments)).not.toContain("9.0.0");
    // Said in a comment (its marker names the commit) and in the check of the pull request whose head it is, and used for nothing else.
    const written = story.sandbox.record.calls.filter(
      (call) =>
        call.method !== "GET" && !isQuestion(call) && JSON.stringify(call.requestBody).includes(sideways),
    );
    for (const call of written) expect(call.path).toMatch(/\/(comments|check-runs)$/);
    story.shop.deleteTag("v9.0.0", { by: "wes" });
  });

  it("threat 5: the config of a pull request counts for nothing until it is merged", async () => {
    const hostile = "environments: { prod: { permissions: { promote: triage } }, dev: {} }\n";
    const number = story.shop.openPullRequest({
      title: "chore: let me",
      author: "tri",
      branch: "let-me",
      files: {
        ".github/waybill.yml": hostile,
        ".github/workflows/deploy.yml": "on: workflow_dispatch\njobs: {}\n",
      },
    });
    const before = inProd(story);
    await story.comment("/promote prod 1.5.0", "tri", number);
    expect(words(story, number).at(-1)).toContain("takes the role `maintain`");
    expect(inProd(story)).toEqual(before);
    // It is read for its check alone, which says what is wrong with it and decides nothing.
    expect(story.shop.checkRuns().at(-1)).toMatchObject({ name: "Waybill config", conclusion: "failure" });
    const read = story.sandbox.record.calls.filter((call) => call.path.includes("/contents/"));
    for (const call of read) expect(call.query["ref"]).toMatch(/^[0-9a-f]{40}$|^main$/);
  });

  it.each([
    ["in a fence", "```\n/promote prod 1.5.0\n```"],
    ["in a quote", "> /promote prod 1.5.0"],
    ["in an HTML comment", "<!--\n/promote prod 1.5.0\n-->"],
    ["in <details>", "<details>\n\n/promote prod 1.5.0\n\n</details>"],
    ["after other words", "Shall we?\n/promote prod 1.5.0"],
    ["with a letter of another alphabet", "/pr\u043Emote prod 1.5.0"],
    ["with a character that nobody sees", "/promote\u200B prod 1.5.0"],
  ])("threat 6: a command %s is no command", async (_where, body) => {
    const before = [inProd(story), words(story, talk).length];
    const comment = await story.comment(body, "ana", talk);
    expect([inProd(story), words(story, talk).length - 1]).toEqual(before);
    expect(story.shop.reactions(comment)).toEqual([]);
  });

  it("threat 6: a comment edited into a command is no command", async () => {
    const comment = await story.comment("Looks good.", "ana", talk);
    const before = inProd(story);
    story.shop.editComment(comment, "/promote prod 1.5.0", "wes");
    await story.settle();
    expect(inProd(story)).toEqual(before);
    expect(story.shop.reactions(comment)).toEqual([]);
  });

  it("threat 7: what is no name of the config is refused as it stands, and inputs are only names, SHAs, versions and ids", async () => {
    await story.comment("/promote prod;$(id)", "ana", talk);
    await story.comment("/promote $(id) 1.5.0", "ana", talk);
    await story.comment("/promote prod 1.5.0`id`", "ana", talk);
    await story.comment("/promote ../../prod", "ana", talk);
    expect(words(story, talk).at(-1)).toContain("was not done");
    const sent = story.sandbox.record.calls.filter((call) => call.path.endsWith("/dispatches"));
    expect(sent.length).toBeGreaterThan(0);
    for (const { requestBody } of sent) {
      const { ref, inputs } = requestBody as { ref: string; inputs: Record<string, string> };
      expect(ref).toMatch(/^(main|v\d+\.\d+\.\d+)$/);
      for (const value of Object.values(inputs)) expect(value).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
    }
  });

  it("threat 8: a bot's comment is no command; its merges and tags count all the same", async () => {
    story.sandbox.user("renovate[bot]", { type: "Bot" });
    story.shop.setCollaborators({ "renovate[bot]": "maintain" });
    const before = words(story, talk).length;
    await story.comment("/promote prod 1.5.0", "renovate[bot]", talk);
    expect(words(story, talk)).toHaveLength(before + 1);
    story.merge("fix(web): pin a dependency", { author: "renovate[bot]" });
    await story.settle();
    expect(story.sandbox.record.deployments.at(-1)?.version).toMatch(/^1\.5\.1-dev\.1$/);
  });

  it("threat 9: a stranger gets a line in the audit log, no eyes and no answer; anybody else the reason", async () => {
    const before = words(story, talk).length;
    for (const [who, command] of [
      ["rea", "/promote prod 1.5.0"],
      ["nobody-knows", "/help"],
    ] as const) {
      const comment = await story.comment(command, who, talk);
      expect(story.shop.reactions(comment)).toEqual([]);
      expect((await audit(story)).at(-1)).toMatch(new RegExp(`^user:\\d+ command\\.ignored ${comment}$`));
    }
    expect(words(story, talk)).toHaveLength(before + 2);
    await story.comment("/promote prod 1.5.0", "tri", talk);
    expect(words(story, talk).at(-1)).toContain("you have `triage`");
  });

  it("threat 9: author_association is not a permission", async () => {
    const comment = await story.comment("Hello.", "rea", talk);
    const { payload } = lastDelivery(story, "issue_comment", `"id":${comment}`);
    const claimed = JSON.parse(payload) as { comment: { body: string; author_association: string } };
    claimed.comment.body = "/promote prod 1.5.0";
    claimed.comment.author_association = "OWNER";
    const before = [inProd(story), words(story, talk).length];
    await post(story, "issue_comment", JSON.stringify(claimed));
    expect([inProd(story), words(story, talk).length]).toEqual(before);
  });

  it("threat 10: a command heard again under a new GUID is the same command; answers are not repeated", async () => {
    const promoted = await story.comment("/promote prod 1.5.0", "ana", talk);
    const asked = await story.comment("/status", "ana", talk);
    const before = [inProd(story), words(story, talk).length];
    expect(before[0]).toHaveLength(2);
    for (const comment of [promoted, asked]) {
      const { payload, guid } = lastDelivery(story, "issue_comment", `"id":${comment}`);
      expect(await post(story, "issue_comment", payload)).toBe(202);
      expect(await post(story, "issue_comment", payload, guid)).toBe(202);
    }
    expect([inProd(story), words(story, talk).length]).toEqual(before);
  });

  it("P6 no secret is in any log line, comment, audit row, or anywhere in what GitHub was sent", async () => {
    const tokens = story.sandbox.record.calls.flatMap(
      (call) => JSON.stringify(call.responseBody).match(/ghs_[A-Za-z0-9_.-]{10,}/g) ?? [],
    );
    const secrets = [story.webhookSecret, ...tokens];
    const shown = JSON.stringify([
      story.log,
      story.shop.comments(),
      story.shop.issues(),
      story.shop.releases(),
      await audit(story),
      story.sandbox.record.calls.map((call) => [call.path, call.query, call.requestBody]),
    ]);
    for (const secret of secrets) expect(shown).not.toContain(secret);
    expect(shown).not.toMatch(/ghs_[A-Za-z0-9]{10}|BEGIN [A-Z ]*PRIVATE KEY|eyJ[\w-]+\.eyJ/);
  });
});

describe("in a repository of its own", () => {
  let story: Story | null = null;
  afterEach(async () => {
    await story?.end();
    story = null;
  });

  it("threat 1: a tag that is moved between the command and its turn is not deployed: what was shown is what runs", async () => {
    story = await startStory();
    const { shop } = story;
    await story.settle();
    const talk = shop.openIssue({ title: "Talk", author: "ana" });
    for (const version of ["v1.5.0", "v1.5.1"]) {
      story.merge(`feat(api): what ${version} brings`);
      await story.settle();
      shop.tag(version, { by: "ana" });
      await story.settle();
    }
    shop.script({ component: "api", environment: "prod", version: "1.5.0", outcome: "hang" });
    await story.comment("/promote prod 1.5.0", "ana", talk);
    await story.comment("/promote prod 1.5.1", "ana", talk);
    const shown = shop.sha("v1.5.1") ?? "";
    story.merge("feat(api): slipped in");
    await story.settle();
    shop.moveTag("v1.5.1", shop.sha("main") ?? "", { by: "wes" });
    const hanging = shop.runs().find((run) => run.status === "in_progress");
    shop.finishRun(hanging?.id ?? 0, "succeed");
    await story.settle(600_000);
    expect(words(story, talk).join("\n")).toContain("no longer means the commit that was accepted");
    expect(words(story, talk).join("\n")).toContain(shown.slice(0, 7));
    expect(inProd(story).filter((one) => one.includes(" 1.5.1 "))).toEqual([]);
  });

  it("P6 no secret and no token is written into the database", async () => {
    const home = mkdtempSync(join(tmpdir(), "waybill-canary-"));
    story = await startStory({ databaseUrl: `sqlite:${join(home, "waybill.db")}` });
    await story.settle();
    story.merge("feat(api): accept vouchers");
    await story.settle();
    const written = readdirSync(home)
      .map((name) => readFileSync(join(home, name)).toString("latin1"))
      .join("");
    expect(written).toContain("accept vouchers");
    expect(written).not.toContain(story.webhookSecret);
    expect(written).not.toMatch(/ghs_[A-Za-z0-9]{10}|PRIVATE KEY-----/);
    rmSync(home, { recursive: true, force: true });
  });
});

describe("names and texts", () => {
  it.each(["..", ".", "a?b", "a%2fb", ""])(
    "threat 12: a repository that GitHub calls %j is not spoken to: octokit would put it into a path as it stands",
    async (name) => {
      const asked: string[] = [];
      const server = createServer((request, response) => {
        asked.push(request.url ?? "");
        const body = request.url?.includes("access_tokens")
          ? { token: "ghs_test", expires_at: new Date(Date.now() + 3_600_000).toISOString(), permissions: {} }
          : { total_count: 1, repositories: [{ id: 12, full_name: `acme/${name}` }] };
        response.writeHead(request.method === "POST" ? 201 : 200, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const github = connectGitHub({
        appId: 1,
        privateKey: appKey().privateKey,
        webhookSecret: "x".repeat(32),
        baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        clock: { now: () => Date.now() },
        writesPerMinute: 60,
        log: createLogger({ level: "silent", secrets: [] }),
      });
      const said = await github.forRepository(1 as InstallationId, 12 as RepositoryId).then(
        () => "it was spoken to",
        (error: unknown) => String(error),
      );
      expect(said).toContain("in an unexpected way");
      expect(asked.filter((path) => path.startsWith("/repos"))).toEqual([]);
      server.close();
    },
  );

  it.each(["../../etc/passwd", "..", "a/../b.yml", "deploy.yml/../x", "/deploy.yml", "deploy.yml?ref=x"])(
    "threat 12: the config may not name the workflow %j",
    (workflow) => {
      const text = `components:\n  api: { workflow: ${JSON.stringify(workflow)} }\nenvironments:\n  prod: {}\n`;
      expect(parseConfig(text, { path: "waybill.yml", repositoryName: "shop" }).ok).toBe(false);
    },
  );

  it("threat 14: a YAML bomb is refused at once, with the place", () => {
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${"bcdefghij"
      .split("")
      .map((name, at) => `${name}: &${name} [${`*${"abcdefghij"[at] ?? "a"},`.repeat(9)}]`)
      .join("\n")}\nenvironments: *j\n`;
    const begun = performance.now();
    const reading = parseConfig(bomb, { path: "waybill.yml", repositoryName: "shop" });
    expect(reading.ok).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1_000);
    if (!reading.ok) expect(reading.problems[0]?.line).toBeGreaterThan(0);
  });

  it("threat 14: every key of a job names the tenant: the same repository number elsewhere is another lane", () => {
    const lane = { installation: 1 as InstallationId, repository: 12 as RepositoryId, environment: "prod" };
    const elsewhere = { ...lane, installation: 2 as InstallationId };
    const planned = {
      id: "live:c1",
      effect: { type: "cancelRun", runId: 1 },
      delayMs: 0,
      serial: "comment:c1",
      coalesce: true,
    } as const;
    for (const make of [
      (of: typeof lane) => effectJob(of, planned, 0),
      (of: typeof lane) => eventJob({ lane: of, event: requested() }, 0, null),
    ]) {
      const [one, other] = [make(lane), make(elsewhere)];
      expect(one.key).not.toBe(other.key);
      if (one.dedupe !== null) expect(one.dedupe).not.toBe(other.dedupe);
    }
  });
});
