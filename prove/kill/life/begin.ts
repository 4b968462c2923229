/**
 * Loaded before the server itself (`node --import`): puts a seeded bug into its code, makes its time one that can go on at once, and leads `main.ts` to
 * the store by `door.ts`. The server is started as `npm start` does it, and knows nothing of this.
 */
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { VARIABLE, type Orders } from "../orders.ts";
import { keepTime } from "./time.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const MAIN = pathToFileURL(join(ROOT, "src", "main.ts")).href;
const DOOR = pathToFileURL(join(import.meta.dirname, "door.ts")).href;

const orders = JSON.parse(process.env[VARIABLE] ?? "{}") as Orders;
const unloaded = orders.bug === null ? () => [] : await putIn(orders.bug);

keepTime(orders.aheadMs);
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(context.parentURL === MAIN && specifier === "./store/index.ts" ? DOOR : specifier, context),
});

/** What the door is to know. */
export const life = { boundaries: orders.boundaries, tokens: orders.tokens, unloaded };

/** Loads what only a seeded bug needs, and puts it in. Answers which of its files have not been loaded yet. */
async function putIn(name: string): Promise<() => readonly string[]> {
  const { bugNamed } = await import("../../model/bugs/index.ts");
  const { patchOnLoad } = await import("../../model/bugs/patching.ts");
  const bug = bugNamed(name);
  if (bug === undefined) throw new Error(`there is no bug "${name}"`);
  return patchOnLoad(bug).unloaded;
}
