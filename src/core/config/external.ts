/** Services that are asked, from the config's `gates.external`. */
import { isOpenToOthers } from "./addresses.ts";
import type { WrittenExternal } from "./external-schema.ts";
import type { Findings } from "./findings.ts";
import type { ExternalGateConfig } from "./gates-model.ts";
import type { Path } from "./located.ts";
import { durationMs } from "./names.ts";
import { warnOfInnerHost } from "./probes.ts";

/** The services of an environment; undefined where the config names none. */
export function resolveExternal(
  written: WrittenExternal,
  at: Path,
  found: Findings,
): readonly ExternalGateConfig[] | undefined {
  written?.forEach(({ name, url }, index) => {
    if (written.findIndex((one) => one.name === name) < index)
      found.refuse(
        [...at, index, "name"],
        `another service here is called \`${name}\`, too`,
        "give each a name of its own: comments tell them apart by it",
      );
    if (isOpenToOthers(url))
      found.refuse(
        [...at, index, "url"],
        "an answer that comes over http:// can be forged on its way, and this one decides what begins",
        "write https://",
      );
    warnOfInnerHost(url, [...at, index, "url"], found);
  });
  return written?.map(({ name, url, timeout }) => ({ name, url, timeoutMs: durationMs(timeout) ?? 0 }));
}
