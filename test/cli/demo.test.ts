import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { nameFromOrigin, patternOf } from "../../src/cli/demo/project.ts";
import { play, type Playing, root, steps } from "./demo-playing.ts";

async function until<T>(look: () => T | null | undefined | false, what: () => string): Promise<T> {
  for (let tries = 0; tries < 600; tries += 1) {
    const seen = look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    await sleep(50);
  }
  throw new Error(`it did not come: ${what()}`);
}

/** The address that the demo prints. */
function ready({ output }: Playing): Promise<string> {
  return until(
    () => /^Ready: (http:\/\/127\.0\.0\.1:\d+\/)$/m.exec(output.out + output.err)?.[1],
    () => output.out + output.err,
  );
}

/** The port that the demo's server listens on, by its log. */
function serverPort({ folder }: Playing): number {
  const [own = ""] = readdirSync(folder);
  const log = readFileSync(join(folder, own, "server.log"), "utf8");
  return Number(/"port":(\d+)/.exec(log)?.[1]);
}

async function isUp(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/livez`).then(
    (answer) => answer.ok,
    () => false,
  );
}

const ALL = [
  "notice",
  "dev",
  "release",
  "staging",
  "prod",
  "receipt",
  "refusal",
  "typo",
  "status",
  "preview",
  "draft",
  "failure",
  "hotfix",
  "smoke",
  "rollback",
  "quiet",
  "proof",
];

describe.concurrent("npm run demo", { timeout: 300_000 }, () => {
  it("--once --json plays the story with the real server: every step holds, and nothing is left behind", async () => {
    const playing = play("--once", "--json");
    expect([await playing.exit, playing.output.err]).toEqual([
      0,
      expect.stringContaining("Every step held."),
    ]);
    const seen = steps(playing);
    expect(seen.map(({ step }) => step)).toEqual(ALL);
    expect(seen.every(({ ok }) => ok)).toBe(true);
    const detail = Object.fromEntries(seen.map((one) => [one.step, one.detail]));
    expect(detail).toMatchObject({
      notice: "2.0.0: 5 commits since v1.4.2, 1 breaking",
      dev: expect.stringContaining("2.0.0-dev.5") as string,
      release: "v2.0.0: the draft is published with 3 entries",
      prod: expect.stringContaining("asked 3 times over HTTP") as string,
      receipt: expect.stringContaining("3 pull requests were told once") as string,
      refusal: expect.stringContaining("takes the role maintain") as string,
      preview: "#6: minor: 2.0.0 becomes 2.1.0",
      draft: expect.stringContaining("2.1.0 lists what it will bring, and not what was taken back") as string,
      failure: "api of 2.1.0 failed in prod, web was not started, and prod still runs 2.0.0",
      hotfix: expect.stringContaining("2.0.1 went to prod ahead of 2.1.0, which lacks its fix") as string,
      smoke: "2.1.1 is deployed in prod, its smoke test failed, and 2.0.1 still counts as delivered",
      rollback: expect.stringContaining("prod runs 2.0.1 again; 2.1.1 is in quarantine") as string,
    });
    expect(readdirSync(playing.folder)).toEqual([]);
  });

  it("--repo plays it on a clone: its tags, its commits, its version", async () => {
    const clone = clonedProject();
    const before = execFileSync("git", ["-C", clone, "for-each-ref"], { encoding: "utf8" });
    const playing = play("--once", "--json", "--repo", clone);
    expect([await playing.exit, playing.output.err]).toEqual([
      0,
      expect.stringContaining("Every step held."),
    ]);
    expect(steps(playing)[0]).toEqual({
      step: "notice",
      ok: true,
      // Three of the project since its tag, the two files for Waybill, and the demo's pull request.
      detail: "1.0.0: 5 commits since kiosk-v0.3.1, 1 breaking",
    });
    expect(steps(playing)[2]?.detail).toBe("kiosk-v1.0.0: the draft is published with 3 entries");
    expect(execFileSync("git", ["-C", clone, "for-each-ref"], { encoding: "utf8" })).toBe(before);
  });

  it("a step that does not hold is told with what was seen, and the exit status is 1", async () => {
    const playing = play("--once", "--json");
    const page = await ready(playing);
    await fetch(`${page}_sandbox/rpc`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        repository: "acme/shop",
        method: "script",
        arguments: [{ environment: "staging", component: "web", outcome: "fail" }],
      }),
    });
    expect(await playing.exit).toBe(1);
    const last = steps(playing).at(-1);
    expect(last).toMatchObject({ step: "staging", ok: false });
    expect(last?.detail).toContain("saw api succeed, web fail");
    // The log is kept for whoever looks into it.
    expect(readdirSync(playing.folder)).toEqual([expect.stringMatching(/^waybill-demo-.*\.log$/)]);
  });

  it("stays up without --once, with a page to watch; Ctrl-C stops the server and tidies up", async () => {
    const playing = play("--json");
    const page = await ready(playing);
    await until(
      () => playing.output.out.includes('"step":"notice"'),
      () => playing.output.err,
    );
    const answer = await fetch(page);
    expect([answer.status, await answer.text()]).toEqual([
      200,
      expect.stringContaining("Coming next: 2.0.0"),
    ]);
    const port = serverPort(playing);
    expect(await isUp(port)).toBe(true);
    playing.child.kill("SIGINT");
    expect(await playing.exit).toBe(1);
    expect(playing.output.err).toContain("Interrupted before the story was over.");
    expect(await isUp(port)).toBe(false);
    expect(readdirSync(playing.folder)).toEqual([]);
  });

  it("killed outright, it leaves no server and no files behind all the same", async () => {
    const playing = play();
    await ready(playing);
    const port = serverPort(playing);
    expect(await isUp(port)).toBe(true);
    playing.child.kill("SIGKILL");
    await until(
      () => readdirSync(playing.folder).length === 0,
      () => "an empty folder",
    );
    expect(await isUp(port)).toBe(false);
  });
});

describe.concurrent("npm run demo: what it cannot play", { timeout: 60_000 }, () => {
  it("unknown options: usage, 2", async () => {
    const wrong = [["--nope"], ["--repo"], ["--repo", ""], ["somewhere"], ["--faults"]];
    wrong.push(["--once", "--faults", "--repo", "."], ["--faults=502"], ["--once", "--faults="]);
    for (const argv of wrong) {
      const playing = play(...argv);
      expect(await playing.exit).toBe(2);
      expect(playing.output).toEqual({
        out: "",
        err: expect.stringContaining("Usage: waybill demo") as string,
      });
    }
  });

  it("a folder that is no usable clone: one sentence, 1", async () => {
    const plain = mkdtempSync(join(root, "plain-"));
    writeFileSync(join(plain, "file"), "");
    const empty = mkdtempSync(join(root, "empty-"));
    gitIn(empty, "init", "-q");
    const shallow = join(root, "shallow");
    gitIn(root, "clone", "-q", "--depth", "1", `file://${clonedProject()}`, shallow);
    const cases: [string, RegExp][] = [
      [plain, /cannot be read as a git clone: fatal: not a git repository/],
      [join(plain, "file"), /is a file; name the folder/],
      [join(plain, "nothing"), /there is no such folder/],
      [empty, /has no commit yet/],
      [shallow, /shallow clone.*fetch --unshallow --tags/],
    ];
    for (const [path, reason] of cases) {
      const playing = play("--once", "--json", "--repo", path);
      expect(await playing.exit).toBe(1);
      expect(steps(playing)).toEqual([
        { step: "start", ok: false, detail: expect.stringMatching(reason) as string },
      ]);
      expect(readdirSync(playing.folder)).toEqual([]);
    }
  });
});

describe("which tags are a project's releases", () => {
  it.each([
    [["v1.2.3", "v1.2.2"], "v{version}"],
    [["1.2.3"], "{version}"],
    [["plugin-legacy@8.2.3", "v8.2.2"], "v{version}"],
    [["preset-v9.4.0", "kiosk-v8.1.3"], "kiosk-v{version}"],
    [["app/v2.0.0-rc.1"], "app/v{version}"],
    [["@scope/pkg@1.0.0", "nightly", "v1.2"], "v{version}"],
    [[], "v{version}"],
  ])("%j: %s", (tags, pattern) => {
    expect(patternOf(tags, "kiosk")).toBe(pattern);
  });
});

describe("a project's name by its origin", () => {
  it.each([
    ["https://github.com/acme/shop.git", "acme/shop"],
    ["https://user:secret@git.example:8443/group/acme/shop/", "acme/shop"],
    ["git@github.com:acme/shop.git", "acme/shop"],
    ["ssh://git@git.example/acme/shop", "acme/shop"],
    ["/srv/mirrors/shop", null],
    ["", null],
  ])("%s: %s", (origin, name) => {
    expect(nameFromOrigin(origin)).toBe(name);
  });
});

function gitIn(folder: string, ...args: string[]): string {
  return execFileSync("git", ["-C", folder, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
    env: {
      ...process.env,
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "Ada",
      GIT_AUTHOR_EMAIL: "ada@example.com",
      GIT_COMMITTER_NAME: "Ada",
      GIT_COMMITTER_EMAIL: "ada@example.com",
    },
  });
}

/** A small project with releases named after it, and three commits since the last. */
function clonedProject(): string {
  const folder = join(mkdtempSync(join(root, "project-")), "kiosk");
  mkdirSync(folder);
  gitIn(folder, "init", "-q", "-b", "trunk");
  const commit = (message: string): void =>
    void gitIn(folder, "commit", "-q", "--allow-empty", "-m", message);
  commit("feat: open the kiosk");
  gitIn(folder, "tag", "kiosk-v0.3.0");
  commit("fix: lock the door");
  gitIn(folder, "tag", "-a", "-m", "0.3.1", "kiosk-v0.3.1");
  commit("feat!: sell by weight (#12)");
  commit("docs: the opening hours");
  commit("fix(scale): begin at zero\n\nReviewed-by: Ada");
  return folder;
}
