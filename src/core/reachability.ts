/**
 * Probes that tell no version: a connection to a port, or an answer of any kind. That something answers is worth waiting for, and worth writing down;
 * but it is no proof that it is the release that was shipped.
 */
import type { ProbeConfig } from "./config/index.ts";

/** Whether the version that runs can be seen by a probe. */
export function tellsVersion({ url, expect }: Pick<ProbeConfig, "url" | "expect">): boolean {
  return expect !== "answer" && !url.startsWith("tcp:");
}

/** Whether any of the probes can tell the version. */
export function anyTellsVersion(probes: readonly ProbeConfig[]): boolean {
  return probes.some(tellsVersion);
}
