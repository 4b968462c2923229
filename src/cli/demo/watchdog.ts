/**
 * Outlives the demo for a moment: when the demo's end of the pipe closes without a farewell (it was killed, and could not tidy up),
 * this stops the server and removes the folder. Run as a process of its own: `watchdog.ts SERVER_PID FOLDER`.
 */
import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const DRAIN_MS = 10_000;
const LOOK_EVERY_MS = 100;

function tell(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function main(pid: number, folder: string): Promise<void> {
  let farewell = false;
  // Ctrl-C reaches everybody at a terminal; this one goes last.
  process.on("SIGINT", () => undefined);
  for await (const piece of process.stdin) farewell ||= String(piece).includes("bye");
  if (farewell) return;
  tell(pid, "SIGTERM");
  for (let waited = 0; waited < DRAIN_MS && tell(pid, 0); waited += LOOK_EVERY_MS) await sleep(LOOK_EVERY_MS);
  tell(pid, "SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}

const [pid, folder] = process.argv.slice(2);
if (Number(pid) > 1 && folder !== undefined) await main(Number(pid), folder);
