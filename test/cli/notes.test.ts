import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { isPlainRef } from "../../src/cli/git.ts";
import { notes } from "../../src/cli/notes.ts";

const root = mkdtempSync(join(tmpdir(), "waybill-notes-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
let folder = "";
const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};

function git(...args: string[]): string {
  return execFileSync("git", ["-C", folder, ...args], {
    env: environment,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

/** One commit with these files, and its SHA. */
function commit(message: string | Buffer, files: Record<string, string> = {}): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  git("add", "-A");
  const file = join(root, "message");
  writeFileSync(file, message);
  git("commit", "-q", "--allow-empty", "--allow-empty-message", "--cleanup=verbatim", "-F", file);
  return git("rev-parse", "HEAD");
}

function repository(): void {
  count += 1;
  folder = join(root, `clone-${count}`);
  mkdirSync(folder);
  git("init", "-q", "-b", "main");
}

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await notes(argv, {
    stdout: (text) => void (out += text),
    stderr: (text) => void (err += text),
  });
  return { code, out, err };
}

interface Json {
  from: string | null;
  to: string;
  bump: string | null;
  version: string | null;
  sections: {
    title: string;
    entries: { sha: string; text: string; component: string | null; pull: number | null }[];
  }[];
  hidden: string[];
  unclassified: { header: string }[];
}

async function json(...argv: string[]): Promise<Json> {
  const { code, out, err } = await run("--repo", folder, "--format", "json", ...argv);
  expect([code, err]).toEqual([0, ""]);
  return JSON.parse(out) as Json;
}

const texts = (answer: Json) => answer.sections.flatMap(({ entries }) => entries.map(({ text }) => text));

beforeEach(repository);

describe("waybill notes", () => {
  it("tells what changed since the nearest release, exactly in the documented shape", async () => {
    commit("feat: old");
    git("tag", "v1.4.2");
    const docs = commit("docs: explain");
    const odd = commit("Fix things");
    const feature = commit("feat(api)!: search (#12)\n\nBREAKING CHANGE: ask for v2");
    const answer = await run("--repo", folder, "--format", "json");
    expect(answer).toMatchObject({ code: 0, err: "" });
    expect(JSON.parse(answer.out)).toStrictEqual({
      from: "v1.4.2",
      to: "HEAD",
      bump: "major",
      version: "2.0.0",
      sections: [
        {
          title: "Features",
          entries: [
            {
              sha: feature,
              type: "feat",
              scope: "api",
              component: null,
              breaking: true,
              text: "search",
              pull: 12,
            },
          ],
        },
      ],
      breaking: [{ sha: feature, text: "ask for v2" }],
      reverted: [],
      hidden: [docs],
      unclassified: [
        { sha: odd, header: "Fix things", reason: "the header is not of the form “type: description”" },
      ],
    });
  });

  it("writes Markdown without --json", async () => {
    commit("feat: old");
    git("tag", "v1.4.2");
    const sha = commit("fix(cart): keep @octocat's discount (#30)");
    expect(await run("--repo", folder)).toEqual({
      code: 0,
      err: "",
      out: `### Bug Fixes\n\n- **cart:** keep @&#8203;octocat's discount (#30, ${sha.slice(0, 7)})\n`,
    });
  });

  it("has no version where nothing is worth a release, and the one that Release-As asks for", async () => {
    commit("feat: old");
    git("tag", "v1.4.2");
    expect(await json()).toMatchObject({ from: "v1.4.2", bump: null, version: null, sections: [] });
    commit("chore: tidy");
    expect(await json()).toMatchObject({ bump: null, version: null });
    commit("chore: release\n\nRelease-As: 3.0.0");
    expect(await json()).toMatchObject({ bump: null, version: "3.0.0" });
  });

  it("starts from the nearest release in the graph: not from a hotfix on a side branch, nor from anything that is no release", async () => {
    commit("feat: old");
    git("tag", "-a", "-m", "v1.4.2", "v1.4.2");
    git("checkout", "-q", "-b", "hotfix");
    commit("fix: hot");
    git("tag", "v1.4.3");
    git("checkout", "-q", "main");
    commit("feat: new");
    for (const tag of ["nightly", "v2", "1.9.0", "v1.5.0-rc.1"]) git("tag", tag);
    commit("fix: newer");
    expect(await json()).toMatchObject({ from: "v1.4.2", version: "1.5.0" });
    git("merge", "-q", "--no-ff", "-m", "Merge branch 'hotfix'", "hotfix");
    const merged = await json();
    expect(merged).toMatchObject({ from: "v1.4.3", version: "1.5.0" });
    expect(texts(merged)).toEqual(["new", "newer"]);
  });

  it("of a release's own tag tells what that release brought", async () => {
    commit("feat: one");
    git("tag", "v1.0.0");
    commit("feat: two");
    git("tag", "v1.1.0-rc.1");
    commit("fix: three");
    git("tag", "v1.1.0");
    commit("fix: four");
    expect(await json("--to", "v1.1.0")).toMatchObject({ from: "v1.0.0", to: "v1.1.0", version: "1.1.0" });
    expect(texts(await json("--to", "v1.1.0"))).toEqual(["two", "three"]);
    expect(texts(await json("--to", "v1.1.0-rc.1"))).toEqual(["two"]);
    expect(texts(await json("--from", "v1.1.0-rc.1"))).toEqual(["four", "three"]);
  });

  it("takes its start by any name, and counts from the release that it carries", async () => {
    commit("feat: one");
    git("tag", "pkg-v3.1.0");
    git("tag", "v1.0.0");
    const two = commit("feat: two");
    commit("fix: three");
    expect(await json("--from", two)).toMatchObject({ from: null, bump: "patch", version: "1.0.1" });
    expect(await json("--from", "HEAD~2", "--to", two)).toMatchObject({ from: null, version: "1.1.0" });
    expect(await json("--from", "pkg-v3.1.0")).toMatchObject({ from: "pkg-v3.1.0", version: "3.2.0" });
    expect(await json("--from", "refs/tags/v1.0.0")).toMatchObject({ from: "v1.0.0" });
  });

  it("says so where there is no release to start from, and lists the whole history only when asked", async () => {
    commit("feat: one");
    git("tag", "nightly");
    expect(await run("--repo", folder, "--format", "json")).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringContaining("--all") as string,
    });
    expect(await json("--all")).toMatchObject({
      releases: [{ from: null, to: "HEAD", bump: "minor", version: "0.1.0" }],
    });
  });

  it("knows the components and the tag's pattern from the commit's own config", async () => {
    commit("feat: old", {
      ".github/waybill.yml":
        'components:\n  api: { paths: ["api/**"] }\n  web: { paths: ["web/**"] }\nrelease: { tag: "rel/{version}" }\n',
    });
    git("tag", "rel/1.0.0");
    commit("feat: a", { "api/0123456789012345678901234567890123456789": "a", "api/ü ö\n.ts": "b" });
    commit("feat: both", { "api/x": "c", "web/y": "d" });
    commit("feat: none", { "README.md": "e" });
    git("mv", "api/x", "web/x");
    commit("fix: moved");
    const answer = await json();
    expect(answer).toMatchObject({ from: "rel/1.0.0", version: "1.1.0" });
    expect(
      Object.fromEntries(
        answer.sections.flatMap(({ entries }) => entries.map(({ text, component }) => [text, component])),
      ),
    ).toEqual({
      a: "api",
      both: null,
      none: null,
      moved: null,
    });
  });

  it("leaves a broken config aside and says so", async () => {
    commit("feat: old", { ".github/waybill.yml": "components: [\n" });
    git("tag", "v1.0.0");
    commit("feat: a");
    const answer = await run("--repo", folder, "--format", "json");
    expect(answer).toMatchObject({ code: 0, err: expect.stringContaining("waybill validate") as string });
    expect(JSON.parse(answer.out)).toMatchObject({ version: "1.1.0" });
  });

  it("reads any message: no UTF-8, no text at all, poison, a forged tag, a line that looks like a record's end", async () => {
    commit("feat: old");
    git("tag", "v1.0.0");
    commit(Buffer.from([...Buffer.from("feat: latin "), 0xe9, 0xff]));
    commit("");
    commit("fix: poison\n\n-notes-\n-hash-\nffff\n-references-\n(tag: v9.9.9)");
    commit(`feat: long ${"#1 ".repeat(60_000)}`);
    commit(`chore: many\n\n${"BREAKING CHANGE: x\n".repeat(10_000)}`);
    const answer = await run("--repo", folder, "--format", "json");
    const model = JSON.parse(answer.out) as Json;
    expect(model).toMatchObject({
      from: "v1.0.0",
      version: "2.0.0",
      unclassified: [{ header: "", reason: "the message is empty" }],
    });
    // Git takes what is no UTF-8 for Latin-1 in some places; either way it is text.
    expect(texts(model).find((text) => text.startsWith("latin"))).toMatch(/^latin (?:éÿ|\uFFFD+)$/);
    expect(answer.err).toContain("too long to be read whole");
  });

  it("works on a detached head, on a bare clone and from within a hook", async () => {
    commit("feat: old");
    git("tag", "v1.0.0");
    commit("feat: new");
    git("checkout", "-q", "--detach");
    expect(await json()).toMatchObject({ version: "1.1.0" });
    const bare = join(root, `bare-${count}`);
    execFileSync("git", ["clone", "-q", "--bare", folder, bare], { env: environment, stdio: "ignore" });
    process.env["GIT_DIR"] = join(root, "elsewhere");
    try {
      folder = bare;
      expect(await json()).toMatchObject({ version: "1.1.0" });
    } finally {
      delete process.env["GIT_DIR"];
    }
  });

  it("says where a shallow clone may mislead", async () => {
    commit("feat: old");
    git("tag", "v1.0.0");
    commit("feat: new");
    commit("feat: newer");
    const shallow = join(root, `shallow-${count}`);
    execFileSync("git", ["clone", "-q", "--depth", "1", `file://${folder}`, shallow], {
      env: environment,
      stdio: "ignore",
    });
    expect(await run("--repo", shallow)).toMatchObject({
      code: 1,
      err: expect.stringContaining("git fetch --unshallow --tags") as string,
    });
    const answer = await run("--repo", shallow, "--all", "--format", "json");
    expect(answer).toMatchObject({ code: 0, err: expect.stringContaining("shallow") as string });
  });

  it("runs nothing that a clone's own configuration names", async () => {
    commit("feat: old");
    git("tag", "v1.0.0");
    commit("feat: new", {
      "a.txt": "x",
      ".gitattributes": "* diff=evil\n",
      ".github/waybill.yml": "components:\n  a: {}\n",
    });
    const trap = join(root, "trap.sh");
    const sprung = join(root, "sprung");
    writeFileSync(trap, `#!/bin/sh\ntouch '${sprung}'\n`);
    chmodSync(trap, 0o755);
    for (const key of [
      "core.fsmonitor",
      "core.pager",
      "diff.external",
      "diff.evil.textconv",
      "gpg.program",
      "core.sshCommand",
      "core.editor",
    ]) {
      git("config", key, trap);
    }
    git("config", "log.showSignature", "true");
    expect(await json()).toMatchObject({ version: "1.1.0" });
    expect(() => execFileSync("test", ["-e", sprung])).toThrow();
  });

  it.each([
    ["an unknown option", ["--bogus"]],
    ["a stray word", ["v1.0.0"]],
    ["an option without its value", ["--from"]],
    ["an option in a ref's place", ["--from=--output=/tmp/x"]],
    ["a range in a ref's place", ["--to", "a..b"]],
    ["an empty ref", ["--to", ""]],
    ["--from with --all", ["--from", "v1", "--all"]],
    ["--all with --unreleased", ["--all", "--unreleased"]],
    ["an unknown format", ["--format", "xml"]],
    ["what was the format's name once", ["--json"]],
  ])("answers %s with 2 and its usage", async (_what, argv) => {
    expect(await run(...argv)).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringContaining("Usage: waybill notes") as string,
    });
  });

  it("prints its usage when asked", async () => {
    expect(await run("--help")).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringContaining("--repo DIR") as string,
    });
  });

  it("answers 1 where there is no such folder, repository, commit, or none yet", async () => {
    expect(await run("--repo", join(root, "nowhere"))).toMatchObject({ code: 1, out: "" });
    expect(await run("--repo", root)).toMatchObject({
      code: 1,
      err: expect.stringContaining("not a git repository") as string,
    });
    expect(await run("--repo", folder)).toMatchObject({
      code: 1,
      err: expect.stringContaining("no commits yet") as string,
    });
    commit("feat: a");
    expect(await run("--repo", folder, "--to", "v9")).toMatchObject({
      code: 1,
      err: expect.stringContaining("v9") as string,
    });
    expect(await run("--repo", folder, "--from", "v9")).toMatchObject({
      code: 1,
      err: expect.stringContaining("v9") as string,
    });
  });

  it("answers 3 where git cannot be run", async () => {
    const path = process.env["PATH"];
    process.env["PATH"] = root;
    try {
      expect(await run("--repo", folder)).toMatchObject({
        code: 3,
        out: "",
        err: expect.stringContaining("git") as string,
      });
    } finally {
      process.env["PATH"] = path;
    }
  });
});

it("takes as a ref what git takes for one commit", () => {
  for (const ref of ["HEAD", "v1.0.0", "refs/tags/v1", "feature/x", "HEAD~2", "abc123^{commit}", "ü"])
    expect(isPlainRef(ref)).toBe(true);
  for (const ref of [
    "",
    "-x",
    "--all",
    "a..b",
    "a b",
    "a:b",
    ":/x",
    "a\nb",
    "a*",
    "@{u}",
    "a\u0000b",
    "a".repeat(1_001),
  ])
    expect(isPlainRef(ref)).toBe(false);
});
