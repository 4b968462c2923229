/** What `waybill validate` does about the workflows that a config names: it holds the config against those beside it, by the rules of the check on pull requests. */
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { configVerdict } from "../core/config-check/check.ts";
import type { ConfigProblem } from "../core/config/index.ts";
import type { PlacedReading } from "../core/config/parse.ts";
import { readWorkflow, type WorkflowReading } from "../core/workflow.ts";

/** GitHub takes no larger ones. */
const LARGEST = 1024 * 1024;

/** What will be refused as the files are now; empty where the config is in no `.github`, so that there is nothing to hold it against. */
export function workflowProblems(file: string, placed: PlacedReading): readonly ConfigProblem[] {
  const folder = dirname(resolve(file));
  if (basename(folder) !== ".github" || !placed.reading.ok) return [];
  const root = join(folder, "..");
  return configVerdict(placed, (path) => workflowAt(join(root, path), path)).problems;
}

function workflowAt(place: string, path: string): WorkflowReading | "missing" {
  try {
    const about = statSync(place);
    return about.isFile() && about.size <= LARGEST
      ? readWorkflow(readFileSync(place, "utf8"), path)
      : "missing";
  } catch {
    return "missing";
  }
}
