/**
 * Webhook intake: our server with group commit against the bare middleware of @octokit/webhooks, and against Probot's with an empty
 * handler, in one process on one machine, so that ratios count.
 *
 *   node bin/guard.mjs bench/intake.ts [--count 4000] [--rounds 3] [--connections 32]
 *
 * Prints the rate, CPU and p99 of each, and the ratios of medians. The load comes from a child process.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHmac, generateKeyPairSync, randomBytes, randomInt } from "node:crypto";
import { once } from "node:events";
import { fsyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { Agent, createServer as createHttpServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Webhooks, createNodeMiddleware } from "@octokit/webhooks";
import { createNodeMiddleware as createProbotMiddleware, createProbot } from "probot";
import type { DeliveryOutcome, NewDelivery, Store } from "../src/core/ports.ts";
import { createReceiver } from "../src/engine/receive.ts";
import { createServer, WEBHOOK_PATH } from "../src/http/server.ts";
import { openStore } from "../src/store/index.ts";

const SECRET = "a-secret-for-the-benchmark-0815";
const LONGEST_MS = 120_000;
/** Different bodies, as from different pushes: the store compresses them, and the same one again and again would flatter it. */
const BODIES = 200;

/** GitHub's own example of a push: its repository and sender are as large as real ones. */
const PUSH = pushExample();

/** Time and place of the GUIDs, in the units of `nextGuid`. */
let ticks = BigInt(Date.now()) * 10_000n + 0x01b21dd213814000n;
const NODE = randomBytes(8).toString("hex");

interface Contender {
  readonly name: string;
  readonly port: number;
  readonly close: () => Promise<void> | void;
}

interface Result {
  readonly perSecond: number;
  readonly p99: number;
  readonly statuses: Record<string, number>;
}

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "4000" },
    rounds: { type: "string", default: "3" },
    connections: { type: "string", default: "32" },
  },
});
const count = Math.min(Number(values.count), 100_000);
const rounds = Math.min(Number(values.rounds), 20);
const connections = Math.min(Number(values.connections), 256);

if (process.send === undefined) await main();
else await load();

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "waybill-bench-"));
  const contenders = [
    await ours("waybill, store in memory", memoryStore()),
    await ours("waybill, fsync a batch", fileStore(folder)),
  ];
  const store = await openStore(`sqlite:${join(folder, "waybill.db")}`, { cwd: folder });
  contenders.push(await ours("waybill, embedded store", store));
  contenders.push(await octokit(), await probot());
  const child = fork(fileURLToPath(import.meta.url), process.argv.slice(2));
  const deadline = setTimeout(() => child.kill(), LONGEST_MS);
  child.once("exit", () => {
    process.stderr.write("the load ended early\n");
    process.exit(1);
  });
  const found = new Map<
    string,
    { rates: number[]; cpu: number[]; p99: number[]; statuses: Record<string, number> }
  >();
  for (let round = 0; round <= rounds; round += 1) {
    for (const contender of contenders) {
      const before = process.cpuUsage();
      const result = await run(child, contender.port);
      const used = process.cpuUsage(before);
      // The first round warms up.
      if (round === 0) continue;
      const entry = found.get(contender.name) ?? { rates: [], cpu: [], p99: [], statuses: result.statuses };
      entry.rates.push(result.perSecond);
      entry.p99.push(result.p99);
      entry.cpu.push((used.user + used.system) / count);
      found.set(contender.name, entry);
    }
  }
  clearTimeout(deadline);
  report(found);
  child.removeAllListeners("exit");
  child.disconnect();
  for (const contender of contenders) await contender.close();
  await store.close();
  rmSync(folder, { recursive: true });
}

function report(
  found: Map<string, { rates: number[]; cpu: number[]; p99: number[]; statuses: Record<string, number> }>,
): void {
  const bare = found.get("probot, empty handler");
  const bareRate = median(bare?.rates ?? [1]);
  const bareCpu = median(bare?.cpu ?? [1]);
  for (const [name, { rates, cpu, p99, statuses }] of found) {
    const line = [
      name.padEnd(28),
      `${Math.round(median(rates))}/s`.padStart(9),
      `${Math.round(median(cpu))} µs CPU`.padStart(11),
      `p99 ${median(p99).toFixed(1)} ms`.padStart(13),
      `rate ${(median(rates) / bareRate).toFixed(2)}, CPU ${(median(cpu) / bareCpu).toFixed(2)} × probot`.padStart(
        31,
      ),
      JSON.stringify(statuses),
    ];
    process.stdout.write(`${line.join("  ")}\n`);
  }
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

async function run(child: ChildProcess, port: number): Promise<Result> {
  const answered = once(child, "message");
  child.send({ port });
  return ((await answered) as [Result])[0];
}

async function ours(name: string, store: Pick<Store, "receive">): Promise<Contender> {
  const receiver = createReceiver({ store, clock: { now: () => Date.now() }, onAccepted: () => {} });
  const quiet = (): void => {};
  const server = createServer({
    receive: (delivery) => receiver.receive(delivery),
    secrets: [SECRET],
    ready: () => Promise.resolve(true),
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  const { port } = await server.listen("127.0.0.1", 0);
  return { name, port, close: () => server.close() };
}

function memoryStore(): Pick<Store, "receive"> {
  const known = new Set<string>();
  return { receive: (all) => Promise.resolve(all.map((one) => remember(known, one))) };
}

/** What any store pays at least: the payloads written and fsynced once a batch. */
function fileStore(folder: string): Pick<Store, "receive"> {
  const known = new Set<string>();
  const file = openSync(join(folder, "journal"), "w");
  return {
    receive(all) {
      writeSync(file, all.map((one) => one.payload).join("\n"), 0);
      fsyncSync(file);
      return Promise.resolve(all.map((one) => remember(known, one)));
    },
  };
}

function remember(known: Set<string>, one: NewDelivery): DeliveryOutcome {
  if (known.has(one.deliveryId)) return "duplicate";
  known.add(one.deliveryId);
  return "accepted";
}

async function octokit(): Promise<Contender> {
  const middleware = createNodeMiddleware(new Webhooks({ secret: SECRET }), { path: WEBHOOK_PATH });
  return listening("@octokit/webhooks, bare", (incoming, response) => void middleware(incoming, response));
}

async function probot(): Promise<Contender> {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const instance = createProbot({
    overrides: {
      appId: 1,
      privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      secret: SECRET,
      logLevel: "fatal",
    },
  });
  const app = (): void => {};
  const middleware = await createProbotMiddleware(app, { probot: instance, webhooksPath: WEBHOOK_PATH });
  return listening("probot, empty handler", (incoming, response) => void middleware(incoming, response));
}

async function listening(name: string, listener: Parameters<typeof createHttpServer>[1]): Promise<Contender> {
  const server = createHttpServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { name, port: (server.address() as AddressInfo).port, close };
}

function pushExample(): { readonly repository: unknown; readonly sender: unknown } {
  const examples = JSON.parse(
    readFileSync(new URL(import.meta.resolve("@octokit/webhooks-examples")), "utf8"),
  ) as { name: string; examples: { repository: unknown; sender: unknown }[] }[];
  const [push] = examples.find(({ name }) => name === "push")?.examples ?? [];
  if (push === undefined) throw new Error("GitHub's example of a push is gone");
  return push;
}

interface Sample {
  readonly body: string;
  readonly headers: Readonly<Record<string, string | number>>;
}

/** The child: keeps `connections` requests under way until `count` are answered. */
async function load(): Promise<void> {
  const samples = Array.from({ length: BODIES }, (_, index) => {
    const body = samplePayload(index % 2 === 0);
    const signature = createHmac("sha256", SECRET).update(body).digest("hex");
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-github-event": "push",
      "x-hub-signature-256": `sha256=${signature}`,
    };
    return { body, headers };
  });
  process.on("disconnect", () => process.exit(0));
  process.on("message", (message) => void shoot((message as { port: number }).port, samples));
  await once(process, "disconnect");
}

async function shoot(port: number, samples: readonly Sample[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const times: number[] = [];
  const statuses: Record<string, number> = {};
  let left = count;
  const started = performance.now();
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const sent = performance.now();
      const { body, headers } = samples[left % samples.length] ?? { body: "", headers: {} };
      const status = await once1(port, body, { ...headers, "x-github-delivery": nextGuid() }, agent);
      statuses[status] = (statuses[status] ?? 0) + 1;
      times.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: connections }, lane));
  const seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  times.sort((a, b) => a - b);
  process.send?.({ perSecond: count / seconds, p99: times[Math.floor(times.length * 0.99)] ?? 0, statuses });
}

function once1(
  port: number,
  body: string,
  headers: Record<string, string | number>,
  agent: Agent,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path: WEBHOOK_PATH, method: "POST", headers, agent });
    outgoing.on("response", (response) =>
      response.resume().on("end", () => resolve(response.statusCode ?? 0)),
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/**
 * A GUID as GitHub makes them: of the time (version 1), so that those of one moment lie side by side in an index.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-1
 */
function nextGuid(): string {
  // Half a millisecond on: about as many deliveries a second as there are here.
  ticks += 5_000n;
  const time = ticks.toString(16).padStart(15, "0");
  return `${time.slice(7)}-${time.slice(3, 7)}-1${time.slice(0, 3)}-9${NODE.slice(0, 3)}-${NODE.slice(4)}`;
}

/**
 * A push of about 24 KB, the size that GitHub's payloads of pull requests have too. GitHub writes repository, sender and installation before a
 * push's commits, and at the end of nearly everything else: both are here.
 */
function samplePayload(isPush: boolean): string {
  const author = { name: "A. Person", email: "person@example.com", username: "person" };
  const commits = Array.from({ length: 38 }, () => ({
    id: randomBytes(20).toString("hex"),
    message: `feat(api): answer in the language of request number ${randomInt(1_000_000)}\n\nA few words on why, over two lines or so, as people write them.`,
    author,
    committer: author,
    added: ["api/languages.ts"],
    modified: ["api/main.ts", "api/README.md"],
    url: `https://github.example/org/shop/commit/${randomBytes(20).toString("hex")}`,
  }));
  const { repository, sender } = PUSH;
  const origin = { repository, sender, installation: { id: 12, node_id: "MDIzOkludGVncmF0aW9uMTI=" } };
  return JSON.stringify(
    isPush ? { ref: "refs/heads/main", ...origin, commits } : { ref: "refs/heads/main", commits, ...origin },
  );
}
