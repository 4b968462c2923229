import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { raw, SECRET, signedHeaders, WEBHOOKS } from "./support.ts";

const MEGABYTE = 1_024 * 1_024;
const BODY_MEGABYTES = 300;
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.disconnect();
});

async function startChild(): Promise<{ child: ChildProcess; port: number }> {
  const script = fileURLToPath(new URL("memory-server.ts", import.meta.url));
  const child = fork(script, [], { env: { ...process.env, TEST_SECRET: SECRET }, execArgv: [] });
  children.push(child);
  const [message] = (await once(child, "message")) as [{ port: number }];
  return { child, port: message.port };
}

async function peakMegabytes(child: ChildProcess): Promise<number> {
  const answered = once(child, "message");
  child.send("how much?");
  const [message] = (await answered) as [{ peakMegabytes: number }];
  return message.peakMegabytes;
}

/** Sends 300 MB as fast as the server takes them, whatever it answers; answers the status line and how much went out. */
async function pour(
  port: number,
  headers: Record<string, string>,
  chunked: boolean,
): Promise<{ status: string; sent: number }> {
  const { socket, sees, text } = raw(port);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = chunked ? "Transfer-Encoding: chunked" : `Content-Length: ${BODY_MEGABYTES * MEGABYTE}`;
  socket.write(`POST ${WEBHOOKS} HTTP/1.1\r\nHost: waybill\r\n${lines.join("")}${length}\r\n\r\n`);
  const block = chunked ? Buffer.from(`100000\r\n${"x".repeat(MEGABYTE)}\r\n`) : Buffer.alloc(MEGABYTE, "x");
  const answered = sees("\r\n\r\n");
  let sent = 0;
  while (sent < BODY_MEGABYTES && !socket.destroyed) {
    const taken = socket.write(block);
    sent += 1;
    if (!taken) await drainedOrClosed(socket);
  }
  await answered;
  socket.destroy();
  return { status: text().slice(0, 12), sent };
}

function drainedOrClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      socket.off("drain", finish).off("close", finish);
      resolve();
    };
    socket.on("drain", finish).on("close", finish);
  });
}

describe("a body of 300 MB takes less than 80 MB of memory and gets its status", () => {
  it.each([
    ["unsigned, its length announced", false, true, "HTTP/1.1 413"],
    ["unsigned, in chunks without a length", false, false, "HTTP/1.1 401"],
    ["wrongly signed, its length announced", true, true, "HTTP/1.1 413"],
    ["wrongly signed, in chunks without a length", true, false, "HTTP/1.1 413"],
  ])("%s", async (_what, signed, announced, status) => {
    const { child, port } = await startChild();
    const warm = await signedHeaders("{}");
    await fetch(`http://127.0.0.1:${port}${WEBHOOKS}`, { method: "POST", body: "{}", headers: warm });
    const before = await peakMegabytes(child);
    const { "x-hub-signature-256": signature, ...unsigned } = await signedHeaders("{}");
    const headers = signed ? { ...unsigned, "x-hub-signature-256": String(signature) } : unsigned;
    const poured = await pour(port, headers, !announced);
    expect(poured.status).toBe(status);
    const extra = (await peakMegabytes(child)) - before;
    expect(extra).toBeLessThan(80);
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200);
  });
});
