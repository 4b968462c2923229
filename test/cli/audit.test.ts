/** `waybill audit` on a store that a server has filled: whole, exported, asked, and tampered with. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { keys } from "../../src/cli/keys.ts";
import { prodConfig, startProd } from "../stories/prod.ts";
import { runCommand } from "./store-commands.ts";

it("a log is verified, exported, asked, and found out where one byte of it was changed", async () => {
  const home = mkdtempSync(join(tmpdir(), "waybill-audit-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const key = join(home, "key.pem");
  const silence = { stdout: () => {}, stderr: () => {} };
  await keys(["new", key], silence);
  const story = await startProd({
    config: (url) => prodConfig(`    verify: { url: "${url}", json: "$.version", interval: 1s }\n`),
    environment: { WAYBILL_SIGNING_KEY_FILE: key },
  });
  story.shop.comment(1, "/promote prod", "ana");
  await story.settle();
  const databaseUrl = story.environment["DATABASE_URL"] ?? "";
  const env = { WAYBILL_SIGNING_KEY_FILE: key };
  const audit = (...argv: string[]) => runCommand(["audit", ...argv], { databaseUrl, env });

  // Beside the running server.
  const whole = await audit("verify");
  expect(whole).toMatchObject({ code: 0, stderr: "" });
  expect(whole.stdout).toMatch(
    /^Installation \d+: \d+ records, unbroken\. 1 signed place, the last at record \d+ \(the receipt of c\d+/,
  );

  const answers = await Promise.all([
    audit("what-ran", "prod", "--on", "2999-01-01"),
    audit("who-approved", "prod", "1.5.0"),
    audit("when-reached", "1"),
    audit("what-ran", "prod", "--on", "yesterday"),
  ]);
  expect(answers.map(({ code }) => code)).toEqual([0, 0, 0, 2]);
  expect(answers[0].stdout).toMatch(
    /^prod of acme\/shop:\n {2}1\.5\.0 \(commit \w{40}\), delivered \S+, asked for by ana; promotion c\d+, record \d+ of the audit log\n$/,
  );
  expect(answers[1].stdout).toMatch(
    /^1\.5\.0 in prod of acme\/shop: asked for by ana \(GitHub user \d+\) in #1; no approval was asked for; delivered/,
  );

  expect(answers[2].stdout).toMatch(/^prod of acme\/shop: 1\.5\.0 \(commit/);

  // For who has no database: a file, and the public keys.
  const file = join(home, "audit.jsonl");
  expect(await audit("export", file)).toMatchObject({ code: 0 });
  const offline = (...argv: string[]) =>
    runCommand(["audit", "verify", ...argv, "--key", `${key}.pub`], { databaseUrl: "sqlite:/nowhere.db" });
  expect((await offline(file)).stdout).toMatch(
    /2 signed places, .*a checkpoint of installation \d+ at record \d+\)\.\n$/,
  );
  const lines = readFileSync(file, "utf8").split("\n");
  writeFileSync(
    file,
    lines.map((line, index) => (index === 3 ? line.replace(/"type":"\w/, '"type":"X') : line)).join("\n"),
  );
  expect(await offline(file)).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/does not verify at record 3: it is not what was written/),
  });

  // Whoever owns the database owns its triggers, and where the log ends; not what was signed.
  const database = new DatabaseSync(databaseUrl.replace("sqlite:", ""));
  database.exec("drop trigger audit_no_delete; delete from audit where seq > 3");
  database.exec("update audit_head set seq = 3, hash = (select hash from audit where seq = 3)");
  database.close();
  expect(await audit("verify")).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /at record 4: the newest records are missing\. So says the receipt of c\d+/,
    ),
  });
});
