/** Where a receipt is read from: a file, standard input, or an address. */
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { Readable } from "node:stream";
import { Refusal, systemReason } from "../store/refusal.ts";
import { typedFolder } from "../typed.ts";

const PATIENCE_MS = 10_000;

/** Reads at most so many bytes as text. @throws Refusal, with code 3 where an address does not answer */
export async function readSource(source: string, largest: number): Promise<string> {
  if (source === "-") return readWhole(process.stdin, largest, "Standard input");
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) return readFile(resolve(typedFolder(), source), largest);
  return readAddress(source, largest);
}

async function readFile(path: string, largest: number): Promise<string> {
  try {
    return await readWhole(createReadStream(path), largest, path);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      2,
      `${path} cannot be read: ${systemReason(error)}.`,
      "Name a file that this user may read.",
    );
  }
}

/** By https alone, and only from where it was named: what a redirect leads to is nobody's receipt. */
async function readAddress(address: string, largest: number): Promise<string> {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol !== "https:" || url.username !== "" || url.password !== "")
    throw new Refusal(
      2,
      "An address begins with https:// and holds no password.",
      "Fetch it yourself, and name the file.",
    );
  let response: Response;
  try {
    response = await fetch(url, {
      redirect: "error",
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { accept: "application/json, text/plain;q=0.9" },
    });
  } catch (error) {
    throw unfetched(url, error);
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Refusal(
      3,
      `${url.host} answered ${response.status}.`,
      "Fetch it with what may read it, and name the file.",
    );
  }
  try {
    return await readWhole(Readable.fromWeb(response.body), largest, url.host);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw unfetched(url, error);
  }
}

function unfetched({ host }: URL, error: unknown): Refusal {
  const isLate = error instanceof Error && error.name === "TimeoutError";
  const why = isLate
    ? `did not answer within ${PATIENCE_MS / 1_000} s`
    : "did not answer, or led somewhere else";
  return new Refusal(3, `${host} ${why}.`, "Fetch it yourself, and name the file.");
}

async function readWhole(stream: Readable, largest: number, name: string): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of stream) {
    const bytes = Buffer.from(piece as Uint8Array);
    size += bytes.length;
    if (size > largest) {
      stream.destroy();
      throw new Refusal(1, `${name} is larger than ${largest} bytes: that is no receipt.`);
    }
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString("utf8");
}
