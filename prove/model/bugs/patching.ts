/**
 * Puts a bug into the real code as it is loaded: the text of a module is changed before it is compiled. Only what is loaded afterwards is changed,
 * so this comes before anything of `src`.
 */
import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Bug, Patch } from "./bug.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");

/** A seeded bug does not fit the code any more: it has to be mended, or to be taken out. */
export class MisfitError extends Error {
  override readonly name = "MisfitError";
}

/**
 * The texts of the files that a bug changes, by their URLs.
 * @throws MisfitError where a snippet does not stand in its file exactly once
 */
export function patchedTexts({ name, patches }: Bug): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const file of new Set(patches.map((patch) => patch.file))) {
    const own = patches.filter((patch) => patch.file === file);
    const text = own.reduce(
      (now, patch) => patched(name, now, patch),
      readFileSync(join(ROOT, file), "utf8"),
    );
    texts.set(pathToFileURL(join(ROOT, file)).href, text);
  }
  return texts;
}

/** Changes what is loaded from now on; `unloaded` says what of it has not been. @throws MisfitError as `patchedTexts` does */
export function patchOnLoad(bug: Bug): { readonly unloaded: () => readonly string[] } {
  const texts = patchedTexts(bug);
  const loaded = new Set<string>();
  registerHooks({
    load(url, context, nextLoad) {
      const source = texts.get(url);
      if (source === undefined) return nextLoad(url, context);
      loaded.add(url);
      return { format: "module-typescript", source, shortCircuit: true };
    },
  });
  return { unloaded: () => [...texts.keys()].filter((url) => !loaded.has(url)) };
}

function patched(name: string, text: string, { file, find, replace }: Patch): string {
  const count = text.split(find).length - 1;
  if (count !== 1)
    throw new MisfitError(
      `The bug ${name} does not fit ${file} any more: what it replaces stands there ${count} times, not once.\n${find}`,
    );
  return text.replace(find, () => replace);
}
