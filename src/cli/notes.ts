/**
 * `waybill notes`: the release notes of any local clone, from git alone. It needs no GitHub, no store and no Probot, and loads none of them.
 *
 * Exit codes: 0 done; 1 no or invalid (no such folder, repository or ref, no commits, no release to start from); 2 usage; 3 git cannot be run.
 *
 * Git is started before the rest of this command is loaded: on two cores the one costs no time beside the other.
 */
import { parseArguments, USAGE } from "./notes-arguments.ts";
import { beginNotesOf } from "./notes-begin.ts";
import { refusalOf } from "./notes-refusal.ts";

export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Runs the command with its arguments (without `notes`) and returns its exit code; see above. Writes nothing to stdout unless it is 0. */
export async function notes(argv: readonly string[], io: Io): Promise<number> {
  try {
    const asked = parseArguments(argv);
    if (asked === "help") io.stdout(USAGE);
    else {
      const begun = await beginNotesOf(asked);
      const { answer } = await import("./notes-answer.ts");
      io.stdout(await answer(asked, begun, io));
    }
    return 0;
  } catch (error) {
    const refusal = refusalOf(error);
    io.stderr(`waybill notes: ${refusal.message}\n${refusal.code === 2 ? `\n${USAGE}` : ""}`);
    return refusal.code;
  }
}
