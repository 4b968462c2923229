/** Reading plain data that came from a workflow file, where anything may stand anywhere. */

/** A map of a YAML file, unchecked. */
export type WorkflowMap = Readonly<Record<string, unknown>>;

/** The map, or null if it is anything else. */
export function asMap(value: unknown): WorkflowMap | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as WorkflowMap) : null;
}

/** A single value as text (`true`, `5`), or null if there is none. */
export function asText(value: unknown): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}
