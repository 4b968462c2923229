/**
 * `waybill import FILE|- [--rehearsal]`: brings what `waybill export` has written into an empty store. Exit codes: 0 done, 1 refused and nothing
 * changed, 2 usage (also a file that cannot be read), 3 store unavailable.
 */
import { closeSync, createReadStream, fstatSync, openSync } from "node:fs";
import type { Imported } from "../store/transfer/import.ts";
import type { CommandIo } from "./main.ts";
import { Refusal, refusing, systemReason } from "./store/refusal.ts";
import { storeRequest, storeSettings, theFile } from "./store/request.ts";
import { describeRows, grouped } from "./store/words.ts";

const USAGE = `Usage: waybill import FILE|- [--rehearsal]

Brings what \`waybill export\` has written into the store that DATABASE_URL names: a new one, or one without a row. All of it comes or
nothing; a file that is cut off or changed is refused.

  FILE         the file; - for standard input
  --rehearsal  take a file too that was exported beside a running server: to try how it goes, on a store that no server will use
`;

/**
 * Runs the command with the settings of this process's environment.
 *
 * @param argv what follows the word `import`
 * @returns the exit code
 */
export function importCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return refusing("import", USAGE, io, async () => {
    const request = storeRequest(argv, ["rehearsal"]);
    if (request === "help") {
      io.stdout(USAGE);
      return 0;
    }
    const file = theFile(request.files);
    const { databaseUrl, cwd } = storeSettings();
    const imported = await bring(file, databaseUrl, cwd, request.flags.rehearsal);
    const name = file === "-" ? "standard input" : file;
    io.stdout(`Imported ${name}, and verified the audit log in its new place.\n${describe(imported)}`);
    return 0;
  });
}

async function bring(file: string, databaseUrl: string, cwd: string, rehearsal: boolean): Promise<Imported> {
  const { importStore } = await import("../store/transfer/import.ts");
  const { TransferError } = await import("../store/transfer/format.ts");
  const name = file === "-" ? "standard input" : file;
  const source = file === "-" ? { twice: false, open: () => process.stdin } : fileSource(file);
  try {
    return await importStore(databaseUrl, { cwd, rehearsal, ...source });
  } catch (error) {
    if (error instanceof TransferError) {
      const where = error.line === null ? "" : `${name}:${error.line}  `;
      throw new Refusal(1, `${where}${error.message}`, error.mend);
    }
    if (isReadError(error)) throw unreadable(name, error);
    throw error;
  }
}

/** Of a pipe there is only one reading; a file is checked whole before anything is touched. */
function fileSource(file: string) {
  try {
    const descriptor = openSync(file, "r");
    const about = fstatSync(descriptor);
    closeSync(descriptor);
    if (about.isDirectory()) throw Object.assign(new Error("folder"), { code: "EISDIR" });
    return { twice: about.isFile(), open: () => createReadStream(file, { highWaterMark: 1_048_576 }) };
  } catch (error) {
    throw unreadable(file, error);
  }
}

function isReadError(error: unknown): boolean {
  return (
    error instanceof Error && "syscall" in error && (error.syscall === "read" || error.syscall === "open")
  );
}

function unreadable(name: string, error: unknown): Refusal {
  return new Refusal(
    2,
    `${name} cannot be read: ${systemReason(error)}.`,
    "Name a file that this user may read.",
  );
}

function describe({ header, trailer, orphans }: Imported): string {
  const source = { sqlite: "SQLite", postgres: "PostgreSQL" }[header.source];
  const taken =
    orphans === 0
      ? ""
      : `${grouped(orphans)} of the jobs ${orphans === 1 ? "was" : "were"} running: the server takes up again what was.\n`;
  const next = trailer.final
    ? "Start the server on this store, and never again on the old one: both would do the same work.\n"
    : "A rehearsal: no server may work on this store, as another goes on with the same work.\n";
  return `It was exported from ${source} at ${header.at}.\n${describeRows(trailer.rows)}${taken}${next}`;
}
