/** Where the databases of tests lie that do not try what is left of them after a crash. */
import { mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const MEMORY = "/dev/shm";
const TMPFS = 0x01_02_19_94;
/** A story leaves a few megabytes; containers have 64 of them by default. */
const AT_LEAST_BYTES = 256 * 1024 * 1024;

/**
 * An empty folder, in memory where there is enough of it. Everything is written and synced there as it is on a disk, for which no test has to
 * wait then; most of a story's time went into that.
 */
export function quickFolder(prefix: string): string {
  return mkdtempSync(join(isRoomy() ? MEMORY : tmpdir(), prefix));
}

function isRoomy(): boolean {
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    return type === TMPFS && bavail * bsize >= AT_LEAST_BYTES;
  } catch {
    return false;
  }
}
