/**
 * `waybill export FILE|- [--final] [--force]`: all that must survive of a store, as a file for `waybill import`. Exit codes: 0 done, 1 not done,
 * 2 usage, 3 store unavailable.
 */
import { createWriteStream, type WriteStream } from "node:fs";
import type { Exported } from "../store/transfer/export.ts";
import type { CommandIo } from "./main.ts";
import { Refusal, refusing, systemReason } from "./store/refusal.ts";
import { storeRequest, storeSettings, theFile } from "./store/request.ts";
import { beginWholeFile } from "./store/whole-file.ts";
import { describeRows } from "./store/words.ts";

const USAGE = `Usage: waybill export FILE|- [--final] [--force]

All that must survive of the store that DATABASE_URL names, as of one moment, in a file that \`waybill import\` brings into another
store: of SQLite or PostgreSQL, in either direction. Only this user may read it; payloads of webhooks are in it.

What a server does after the export is not in it. So stop the server, export with --final, import, and start the server on the new
store; never again on the old one.

  FILE     the file; - for standard output
  --final  refuse where a server works on the store
  --force  replace FILE if it is there
`;

/** Takes a piece of the file; resolves when there is room for the next. */
type Write = (piece: string) => Promise<void>;

/**
 * Runs the command with the settings of this process's environment.
 *
 * @param argv what follows the word `export`
 * @returns the exit code
 */
export function exportCommand(argv: readonly string[], io: CommandIo): Promise<number> {
  return refusing("export", USAGE, io, async () => {
    const request = storeRequest(argv, ["final", "force"]);
    if (request === "help") {
      io.stdout(USAGE);
      return 0;
    }
    const file = theFile(request.files);
    const run = exporting(request.flags.final, io);
    if (file === "-") {
      await run(writerTo(process.stdout, "Standard output"));
      return 0;
    }
    const exported = await intoFile(file, request.flags.force, run);
    io.stdout(`Exported to ${file}.\n${describeRows(exported.rows)}${next(exported)}`);
    return 0;
  });
}

function exporting(final: boolean, io: CommandIo): (write: Write) => Promise<Exported> {
  return async (write) => {
    const { databaseUrl, cwd } = storeSettings();
    const { exportStore } = await import("../store/transfer/export.ts");
    const { TransferError } = await import("../store/transfer/format.ts");
    const onServer = (who: string): void => {
      io.stderr(
        `waybill export: a server works on the store (${who}): what it does from now on is not in the file. To move for good, stop it and export with --final.\n`,
      );
    };
    try {
      return await exportStore(databaseUrl, { cwd, final, now: Date.now, write, onServer });
    } catch (error) {
      if (error instanceof TransferError) throw new Refusal(1, error.message, error.mend);
      throw error;
    }
  };
}

async function intoFile(
  path: string,
  force: boolean,
  run: (write: Write) => Promise<Exported>,
): Promise<Exported> {
  const file = beginWholeFile(path, force);
  try {
    const stream = createWriteStream(file.partial, { flags: "r+" });
    const exported = await run(writerTo(stream, path));
    await ended(stream, path);
    file.keep();
    return exported;
  } finally {
    file.discard();
  }
}

/** Writes no faster than it is taken, so that a large store is never in memory. */
function writerTo(stream: NodeJS.WritableStream, name: string): Write {
  // Told to whoever waits for the piece; without a listener it would end the process besides.
  stream.on("error", () => {});
  return (piece) =>
    new Promise((resolve, reject) => {
      stream.write(piece, (error) => {
        if (error) reject(unwritable(name, error));
        else resolve();
      });
    });
}

function ended(stream: WriteStream, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once("error", (error) => reject(unwritable(path, error)));
    stream.end(resolve);
  });
}

function unwritable(name: string, error: unknown): Refusal {
  return new Refusal(
    1,
    `${name} cannot be written: ${systemReason(error)}.`,
    "Make room, or name another file.",
  );
}

function next({ final }: Exported): string {
  return final
    ? "No server worked on the store meanwhile. Let none be started on it before the import is done, nor afterwards.\n"
    : "A server worked on the store meanwhile: good for a rehearsal, not for moving.\n";
}
