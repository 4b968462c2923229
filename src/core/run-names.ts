/** What the name and the ref of a run tell about a deployment that nobody else describes: GitHub does not say with which inputs a run was started. */
import { versionOfTag } from "./notes/index.ts";

/** The environments that a run's name mentions, on whole words: `prod` is not in `prod-eu`. */
export function environmentsNamed(title: string, environments: readonly string[]): string[] {
  const words = title.toLowerCase().split(/[^a-z0-9._-]+/);
  return environments.filter((name) => words.includes(name));
}

/** The version that a run's name holds, where it holds exactly one; else that of the first of the refs that is a release's tag; else null. */
export function versionNamed(
  title: string,
  refs: readonly (string | null | undefined)[],
  tagPattern: string,
): string | null {
  const words = title.split(/[^A-Za-z0-9._+-]+/);
  const versions = new Set(
    words.flatMap((word) => versionOfTag("{version}", word.replace(/^v(?=\d)/, "")) ?? []),
  );
  const [only = null, ...others] = versions;
  if (only !== null && others.length === 0) return only;
  for (const ref of refs) {
    const version = versionOfTag(tagPattern, (ref ?? "").replace(/^refs\/tags\//, ""));
    if (version !== null) return version;
  }
  return null;
}
