/**
 * Private PostgreSQL clusters from the programs of Debian's package `postgresql`, on a Unix socket in a temporary folder. Imports nothing of
 * the test runner: the global setup and child processes use it too.
 */
import { execFile, execFileSync } from "node:child_process";
import type { ExecFileOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";

const run = promisify(execFile);

/** The folder of PostgreSQL's programs (the newest version installed), or null. */
export function postgresPrograms(): string | null {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).map(Number).filter(Number.isFinite) : [];
  const folders = versions.sort((a, b) => b - a).map((version) => join(root, String(version), "bin"));
  folders.push(...(process.env["PATH"] ?? "").split(":"));
  return (
    folders.find((folder) => existsSync(join(folder, "initdb")) && existsSync(join(folder, "pg_ctl"))) ?? null
  );
}

/** Who PostgreSQL runs as: it refuses root, so then the user `postgres` that the package has made. */
function serverUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

/** Makes an empty folder that the server's user owns. The name is short: a socket's path may have 107 bytes. */
export function makeClusterFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "wb-pg-"));
  const user = serverUser();
  if (user !== null) chownSync(folder, user.uid, user.gid);
  return folder;
}

/** Sends a signal; false if there is no such process any more. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** A private PostgreSQL server in a folder. */
export class PostgresCluster {
  readonly folder: string;
  readonly #programs: string;

  constructor(folder: string) {
    const programs = postgresPrograms();
    if (programs === null)
      throw new Error("PostgreSQL is not installed (Debian: apt-get install postgresql)");
    this.folder = folder;
    this.#programs = programs;
  }

  get #data(): string {
    return join(this.folder, "data");
  }

  /** The process id of the running server, or null. */
  get pid(): number | null {
    const file = join(this.#data, "postmaster.pid");
    const pid = existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : Number.NaN;
    return pid > 1 ? pid : null;
  }

  #options(): ExecFileOptions {
    return { cwd: this.folder, env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" }, ...serverUser() };
  }

  /** Makes the data folder. `durable`: with fsync, for tests that kill the server. */
  async create(options: { durable: boolean }): Promise<void> {
    const flags = ["-D", this.#data, "-U", "waybill", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"];
    await run(join(this.#programs, "initdb"), [...flags, "--no-instructions"], this.#options());
    const settings = [
      "listen_addresses = ''",
      `unix_socket_directories = '${this.folder}'`,
      "max_connections = 150",
      "shared_buffers = 32MB",
      ...(options.durable ? [] : ["fsync = off", "full_page_writes = off"]),
    ];
    await writeFile(join(this.#data, "postgresql.auto.conf"), `${settings.join("\n")}\n`);
  }

  /** Starts the server and waits until it answers. */
  async start(): Promise<void> {
    const log = join(this.folder, "log");
    await run(join(this.#programs, "pg_ctl"), ["-D", this.#data, "-l", log, "-w", "start"], this.#options());
  }

  /** Stops the server: `immediate` as a crash would. */
  async stop(mode: "fast" | "immediate"): Promise<void> {
    await run(join(this.#programs, "pg_ctl"), ["-D", this.#data, "-m", mode, "-w", "stop"], this.#options());
  }

  /**
   * Stops the server if it runs, and removes the folder. Synchronous, so that it also works while a process is ending; by a signal and
   * not by pg_ctl, which refuses to stop a server that is still starting.
   */
  remove(): void {
    const pid = this.pid;
    if (pid !== null && signal(pid, "SIGQUIT")) {
      const deadline = Date.now() + 10_000;
      while (signal(pid, 0) && Date.now() < deadline)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** The address of a database for `DATABASE_URL`. */
  url(database: string): string {
    return `postgres://waybill@localhost/${database}?host=${encodeURIComponent(this.folder)}`;
  }

  /** Makes an empty database with a name of its own; answers its address. */
  async createDatabase(): Promise<string> {
    const name = `test_${randomBytes(6).toString("hex")}`;
    const client = new Client({ connectionString: this.url("postgres") });
    await client.connect();
    try {
      await client.query(`create database ${name}`);
    } finally {
      await client.end();
    }
    return this.url(name);
  }
}
