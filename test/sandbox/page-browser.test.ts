import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSandbox, type Sandbox } from "../../src/sandbox/index.ts";

const CHROMIUM = "/usr/bin/chromium";
const isThere = existsSync(CHROMIUM);
// In CI a missing browser is a failure, never a skipped test.
if (!isThere && !process.env["CI"]) {
  process.stderr.write(
    "\n*** SKIPPED: the watch page in a real browser. Install Debian's chromium to run it. ***\n\n",
  );
}

describe.skipIf(!isThere && !process.env["CI"])("the watch page in a real browser", () => {
  let browser: Browser;
  let sandbox: Sandbox;

  beforeAll(async () => {
    sandbox = await startSandbox();
    const flags = [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ];
    browser = await chromium.launch({ executablePath: CHROMIUM, args: flags });
  });
  afterAll(async () => {
    await browser.close();
    await sandbox.close();
  });

  it("shows a pull request, takes a typed comment, and shows it, with nothing refused by the page's own policy", async () => {
    const shop = sandbox.repository("acme/shop", {
      collaborators: { ana: "maintain" },
      files: { "README.md": "# Shop\n" },
    });
    const number = shop.openPullRequest({ title: "feat: accept vouchers", author: "ana" });
    const page = await browser.newPage({ viewport: { width: 390, height: 800 } });
    const complaints: string[] = [];
    page.on("console", (message) => void (message.type() === "error" && complaints.push(message.text())));
    page.on("pageerror", (error) => void complaints.push(error.message));
    await page.goto(`${sandbox.url}/acme/shop/pull/${number}`);
    await page.locator("textarea").fill("/status\n\n<script>document.title='taken'</script>");
    await page.locator("form:has(textarea) button[type=submit]").click();
    await expect.poll(() => shop.comments(number).map((one) => one.body.split("\n")[0])).toEqual(["/status"]);
    await expect.poll(() => page.locator("body").innerText()).toContain("/status");
    expect(await page.title()).not.toBe("taken");
    const tooWide = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
    expect(tooWide).toBe(false);
    expect(complaints).toEqual([]);
  });
});
