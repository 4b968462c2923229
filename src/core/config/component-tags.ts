/** Versions of single components: the patterns of their tags, and which of them move together. */
import { tagOfVersion, versionOfTag } from "../notes/versions.ts";
import type { Findings } from "./findings.ts";
import type { ComponentConfig } from "./model.ts";

/** The tags of the release and of all components must tell themselves apart. `releaseTag` is the pattern of the release's. */
export function checkComponentTags(
  components: readonly ComponentConfig[],
  releaseTag: string,
  found: Findings,
): void {
  const known = [{ owner: "the release", pattern: releaseTag }];
  for (const { name, tag: pattern } of components) {
    if (pattern === undefined) continue;
    const twin = known.find((other) => isAlike(other.pattern, pattern));
    if (twin !== undefined)
      found.refuse(
        ["components", name, "tag"],
        `a tag of ${twin.owner} (\`${twin.pattern}\`) and one of this component could be the same`,
        `write one with the component's name, such as \`${name}-v{version}\``,
      );
    known.push({ owner: `the component \`${name}\``, pattern });
  }
}

function isAlike(one: string, other: string): boolean {
  const reads = (pattern: string, tag: string) => versionOfTag(pattern, tagOfVersion(tag, "1.2.3")) !== null;
  return reads(one, other) || reads(other, one);
}

/** The groups of components that have one version together; undefined where the config names none. */
export function resolveLinked(
  written: readonly (readonly string[])[],
  components: readonly ComponentConfig[],
  found: Findings,
): readonly (readonly string[])[] | undefined {
  const placed = new Map<string, number>();
  for (const [group, names] of written.entries())
    for (const [index, name] of names.entries()) {
      const at = ["release", "linked", group, index];
      const component = components.find((one) => one.name === name);
      if (component === undefined)
        found.unknown(
          at,
          "component",
          name,
          components.map((one) => one.name),
        );
      else if (component.tag === undefined)
        found.refuse(
          at,
          `\`${name}\` has no version of its own`,
          `give it one by \`tag: ${name}-v{version}\`, or leave it out here`,
        );
      if (placed.has(name))
        found.refuse(at, `\`${name}\` is linked already`, "name each component once, or join the two groups");
      placed.set(name, group);
    }
  return written.length === 0 ? undefined : written;
}
