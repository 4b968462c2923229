/** A clone for commands that read one: commits as tests need them, and a command run there. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface Clone {
  readonly folder: string;
  git(...args: string[]): string;
  /** One commit with these files; `when` it is said to be made, now if that is not said. */
  commit(message: string, files?: Readonly<Record<string, string>>, when?: string): void;
  remove(): void;
}

const PERSON = { NAME: "Ada", EMAIL: "ada@example.com" };

/** An empty repository with the branch `main`. */
export function givenClone(): Clone {
  const folder = mkdtempSync(join(tmpdir(), "waybill-clone-"));
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_NOSYSTEM: "1" };
  for (const role of ["AUTHOR", "COMMITTER"])
    for (const [name, value] of Object.entries(PERSON)) env[`GIT_${role}_${name}`] = value;
  const git = (...args: string[]): string =>
    execFileSync("git", ["-C", folder, ...args], {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  git("init", "-q", "-b", "main");
  return {
    folder,
    git,
    commit(message, files = {}, when) {
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text);
      }
      git("add", "-A");
      env["GIT_COMMITTER_DATE"] = when;
      git("commit", "-q", "--allow-empty", "-m", message);
      delete env["GIT_COMMITTER_DATE"];
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

type Command = (
  argv: readonly string[],
  io: { readonly stdout: (text: string) => void; readonly stderr: (text: string) => void },
) => Promise<number>;

/** Runs a command and keeps what it writes. */
export async function runCommand(
  command: Command,
  argv: readonly string[],
): Promise<{ code: number; out: string; err: string }> {
  const written = { out: "", err: "" };
  const code = await command(argv, {
    stdout: (text) => void (written.out += text),
    stderr: (text) => void (written.err += text),
  });
  return { code, ...written };
}
