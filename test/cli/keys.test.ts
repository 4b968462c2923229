/** `waybill keys` and `waybill verify` at the edge: files, what may be read by whom, addresses that are refused. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keys } from "../../src/cli/keys.ts";
import { verify } from "../../src/cli/verify.ts";
import { receiptText } from "../receipts/given.ts";

let home: string;
let key: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "waybill-keys-"));
  key = join(home, "key.pem");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function run(command: typeof verify, ...argv: string[]): Promise<{ code: number; text: string }> {
  let text = "";
  const take = (piece: string) => void (text += piece);
  return { code: await command(argv, { stdout: take, stderr: take }), text };
}

describe("waybill keys", () => {
  it("writes a private key that only this user may read, and shows nothing of it", async () => {
    const { text, code } = await run(keys, "new", key);
    expect(code).toBe(0);
    expect(statSync(key).mode & 0o777).toBe(0o600);
    const body = readFileSync(key, "utf8").split("\n")[1] ?? "";
    expect(body.length).toBeGreaterThan(40);
    expect(text).not.toContain(body);
    expect(readFileSync(`${key}.pub`, "utf8")).not.toContain(body);
  });

  it("replaces no key that is there", async () => {
    await run(keys, "new", key);
    const before = readFileSync(key, "utf8");
    expect((await run(keys, "new", key)).code).toBe(1);
    expect(readFileSync(key, "utf8")).toBe(before);
  });

  it("rotates: the old private key is gone, its public key stays, retired", async () => {
    await run(keys, "new", key);
    const before = readFileSync(key, "utf8");
    const { text } = await run(keys, "rotate", key);
    expect(readFileSync(key, "utf8")).not.toBe(before);
    const [, now] = /signs now +(\w+)/.exec(text) ?? [];
    const [, old] = /retired +(\w+)/.exec(text) ?? [];
    const list = await run(keys, "list", key);
    expect(list.text).toMatch(new RegExp(`${now} +signs`));
    expect(list.text).toMatch(new RegExp(`${old} +retired 20`));
  });

  it.each([
    [["rotate"], 1, "There is no private key"],
    [["list"], 2, "there is no such file"],
    [["burn"], 2, "There is no `keys burn`"],
    [[], 2, "Say what is to be done"],
  ])("refuses %j with words", async (argv, code, words) => {
    const said = await run(keys, ...argv, ...(argv.length === 0 ? [] : [key]));
    expect(said).toMatchObject({ code, text: expect.stringContaining(words) });
    expect(existsSync(key)).toBe(false);
  });
});

describe("waybill verify", () => {
  it("takes no address but by https, and answers no password", async () => {
    await run(keys, "new", key);
    for (const address of [
      "http://example.com/receipt.json",
      "https://me:secret@example.com/r",
      "file:///etc/passwd",
    ])
      expect((await run(verify, address, "--key", `${key}.pub`)).code).toBe(2);
  });

  it("says with a code of its own that an address does not answer", async () => {
    await run(keys, "new", key);
    // Speaks no TLS.
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((settle) => void server.once("listening", settle));
    const { port } = server.address() as AddressInfo;
    const said = await run(verify, `https://127.0.0.1:${port}/receipt.json`, "--key", `${key}.pub`);
    server.close();
    expect(said).toMatchObject({ code: 3, text: expect.stringContaining("did not answer") });
  });

  it("reads no more of a file than a receipt can have", async () => {
    await run(keys, "new", key);
    writeFileSync(join(home, "huge.json"), " ".repeat(1_100_000));
    const said = await run(verify, join(home, "huge.json"), "--key", `${key}.pub`);
    expect(said).toMatchObject({ code: 1, text: expect.stringContaining("that is no receipt") });
  });

  it("gives its verdict to machines", async () => {
    await run(keys, "new", key);
    writeFileSync(join(home, "receipt.json"), receiptText());
    const { text, code } = await run(verify, join(home, "receipt.json"), "--key", `${key}.pub`, "--json");
    expect(code).toBe(1);
    expect(JSON.parse(text)).toMatchObject({
      verdict: "unknown-key",
      said: { predicate: { promotion: "c101" } },
    });
  });

  it("shows no control characters of what others wrote", async () => {
    await run(keys, "new", key);
    const envelope = JSON.parse(receiptText(null)) as { payload: string };
    const statement = Buffer.from(envelope.payload, "base64")
      .toString()
      .replaceAll("acme/shop", "acme/\\u001b[2Jshop");
    const forged = JSON.parse(statement) as { predicate: { digests?: unknown } };
    expect(forged.predicate.digests).toBeDefined();
    writeFileSync(
      join(home, "forged.json"),
      JSON.stringify({ ...envelope, payload: Buffer.from(JSON.stringify(forged)).toString("base64") }),
    );
    const { text } = await run(verify, join(home, "forged.json"), "--key", `${key}.pub`);
    expect(text).not.toContain("\u001b");
  });
});
