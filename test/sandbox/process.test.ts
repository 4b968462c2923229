import { execFileSync, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { RemoteSandbox } from "../../src/sandbox/client.ts";
import { connectSandbox } from "../../src/sandbox/client.ts";
import { openReceiver, WORKFLOW, WORKFLOW_FILE } from "./support.ts";

const MAIN = fileURLToPath(new URL("../../src/sandbox/main.ts", import.meta.url));

/** Runs the stand-in as a process of its own, as kill tests do. */
async function withProcess(
  work: (remote: RemoteSandbox, line: Record<string, unknown>) => Promise<void>,
): Promise<number | null> {
  const child = spawn(process.execPath, [MAIN, "--port", "0", "--app-id", "77", "--runner-delay", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code));
  });
  const line = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes("\n")) resolve(text);
    });
    child.once("error", reject);
    child.once("exit", () => reject(new Error("The stand-in ended at once.")));
  });
  try {
    const started = JSON.parse(line) as Record<string, unknown>;
    await work(connectSandbox(String(started.url)), started);
  } finally {
    child.kill("SIGTERM");
  }
  return ended;
}

describe("the stand-in as a process", () => {
  test("says where it is, does over HTTP all that tests need, and ends when told", async () => {
    const code = await withProcess(async (remote, line) => {
      expect(line).toMatchObject({ app: { id: 77, slug: "waybill" } });
      expect(JSON.stringify(line)).not.toContain("PRIVATE KEY");
      expect((await remote.app()).privateKeyPem).toContain("BEGIN RSA PRIVATE KEY");
      const receiver = await openReceiver();
      await remote.setWebhook({ url: receiver.url, secret: "a secret of tests" });
      const shop = await remote.createRepository("acme/shop", {
        files: { [WORKFLOW_FILE]: WORKFLOW },
        collaborators: { ana: "maintain" },
      });
      const pull = await shop.openPullRequest({ title: "feat: one", files: { a: "1" } });
      const sha = await shop.mergePullRequest(pull, { by: "ana", method: "squash" });
      await shop.tag("v1.0.0", { annotated: true });
      expect(await shop.sha("v1.0.0")).toBe(sha);
      expect(await shop.file("a", "v1.0.0")).toBe("1");
      await shop.script({ environment: "prod", outcome: "fail", times: 1 });
      const id = await shop.comment(pull, "/status", "ana");
      expect(await shop.comments(pull)).toMatchObject([{ id, author: "ana" }]);
      await remote.addFault({ route: "POST *", kind: { status: 502 }, times: null });
      await remote.clearFaults();
      const token = await remote.userToken("ana");
      const answer = await fetch(
        `${remote.url}/api/v3/repos/acme/shop/actions/workflows/deploy.yml/dispatches`,
        {
          method: "POST",
          headers: { authorization: `Bearer ${token}` },
          body: JSON.stringify({
            ref: "v1.0.0",
            inputs: { environment: "dev", component: "api", version: "1.0.0" },
          }),
        },
      );
      expect(answer.status).toBe(204);
      await remote.settled();
      expect(await shop.runs()).toMatchObject([{ conclusion: "success", title: "Deploy api 1.0.0 to dev" }]);
      const { url, version } = await shop.target("api", "dev");
      expect([version, (await fetch(url)).status]).toEqual(["1.0.0", 200]);
      await shop.setTargetVersion("api", "dev", "0.9.0");
      expect(await (await fetch(url)).json()).toMatchObject({ version: "0.9.0" });
      const record = await remote.record();
      expect(record.deployments).toMatchObject([
        { component: "api", environment: "dev", outcome: "succeed" },
      ]);
      expect(record.calls.map((call) => call.route)).toContain(
        "/repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
      );
      const [delivery] = (await remote.deliveries()).filter((one) => one.event === "issue_comment");
      expect(await remote.redeliver(delivery?.guid ?? "")).toBe(true);
      await remote.settled();
      expect(receiver.received.filter((one) => one.guid === delivery?.guid)).toHaveLength(2);
      // What owners do, works over HTTP, too; the old name goes on leading to the repository.
      await shop.rename("store", "ana");
      expect(await shop.sha("v1.0.0")).toBe(sha);
      await remote.team("acme/crew", { members: ["ana"], repositories: { "acme/store": "admin" } });
      await remote.setLimits({ requestsPerHour: 0 });
      const limited = await fetch(`${remote.url}/api/v3/repos/acme/store`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(limited.status).toBe(403);
      await remote.setLimits({});
      await remote.setApp({ events: ["push"] });
      await remote.uninstall("acme/store");
      await remote.settled();
      expect(receiver.received.slice(-2).map((one) => one.event)).toEqual(["repository", "installation"]);
      await expect(shop.mergePullRequest(pull)).rejects.toThrow(`#${pull} is no open pull request.`);
      await receiver.close();
    });
    expect(code).toBe(0);
  });

  test("is steered from this machine only: no foreign page, no foreign name, no plain form", async () => {
    await withProcess(async (remote) => {
      const ask = (headers: Record<string, string>) =>
        fetch(`${remote.url}/_sandbox/rpc`, { method: "POST", headers, body: '{"method":"app"}' });
      expect((await ask({ "content-type": "application/json" })).status).toBe(200);
      expect((await ask({ "content-type": "text/plain" })).status).toBe(404);
      expect((await ask({ "content-type": "application/json", origin: "https://evil.example" })).status).toBe(
        403,
      );
      const { port } = new URL(remote.url);
      const rebound = execFileSync("curl", [
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "-H",
        `Host: evil.example:${port}`,
        `${remote.url}/_sandbox/record`,
      ]);
      expect(rebound.toString()).toBe("403");
      const unknown = await fetch(`${remote.url}/_sandbox/rpc`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"method":"constructor"}',
      });
      expect(unknown.status).toBe(400);
    });
  });

  test("explains itself, and refuses options that it does not know", () => {
    expect(execFileSync(process.execPath, [MAIN, "--help"], { encoding: "utf8" })).toContain("--webhook-url");
    const wrong = (...options: string[]): number | null => {
      try {
        execFileSync(process.execPath, [MAIN, ...options], { stdio: "ignore" });
        return 0;
      } catch (error) {
        return (error as { status: number | null }).status;
      }
    };
    expect(wrong("--colour", "red")).toBe(2);
    expect(wrong("--port", "many")).toBe(2);
    expect(wrong("--webhook-url", "http://127.0.0.1:1")).toBe(2);
  });
});
