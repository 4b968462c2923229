import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { deployWorkflow } from "../../src/cli/demo/shop.ts";
import { validate } from "../../src/cli/validate.ts";

const golden = join(import.meta.dirname, "../golden/config");
const folder = mkdtempSync(join(tmpdir(), "waybill-validate-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const io = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
  };
  const code = await validate(argv, io);
  return { code, out, err };
}

function file(text: string | Buffer, name = "waybill.yml"): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe("waybill validate says what a config is, or what is wrong with it", () => {
  const cases = readdirSync(golden);

  test.each(cases)("%s", async (name) => {
    const { code, out, err } = await run(join(golden, name, "waybill.yml"));
    expect(err).toBe("");
    const shown = `${out.replaceAll(join(golden, name, "/"), "")}exit ${code}\n`;
    await expect(shown).toMatchFileSnapshot(join(golden, name, "expected.txt"));
  });

  test("no golden case is without its expectation", () => {
    expect(cases.length).toBeGreaterThanOrEqual(12);
    for (const name of cases)
      expect(readFileSync(join(golden, name, "expected.txt"), "utf8")).toContain("exit ");
  });
});

describe("calendars that a config names", () => {
  const text = "environments: { prod: { gates: { windows: {}, holidays: .github/holidays.ics } } }";
  test("are looked for in the repository that the config is in, and missed there", async () => {
    mkdirSync(join(folder, "shop/.github"), { recursive: true });
    const path = file(text, "shop/.github/waybill.yml");
    const { code, out } = await run(path);
    expect([code, out]).toEqual([1, expect.stringContaining("there is no such file in the repository")]);
    file("BEGIN:VCALENDAR\nEND:VCALENDAR\n", "shop/.github/holidays.ics");
    mkdirSync(join(folder, "shop/.github/workflows"), { recursive: true });
    file(deployWorkflow(), "shop/.github/workflows/deploy.yml");
    expect((await run(path)).code).toBe(0);
  });
  test("are only said to be missing where the config is in no repository", async () => {
    const { code, out } = await run(file(text, "alone.yml"));
    expect([code, out]).toEqual([0, expect.stringContaining("Warning: ")]);
    expect(out).toContain("none on what is in .github/holidays.ics");
  });
});

describe("workflows that a config names", () => {
  test("are held against the files beside it, by the rules of the check on pull requests", async () => {
    mkdirSync(join(folder, "flow/.github/workflows"), { recursive: true });
    const path = file("environments: { prod: { inputs: { regoin: x } } }\n", "flow/.github/waybill.yml");
    const missing = await run(path);
    expect([missing.code, missing.out]).toEqual([
      1,
      expect.stringContaining("there is no .github/workflows/deploy.yml"),
    ]);
    file(deployWorkflow(), "flow/.github/workflows/deploy.yml");
    const { code, out } = await run(path);
    expect(code).toBe(1);
    expect(out).toContain(
      "waybill.yml:1:35  environments.prod.inputs.regoin  no workflow of prod declares the input regoin",
    );
    file("environments: { prod: { inputs: { region: x } } }\n", "flow/.github/waybill.yml");
    expect((await run(path)).code).toBe(0);
  });
});

describe("--effective and --defaults", () => {
  test("print every setting as it holds, and where it comes from", async () => {
    const own = file("environments:\n  prod:\n    inputs: { size: l }\n", "own.yml");
    const under = file(
      "environments:\n  prod: { inputs: { size: s, region: us }, gates: { approvals: { count: 2, role: write } } }\npermissions: { release: admin }\n",
      "defaults.yml",
    );
    const { code, out } = await run(own, "--effective", "--defaults", under);
    expect(code).toBe(0);
    const lines = out
      .split("\n")
      .map((line) => line.replaceAll(/ {2,}/g, " | ").replaceAll(`${folder}/`, ""));
    for (const line of [
      'environments.prod.inputs.size | "l" | own.yml:3',
      'environments.prod.inputs.region | "us" | defaults.yml:2',
      "environments.prod.gates.approvals.count | 2 | defaults.yml:2",
      'environments.prod.promote | "manual" | built in',
      'release.on | "tag" | built in',
      'permissions.promote.prod | {"role":"maintain","users":[]} | built in',
      'permissions.release | {"role":"admin","users":[]} | defaults.yml:3',
    ])
      expect(lines).toContain(line);
    const json = JSON.parse((await run(own, "--effective", "--json")).out) as {
      effective: readonly object[];
    };
    expect(json.effective).toContainEqual({
      at: "environments.prod.inputs.size",
      value: "l",
      from: { path: own, line: 3 },
    });
  });

  test("name the file and line of what is wrong in either", async () => {
    const own = file("environments: { prod: {} }\n", "own.yml");
    const under = file("release:\n  on: merg\n", "wrong-defaults.yml");
    const { code, out } = await run(own, "--defaults", under);
    expect([code, out]).toEqual([1, expect.stringContaining("wrong-defaults.yml:2:7  release.on  ")]);
    expect(out).toContain("   2 |   on: merg");
    expect((await run(own, "--defaults", join(folder, "none.yml"))).code).toBe(2);
  });
});

describe("its exit code tells scripts apart what happened", () => {
  test("0 and only JSON for a valid file", async () => {
    const { code, out, err } = await run(join(golden, "readme-example/waybill.yml"), "--json");
    expect([code, err]).toEqual([0, ""]);
    expect(JSON.parse(out)).toMatchObject({
      ok: true,
      pipeline: [["dev"], ["staging"], ["prod"]],
      rollout: [["api"], ["web"]],
      warnings: [],
    });
  });

  test("1 and only JSON for an invalid one, with line and column", async () => {
    const { code, out, err } = await run("--json", file("environments:\n  prod: { promote: autt }\n"));
    expect([code, err]).toEqual([1, ""]);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      problems: [{ line: 2, column: 20, at: "environments.prod.promote", value: "autt" }],
    });
  });

  test.each([
    ["no file named", []],
    ["two files", ["a.yml", "b.yml"]],
    ["an unknown option", ["--fix", "a.yml"]],
    ["a file that is not there", [join(folder, "nowhere.yml")]],
    ["a folder", [folder]],
    ["a file below a file", [join(folder, "waybill.yml", "x")]],
    ["a name with a NUL", ["a\u0000b"]],
  ])("2 for %s, and nothing on stdout", async (_name, argv) => {
    file("environments: { prod: {} }");
    const { code, out, err } = await run(...argv);
    expect([code, out]).toEqual([2, ""]);
    expect(err).not.toBe("");
  });

  test("a file over 64 KiB is refused without being shown", async () => {
    const { code, out } = await run(
      file(`# ${"x".repeat(70_000)}\nenvironments: { prod: {} }\n`, "large.yml"),
    );
    expect(code).toBe(1);
    expect(out).toContain("larger than 64 KiB");
    expect(out.length).toBeLessThan(400);
  });

  test("a file's bytes never move the terminal's cursor, and a password in an address is not printed", async () => {
    const { code, out } = await run(
      file('environments:\n  prod: { url: "https://me:geheim@x.example", \u001b[2J\u202e: 1 }\n'),
    );
    expect(code).toBe(1);
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
    expect(out).not.toContain("geheim");
  });

  test("bytes that are no text are refused, not thrown", async () => {
    const { code } = await run(file(Buffer.from([0xff, 0xfe, 0x00, 0x81, 0x0a, 0x3a]), "binary.yml"));
    expect(code).toBe(1);
  });

  test("the folder that holds .github gives the only component its name", async () => {
    mkdirSync(join(folder, "My Shop/.github/workflows"), { recursive: true });
    file(deployWorkflow(), "My Shop/.github/workflows/deploy.yml");
    const { out } = await run(file("environments: { prod: {} }", "My Shop/.github/waybill.yml"));
    expect(out).toContain("rollout   my-shop\n");
  });
});
