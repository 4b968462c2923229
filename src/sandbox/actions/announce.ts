import type { Annotation } from "../state.ts";

const NOTICE = /^\s*echo "::notice title=([^:"]+)::([^"]*)"\s*$/gm;

/**
 * What a step's script announces by workflow commands: lines `echo "::notice title=TITLE::TEXT"`, in which `$(date -u +%Y-%m-%dT%H:%M:%SZ)` is the time.
 * Source: https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-a-notice-message
 */
export function announced(script: string, now: number): Annotation[] {
  const time = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  return [...script.matchAll(NOTICE)].map(([, title = "", text = ""]) => ({
    path: ".github",
    startLine: 1,
    endLine: 1,
    startColumn: null,
    endColumn: null,
    level: "notice",
    title,
    message: text.replaceAll("$(date -u +%Y-%m-%dT%H:%M:%SZ)", time),
    rawDetails: null,
  }));
}
