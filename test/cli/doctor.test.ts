import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Story } from "../support/story.ts";
import { DEFECTS_HERE } from "./doctor-defects-here.ts";
import { DEFECTS_ON_GITHUB } from "./doctor-defects-github.ts";
import {
  examined,
  install,
  notOk,
  openStory,
  ownDatabase,
  withGates,
  type Defect,
  type Installed,
} from "./doctor-given.ts";

describe("the doctor on an installation that is in order", () => {
  it("finds nothing, and says what it looked at", async () => {
    const installed = await install();
    const checks = await examined(installed);
    expect(notOk(checks)).toEqual({});
    expect(checks.map(({ check }) => check)).toEqual([
      "settings",
      "webhook-secret",
      "private-key",
      "key-file",
      "github",
      "clock",
      "app",
      "permissions",
      "events",
      "hook",
      "installations",
      "deliveries",
      "server",
      "database",
      "jobs",
      "disk",
    ]);
  });

  it("has a delivery sent again when asked, which the server has already", async () => {
    const installed = await install();
    installed.ping = true;
    const sent = installed.story.sandbox.deliveries.length;
    expect(notOk(await examined(installed))).toEqual({});
    expect(installed.story.sandbox.deliveries.slice(sent)).toMatchObject([
      { redelivery: true, statusCode: 202 },
    ]);
  });

  it("writes nothing: not on GitHub, and not beside a database that nobody has open", async () => {
    const installed = await install();
    await ownDatabase(installed, (database) => database.exec("pragma journal_mode = wal"));
    const before = readdirSync(installed.folder);
    const called = installed.story.sandbox.record.calls.length;
    await examined(installed);
    expect(readdirSync(installed.folder)).toEqual(before);
    const calls = installed.story.sandbox.record.calls.slice(called);
    expect(new Set(calls.map(({ method }) => method))).toEqual(new Set(["GET"]));
    installed.env["DATABASE_URL"] = "sqlite:none/yet.db";
    expect(notOk(await examined(installed))).toEqual({ jobs: "unknown" });
    expect(existsSync(join(installed.folder, "none"))).toBe(false);
  });
});

describe("the doctor finds each defect, and only that", () => {
  let shared: Story;
  beforeAll(async () => {
    shared = await openStory();
  });
  afterAll(() => shared.end());

  it.each(DEFECTS_HERE)("here: $name", async (defect) => {
    await expectFound(defect, await install(defect.spoilsServer ? undefined : shared));
    // None of them may have left something behind for the next.
    expect(notOk(await examined(await install(shared)))).toEqual({});
  });

  it("and of services that a config names it says that questions to them are signed", async () => {
    const installed = await install(shared);
    const external = [{ name: "change", url: "https://change.acme.example:8443/ask", timeoutMs: 10_000 }];
    await withGates(installed, { external });
    installed.env["WAYBILL_GATE_SECRET"] = `whsec_${randomBytes(32).toString("base64")}`;
    const checks = await examined(installed);
    expect(notOk(checks)).toEqual({});
    expect(checks.find(({ check }) => check === "services")?.found).toBe(
      "1 config of installation 4711 has services asked before anything begins: change.acme.example:8443. Questions to them are signed.",
    );
  });

  it.each(DEFECTS_ON_GITHUB)("on GitHub: $name", async (defect) => {
    await expectFound(defect, await install());
  });
});

async function expectFound({ plant, turns, says }: Defect, installed: Installed): Promise<void> {
  await plant(installed);
  const checks = await examined(installed);
  const expected = Object.entries(turns).filter(([, status]) => status !== undefined);
  expect(notOk(checks)).toEqual(Object.fromEntries(expected));
  const [red = ""] = expected.filter(([, status]) => status !== "unknown").map(([check]) => check);
  const line = checks.find(({ check, status }) => status !== "ok" && check.replace(/ \d+$/, "") === red);
  expect(`${line?.found} ${line?.mend}`).toMatch(says);
}
