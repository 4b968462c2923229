/** A config as it holds, setting by setting, and where each value comes from. */
import type { Config } from "./model.ts";
import type { Located, Path } from "./located.ts";
import { pathText } from "./problems.ts";
import { EMPTY_COMPONENT, EMPTY_ENVIRONMENT, type WrittenConfig } from "./schema.ts";

/** One setting. */
export interface EffectiveSetting {
  /** `environments.prod.gates.soak`. */
  readonly at: string;
  readonly value: unknown;
  /** Where it is written; null for what goes without saying. */
  readonly from: { readonly path: string; readonly line: number } | null;
}

/**
 * The settings of a config in the order of the file.
 *
 * @param written what was read, with what goes without saying filled in
 * @param path the file's own name
 */
export function effectiveSettings(
  written: WrittenConfig,
  config: Config,
  located: Located,
  path: string,
): EffectiveSetting[] {
  const settings: EffectiveSetting[] = [];
  const add = (at: Path, value: unknown, source: Path | null = at): void => {
    const isThere = source !== null && isWritten(located.data, source);
    const place = isThere ? located.placeOf(source, "key") : null;
    const from = place === null ? null : { path: place.file ?? path, line: place.line };
    settings.push({ at: pathText(at), value, from });
  };
  const walk = (value: unknown, at: Path): void => {
    const isBranch = typeof value === "object" && value !== null && !Array.isArray(value);
    if (!isBranch || Object.keys(value).length === 0) add(at, value);
    else
      for (const [name, inner] of Object.entries(value)) if (inner !== undefined) walk(inner, [...at, name]);
  };
  const { environments, components, permissions, ...others } = written;
  for (const { name } of config.components) walk(components?.[name] ?? EMPTY_COMPONENT, ["components", name]);
  for (const { name, after } of config.environments) {
    const own = environments[name] ?? EMPTY_ENVIRONMENT;
    walk(own.after === undefined ? { ...own, after } : own, ["environments", name]);
  }
  walk(others, []);
  // Who may in the end, which is more than what is written of it.
  for (const { name, permission } of config.environments) {
    const named = [name, "default"].find((one) => Object.hasOwn(permissions.promote, one));
    const source = named === undefined ? null : ["permissions", "promote", named];
    add(["permissions", "promote", name], permission, source);
  }
  add(["permissions", "release"], config.release.permission);
  return settings;
}

function isWritten(data: unknown, at: Path): boolean {
  let here: unknown = data;
  for (const step of at) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, step)) return false;
    here = (here as Readonly<Record<string | number, unknown>>)[step];
  }
  return true;
}
