/** Writing a file that is there whole or not at all. */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Refusal, systemReason } from "./refusal.ts";

/** A file that grows under another name and gets its own when it is complete. */
export interface WholeFile {
  /** Where it is until then: empty at first, in the same folder, nobody else's to read. */
  readonly partial: string;
  /** Gives it its name. */
  keep(): void;
  /** Takes it away, unless it was kept. */
  discard(): void;
}

/**
 * Begins a file. Throws Refusal where something has that name already (unless `force`), or where it cannot be written. A signal that ends
 * the process takes away what there is of it.
 */
export function beginWholeFile(path: string, force: boolean): WholeFile {
  refuseTaken(path, force);
  const partial = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.partial`);
  try {
    closeSync(openSync(partial, "wx", 0o600));
  } catch (error) {
    throw new Refusal(
      1,
      `${path} cannot be written: ${systemReason(error)}.`,
      "Name a file in a folder where this user may write.",
    );
  }
  const discard = (): void => rmSync(partial, { force: true });
  const stop = (): void => {
    discard();
    process.exit(130);
  };
  const forget = (): void => {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  return {
    partial,
    keep() {
      giveName(partial, path, force);
      forget();
    },
    discard() {
      discard();
      forget();
    },
  };
}

function refuseTaken(path: string, force: boolean): void {
  // What SQLite has left beside a database would be taken for a part of the new one.
  const beside = ["-wal", "-journal", ".lock"].map((ending) => `${path}${ending}`).find(existsSync);
  if (beside !== undefined) {
    throw new Refusal(
      1,
      `${path} looks like a database in use: ${beside} is there too.`,
      "Name another file.",
    );
  }
  if (!force && existsSync(path))
    throw new Refusal(1, `${path} is there already.`, "Name another file, or say --force to replace it.");
}

function giveName(partial: string, path: string, force: boolean): void {
  try {
    sync(partial);
    if (force) renameSync(partial, path);
    else takeFreeName(partial, path);
    sync(dirname(path));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(1, `${path} cannot be written: ${systemReason(error)}.`, "Name another file.");
  }
}

/** A rename would replace what has come there meanwhile; a link does not. */
function takeFreeName(partial: string, path: string): void {
  try {
    linkSync(partial, path);
    rmSync(partial);
  } catch {
    // Taken meanwhile; or a file system without links.
    refuseTaken(path, false);
    renameSync(partial, path);
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
