/**
 * `waybill demo` (`npm run demo`): the whole road on this machine, with the real server and a stand-in for GitHub.
 *
 * Exit codes: 0 every step held; 1 one did not, it could not be set up, or it was interrupted before its end; 2 usage.
 */
import { CloneUnreadable } from "../sandbox/index.ts";
import { watchLifetime } from "./demo/lifetime.ts";
import { createNarrator, type Io, type Narrator, plain } from "./demo/narrator.ts";
import type { Fault } from "./demo/fault-list.ts";
import { playFaults } from "./demo/faults.ts";
import { type DemoOptions, readOptions, USAGE } from "./demo/options.ts";
import { Interrupted, rest } from "./demo/patience.ts";
import { ProjectUnfit } from "./demo/project.ts";
import { openScene, type Scene } from "./demo/scene.ts";
import { ServerNotStarted } from "./demo/server.ts";
import { playStory } from "./demo/story.ts";

const FAILED = 1;
const USAGE_ERROR = 2;
const WATCH_MS = 300;

/** Runs the command with its arguments (without `demo`). @returns the exit code, see above. */
export async function demo(argv: readonly string[], io: Io): Promise<number> {
  const asked = readOptions(argv);
  if (asked.kind === "help") {
    io.stdout(USAGE);
    return 0;
  }
  if (asked.kind === "wrong") {
    io.stderr(`waybill demo: ${plain(asked.reason)}\n\n${USAGE}`);
    return USAGE_ERROR;
  }
  const lifetime = watchLifetime();
  try {
    const narrator = createNarrator(io, asked.options.json);
    const { faults } = asked.options;
    if (faults !== null) return await runFaults(faults, narrator, lifetime.signal);
    return await run(asked.options, narrator, lifetime.signal);
  } finally {
    lifetime.dispose();
  }
}

async function runFaults(faults: readonly Fault[], narrator: Narrator, signal: AbortSignal): Promise<number> {
  try {
    return (await playFaults(faults, narrator, signal)) ? 0 : FAILED;
  } catch (error) {
    return told(error, narrator);
  }
}

async function run(options: DemoOptions, narrator: Narrator, signal: AbortSignal): Promise<number> {
  narrator.say("Waybill on this machine: the real server, and a stand-in for GitHub to try it on.");
  const scene = await open(options, narrator, signal);
  if (scene === null) return FAILED;
  let outcome: "held" | "failed" | "interrupted" = "interrupted";
  try {
    narrator.say(`\nReady: ${scene.sandbox.url}/`);
    narrator.say("Pull requests, comments, releases and deployments can be watched there.");
    outcome = (await playStory(scene, narrator, options.once)) ? "held" : "failed";
    narrator.say(outcome === "held" ? "\nEvery step held." : "\nThe story ends here: a step did not hold.");
    if (!options.once) await stayUp(scene, narrator, outcome === "held");
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    if (outcome === "interrupted") narrator.say("\nInterrupted before the story was over.");
  } finally {
    const log = await scene.close(outcome === "failed");
    if (log !== null) narrator.say(`The server's log: ${log}`);
  }
  return outcome === "held" ? 0 : FAILED;
}

async function open(options: DemoOptions, narrator: Narrator, signal: AbortSignal): Promise<Scene | null> {
  try {
    return await openScene(options, signal);
  } catch (error) {
    told(error, narrator);
    return null;
  }
}

/** Says why it could not be set up. @returns the exit code. @throws what nobody expected */
function told(error: unknown, narrator: Narrator): number {
  if (error instanceof Interrupted) return FAILED;
  const expected = [ProjectUnfit, CloneUnreadable, ServerNotStarted].some((kind) => error instanceof kind);
  if (!expected) throw error;
  narrator.end({ step: "start", ok: false, detail: plain((error as Error).message).trim() });
  return FAILED;
}

/** Until Ctrl-C, or until the server is gone. @throws Interrupted */
async function stayUp(scene: Scene, narrator: Narrator, held: boolean): Promise<void> {
  const hint = held
    ? "Try /promote prod as ana (this time it will not fail), /status, /help."
    : "Look around; Waybill goes on.";
  narrator.say(
    `\nNow it is yours: ${scene.sandbox.url}/ has a form to comment as ana, wes, rea or sid.\n${hint} Ctrl-C ends it.`,
  );
  while (scene.ended() === null) await rest(scene, WATCH_MS);
  narrator.say(`The server is gone: ${scene.ended() ?? ""}. ${scene.server.lastWords()}`);
}
