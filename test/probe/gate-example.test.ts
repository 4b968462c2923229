/** The service that docs/gates.md shows is a whole one: it runs as it stands there, and Waybill's questions satisfy it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { questionTo } from "../../src/core/gates/external.ts";
import { createGateAsker } from "../../src/probe/gate.ts";
import { NOON, planOf, request } from "../core/given.ts";

const KEYS = ["0123456789abcdefghijklmnopqrstuv", "vutsrqponmlkjihgfedcba9876543210"].map((text) =>
  Buffer.from(text),
);

/** Starts the documented service; answers its port. */
async function documented(key: Buffer): Promise<number> {
  const text = readFileSync(join(import.meta.dirname, "../../docs/gates.md"), "utf8");
  const [, code] = /```js\n([^]*?)```/.exec(text) ?? [];
  const folder = mkdtempSync(join(tmpdir(), "waybill-gate-"));
  writeFileSync(join(folder, "service.mjs"), code ?? "");
  const env = { ...process.env, PORT: "0", WAYBILL_GATE_SECRET: `whsec_${key.toString("base64")}` };
  const child = spawn(process.execPath, [join(folder, "service.mjs")], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => {
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return Number(/\d+/.exec(line.toString("utf8"))?.[0]);
}

it("the documented service answers Waybill, by whichever of its secrets it knows, and nobody else", async () => {
  const port = await documented(KEYS[1] ?? Buffer.alloc(0));
  const plan = planOf(
    "prod",
    "environments: { prod: { gates: { external: [{ name: x, url: 'https://x.example' }] } } }",
  );
  const { id: promotionId, ...subject } = request({ plan, class: "hotfix" });
  const question = { ...subject, promotionId, replaces: null };
  const service = { name: "x", url: `http://127.0.0.1:${port}/waybill`, timeoutMs: 10_000 };
  const ask = (keys: readonly Buffer[], repository: string, at = Date.now()) =>
    createGateAsker({
      allow: [{ base: "127.0.0.1", prefix: 32, port: null }],
      clock: { now: () => at },
      keys,
    })(questionTo(service, question, { place: "1 2", repository }));
  expect(await ask(KEYS, "acme/shop")).toEqual({ kind: "answered", text: '{"verdict":"pass"}' });
  expect(await ask(KEYS, "evil/shop")).toEqual({
    kind: "answered",
    text: '{"verdict":"fail","reason":"evil/shop is not known here"}',
  });
  expect(await ask(KEYS.slice(0, 1), "acme/shop")).toEqual({ kind: "silent", reason: "status 401" });
  expect(await ask(KEYS, "acme/shop", NOON)).toEqual({ kind: "silent", reason: "status 401" });
});
