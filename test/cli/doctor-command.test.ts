/** The doctor as a command, and on PostgreSQL. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { openStore } from "../../src/store/index.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { closedPort, examined, hookWith, install, notOk, type Installed } from "./doctor-given.ts";

const ROOT = join(import.meta.dirname, "..", "..");

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `waybill doctor` as a process with these variables and what every process needs. */
async function run(
  argv: readonly string[],
  { env, folder }: Pick<Installed, "env" | "folder">,
): Promise<Ended> {
  const command = [join(ROOT, "bin", "guard.mjs"), "src/cli/main.ts", "doctor", ...argv];
  const child = spawn(process.execPath, command, {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => void (said[stream] += text));
  }
  const code = await new Promise<number | null>((settle) => void child.once("close", settle));
  return { code, ...said };
}

describe("waybill doctor on the command line", () => {
  it("says each finding in a line of its own, and ends with 0 where nothing is wrong", async () => {
    const { code, stdout, stderr } = await run([], await install());
    expect(stderr).toBe("");
    expect(stdout).toMatch(/^ok {11}webhook-secret {2}1 secret, long enough\.$/m);
    expect(stdout).toMatch(/^ok {11}app {13}GitHub knows it as Waybill \(/m);
    expect(stdout).toMatch(/\n16 ok, 0 warnings, 0 problems, 0 not checked\.\n$/);
    expect(code).toBe(0);
  });

  it("ends with 1 where something is wrong, with its mend; in JSON for scripts", async () => {
    const installed = await install();
    installed.story.sandbox.suspend("acme/shop");
    const { code, stdout } = await run(["--json"], installed);
    expect(code).toBe(1);
    const answer = JSON.parse(stdout) as { ok: boolean; checks: { status: string }[] };
    expect(answer.ok).toBe(false);
    expect(answer.checks.filter(({ status }) => status !== "ok")).toEqual([
      {
        check: expect.stringMatching(/^installation \d+$/),
        status: "problem",
        found: expect.stringContaining("suspended since"),
        mend: expect.stringContaining("unsuspend"),
      },
    ]);
  });

  it("looks at one installation when asked", async () => {
    const installed = await install();
    installed.story.sandbox.repository("globex/site");
    installed.story.sandbox.suspend("globex/site");
    const id = installed.story.shop.install();
    expect((await run([`--installation=${id}`], installed)).code).toBe(0);
    expect((await run([], installed)).code).toBe(1);
  });

  it.each([["--verbose"], ["--installation", "acme"], ["now"]])(
    "answers %s with the usage and 2",
    async (...argv) => {
      const { code, stdout, stderr } = await run(argv, { env: {}, folder: ROOT });
      expect(code).toBe(2);
      expect(stdout).toBe("");
      expect(stderr).toContain("usage: waybill doctor");
    },
  );

  it("tells what it can without any setting at all", async () => {
    const { env, folder } = {
      env: { GHE_HOST: `127.0.0.1:${await closedPort()}`, GHE_PROTOCOL: "http" },
      folder: "/",
    };
    const { code, stdout, stderr } = await run([], { env, folder });
    expect(stderr).toBe("");
    expect(code).toBe(1);
    for (const variable of ["APP_ID", "WEBHOOK_SECRET", "PRIVATE_KEY"])
      expect(stdout).toContain(`${variable}: It is not set.`);
    expect(stdout).toMatch(/^not checked {2}hook/m);
  });

  it("tells a proxy that refuses from one that is not there", async () => {
    const proxy = createServer().on("connect", (_request, socket: Socket) => {
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    });
    await new Promise<void>((resolve) => void proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    const through = (to: number): Promise<Ended> =>
      run([], { env: { NODE_USE_ENV_PROXY: "1", HTTPS_PROXY: `http://127.0.0.1:${to}` }, folder: "/" });
    expect((await through(port)).stdout).toContain("The proxy refuses to connect to api.github.com");
    expect((await through(await closedPort())).stdout).toContain("The proxy of HTTPS_PROXY is not reached");
    await new Promise((resolve) => void proxy.close(resolve));
  });

  it("asks the server on this machine without the proxy", async () => {
    const installed = await install();
    const proxy = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: `http://127.0.0.1:${await closedPort()}` };
    const { stdout } = await run([], { env: { ...installed.env, ...proxy }, folder: installed.folder });
    expect(stdout).toContain("The proxy of HTTP_PROXY is not reached");
    expect(stdout).toMatch(/^ok {11}server /m);
  });

  it("never repeats a secret, wherever it was put", async () => {
    const installed = await install();
    const canary = (): string => `c4n4ry${randomBytes(12).toString("hex")}`;
    const [inUrl, inQuery, inDatabase, inId, inPath] = [canary(), canary(), canary(), canary(), canary()];
    hookWith(installed, {
      url: `https://hook:${inUrl}@waybill.example/api/github/webhooks?token=${inQuery}`,
    });
    const port = await closedPort();
    const { env } = installed;
    env["DATABASE_URL"] = `postgres://waybill:${inDatabase}@127.0.0.1:${port}/waybill`;
    const texts = [await run([], installed), await run(["--json"], installed)];
    Object.assign(env, {
      APP_ID: inId,
      PRIVATE_KEY_PATH: inPath,
      DATABASE_URL: `mysql://waybill:${inDatabase}@db/waybill`,
    });
    texts.push(await run([], installed));
    const said = texts.map(({ stdout, stderr }) => stdout + stderr).join("");
    expect(said).toContain("https://waybill.example/api/github/webhooks: the server answers at");
    expect(said).toContain("PostgreSQL cannot be reached");
    const key = (installed.story.environment["PRIVATE_KEY"] ?? "").split("\n")[1] ?? "";
    const secrets = [inUrl, inQuery, inDatabase, inId, inPath, installed.story.webhookSecret, key];
    for (const secret of secrets) expect(said.includes(secret)).toBe(false);
  });
});

describe("what the doctor loads at its start", () => {
  it("is nothing heavy: neither Probot nor a database's client nor the logger", () => {
    const packages = new Set<string>();
    const files = new Set<string>();
    const follow = (file: string): void => {
      if (files.has(file)) return;
      files.add(file);
      const text = readFileSync(file, "utf8");
      for (const [, names = "", from = ""] of text.matchAll(
        /^(?:import|export) (?!type\b)([^;]*?) from "([^"]+)";/gm,
      )) {
        const onlyTypes = /^\{(\s*type [^,}]+,?)+\s*\}$/.test(names);
        if (onlyTypes) continue;
        if (from.startsWith(".")) follow(resolve(dirname(file), from));
        else if (!from.startsWith("node:")) packages.add(from);
      }
    };
    follow(join(ROOT, "src", "cli", "doctor.ts"));
    expect(files.size).toBeGreaterThan(10);
    expect([...files].every((file) => existsSync(file))).toBe(true);
    expect([...packages].sort()).toEqual(["ipaddr.js", "yaml", "zod"]);
  });
});

describePostgres("the doctor on PostgreSQL", () => {
  async function onPostgres(): Promise<Installed & { readonly url: string }> {
    const installed = await install();
    const url = await createTestDatabase();
    installed.env["DATABASE_URL"] = url;
    return Object.assign(installed, { url });
  }

  async function setUp(url: string): Promise<void> {
    const store = await openStore(url, { cwd: "/" });
    await store.close();
  }

  it("finds an empty database that the server can set up, and leaves it empty", async () => {
    const installed = await onPostgres();
    for (let time = 0; time < 2; time += 1) {
      const checks = await examined(installed);
      expect(notOk(checks)).toEqual({ jobs: "unknown" });
      expect(checks.find(({ check }) => check === "database")?.found).toMatch(/^PostgreSQL \d+.*: empty/);
    }
  });

  it("finds one that is set up", async () => {
    const installed = await onPostgres();
    await setUp(installed.url);
    expect(notOk(await examined(installed))).toEqual({});
  });

  it("finds one that is not there, and a server that is not there", async () => {
    const installed = await onPostgres();
    const { url } = installed;
    installed.env["DATABASE_URL"] = url.replace(/\/[^/?]+(\?|$)/, "/none_such$1");
    const missing = await examined(installed);
    expect(notOk(missing)).toEqual({ database: "problem", jobs: "unknown" });
    expect(missing.find(({ check }) => check === "database")?.found).toContain("no database of this name");
    installed.env["DATABASE_URL"] = `postgres://waybill@127.0.0.1:${await closedPort()}/waybill`;
    const down = await examined(installed);
    expect(notOk(down)).toEqual({ database: "problem", jobs: "unknown" });
    expect(down.find(({ check }) => check === "database")?.found).toContain("(ECONNREFUSED)");
  });

  it("finds one that can only be read", async () => {
    const installed = await onPostgres();
    await setUp(installed.url);
    const separator = installed.url.includes("?") ? "&" : "?";
    installed.env["DATABASE_URL"] =
      `${installed.url}${separator}options=-c%20default_transaction_read_only%3Don`;
    const checks = await examined(installed);
    expect(notOk(checks)).toEqual({ database: "problem" });
    expect(checks.find(({ check }) => check === "database")?.found).toContain("can only be read");
  });
});
