/** By what a component is deployed, as short names that are compared later: whether the workflow is the same file, and is given the same. */
import { createHash } from "node:crypto";
import type { SuppliedInputs } from "../core/workflow-inputs.ts";

/** What differs with every release, whatever the config says. */
const VARYING: ReadonlySet<string> = new Set<keyof SuppliedInputs>(["version", "sha", "correlation_id"]);

/** The id that Git gives a file of this text: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
export function blobOf(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Of a workflow's file name and the inputs that it is given, but for those that differ with every release; in hexadecimal digits. */
export function digestOf(file: string, inputs: Readonly<Record<string, string>>): string {
  const own = Object.entries(inputs).filter(([name]) => !VARYING.has(name));
  const sorted = own.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([file, sorted]))
    .digest("hex");
}
