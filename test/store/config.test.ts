import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StoreUnavailableError } from "../../src/core/ports.ts";
import { parseDatabaseUrl } from "../../src/store/config.ts";
import { openStore, StoreConfigError } from "../../src/store/index.ts";
import { temporaryFolder } from "./given.ts";

function refusal(databaseUrl: string): StoreConfigError {
  try {
    parseDatabaseUrl(databaseUrl, "/srv/waybill");
  } catch (error) {
    if (error instanceof StoreConfigError) return error;
    throw error;
  }
  throw new Error(`${databaseUrl} was accepted`);
}

describe("DATABASE_URL", () => {
  it.each([
    ["sqlite:data/waybill.db", "/srv/waybill/data/waybill.db"],
    ["sqlite:./waybill.db", "/srv/waybill/waybill.db"],
    ["sqlite:/var/lib/waybill.db", "/var/lib/waybill.db"],
    ["sqlite:///var/lib/waybill.db", "/var/lib/waybill.db"],
    ["  sqlite:with space.db\n", "/srv/waybill/with space.db"],
  ])("%s is a file of ours", (databaseUrl, path) => {
    expect(parseDatabaseUrl(databaseUrl, "/srv/waybill")).toEqual({ dialect: "sqlite", path });
  });

  it.each([
    "postgres://db.example/waybill",
    "postgresql://me:s3cr%25t@db.example:5433/waybill?sslmode=require",
    "postgres://me@localhost/waybill?host=%2Frun%2Fpostgresql",
    "postgres:///waybill?host=/run/postgresql",
  ])("%s is a PostgreSQL server", (url) => {
    expect(parseDatabaseUrl(url, "/")).toEqual({ dialect: "postgres", url });
  });

  it.each([
    ["", "empty"],
    ["data/waybill.db", "begins with neither"],
    ["mysql://me:hunter2@host/db", "`mysql:`"],
    ["sqlite:", "path"],
    ["sqlite::memory:", "keep nothing"],
    ["sqlite:data/", "folder"],
    ["sqlite:a\0b", "NUL"],
    ["postgres://me:hunter2@host:notaport/db", "not a valid address"],
    ["postgres://me:hunter2@host", "database's name"],
    ["postgres:///", "host"],
    ["postgres://me:hunter2%@host/db", "%25"],
    ["postgres:/me:hunter2@host/db", "`postgres:`"],
  ])("%j is refused with a sentence that helps, and without the password", (databaseUrl, hint) => {
    const { message, problem } = refusal(databaseUrl);
    expect(problem).toBe("url");
    expect(message).toContain("DATABASE_URL");
    expect(message).toContain(hint);
    expect(message).not.toContain("hunter2");
  });
});

describe("opening the embedded database", () => {
  it("makes its folder and files for this user only", async () => {
    const cwd = temporaryFolder();
    const store = await openStore("sqlite:data/deep/waybill.db", { cwd });
    const mode = (file: string) => statSync(join(cwd, file)).mode & 0o777;
    expect(mode("data")).toBe(0o700);
    expect(mode("data/deep")).toBe(0o700);
    expect(mode("data/deep/waybill.db")).toBe(0o600);
    expect(mode("data/deep/waybill.db-wal")).toBe(0o600);
    await store.close();
  });

  it("says which folder cannot be made", async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, "data"), "a file where the folder should be");
    await expect(openStore("sqlite:data/waybill.db", { cwd })).rejects.toMatchObject({
      name: "StoreConfigError",
      problem: "folder",
      message: expect.stringContaining(join(cwd, "data/waybill.db")),
    });
  });

  it("is unavailable when the file is something else", async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, "data"));
    writeFileSync(join(cwd, "data/waybill.db"), "this is not a database".repeat(100));
    await expect(openStore("sqlite:data/waybill.db", { cwd })).rejects.toThrow(StoreUnavailableError);
  });
});
