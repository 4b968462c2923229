/** A delivery's receipt, from the key that an operator makes to whoever verifies it years later. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { keys } from "../../src/cli/keys.ts";
import { verify } from "../../src/cli/verify.ts";
import { deployed, expectPromisesKept, lastWords, prodConfig, startProd } from "./prod.ts";

interface Said {
  readonly code: number;
  readonly text: string;
}

type CliCommand = typeof verify;

async function run(command: CliCommand, ...argv: string[]): Promise<Said> {
  let text = "";
  const take = (piece: string) => void (text += piece);
  const code = await command(argv, { stdout: take, stderr: take });
  return { code, text };
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "waybill-receipt-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const proved = (url: string) =>
  prodConfig(`    verify: { url: "${url}", json: "$.version", confirmations: 2, interval: 1s }\n`);

it("a delivery is signed, kept at GitHub, told of in the final comment, and proven to whoever has the public keys", async () => {
  const home = folder();
  const key = join(home, "key.pem");
  expect(await run(keys, "new", key)).toMatchObject({ code: 0 });
  const story = await startProd({
    config: (url) => `${proved(url)}github: { receiptAsset: true }\n`,
    environment: { WAYBILL_SIGNING_KEY_FILE: key },
  });
  story.shop.comment(1, "/promote prod", "ana");
  await story.settle();
  expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);

  // The final comment says where it is, and how anybody verifies it.
  const [, ref = ""] = /signed, kept as `(refs\/waybill\/receipts\/[\w.-]+)`/.exec(lastWords(story)) ?? [];
  expect(lastWords(story)).toContain(
    `git fetch origin ${ref} && git show FETCH_HEAD:receipt.json | waybill verify -`,
  );
  const commit = story.shop.refs()[ref] ?? "";
  const receipt = join(home, "receipt.json");
  writeFileSync(receipt, story.shop.file("receipt.json", commit) ?? "");

  // The same file is with its release, as the config wants it.
  const [uploaded] = story.shop.releases().find(({ tagName }) => tagName === "v1.5.0")?.assets ?? [];
  expect(uploaded?.name).toMatch(/^receipt-prod-c\d+\.json$/);
  expect(uploaded?.text).toBe(readFileSync(receipt, "utf8"));

  const proof = await run(verify, receipt, "--key", `${key}.pub`);
  expect(proof.text).toMatch(/^Proven: acme\/shop 1\.5\.0 was delivered to prod/);
  expect(proof.text).toContain("the running system itself named it");
  expect(proof.text).toMatch(/requested +\S+ by ana/);
  expect(proof.code).toBe(0);

  // Rotated, the old key still proves what it signed in its time; a stranger's proves nothing.
  await run(keys, "rotate", key);
  // The story's clock is ahead of the machine's.
  const later = readFileSync(`${key}.pub`, "utf8").replace(/retired: .*/, "retired: 2999-01-01T00:00:00Z");
  writeFileSync(`${key}.pub`, later);
  expect((await run(verify, receipt, "--key", `${key}.pub`)).code).toBe(0);
  await run(keys, "new", join(home, "stranger.pem"));
  expect(await run(verify, receipt, "--key", join(home, "stranger.pem.pub"))).toMatchObject({
    code: 1,
    text: expect.stringContaining("signed by a key that you do not trust"),
  });

  // One byte changed: not proven, and it says which part.
  const envelope = JSON.parse(readFileSync(receipt, "utf8")) as { payload: string };
  const statement = Buffer.from(envelope.payload, "base64")
    .toString()
    .replaceAll('"login":"ana"', '"login":"bob"');
  writeFileSync(receipt, JSON.stringify({ ...envelope, payload: Buffer.from(statement).toString("base64") }));
  expect(await run(verify, receipt, "--key", `${key}.pub`)).toEqual({
    code: 1,
    text: "Not proven: it was changed after it was signed. Changed: predicate.who.\n",
  });
  expectPromisesKept(story);
});

it("without a key all goes as ever: the receipt says that it is unsigned, and nothing is written at GitHub", async () => {
  const story = await startProd();
  story.shop.comment(1, "/promote prod", "ana");
  await story.settle();
  expect(lastWords(story)).toContain("| Receipt | unsigned");
  expect(Object.keys(story.shop.refs()).filter((ref) => ref.includes("receipts"))).toEqual([]);
});
