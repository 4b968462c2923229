/** From the written config to the resolved one: cross-references checked, the pipeline laid out, permissions settled. */
import { closest } from "../suggest.ts";
import { namesInnerHost } from "./addresses.ts";
import { findCycle } from "./graph.ts";
import type { Path } from "./located.ts";
import { endsOf, ROLES, roleIsAtLeast } from "./model.ts";
import type {
  ComponentConfig,
  Config,
  EnvironmentConfig,
  PermissionRule,
  PlacedComponent,
  ProbeConfig,
  ReleaseConfig,
} from "./model.ts";
import { componentNameFor, durationMs, MOST_CONFIGURED_INPUTS, OWN_INPUTS } from "./names.ts";
import type { Finding } from "./problems.ts";
import {
  EMPTY_COMPONENT,
  EMPTY_ENVIRONMENT,
  LIMITS,
  type WrittenConfig,
  type WrittenEnvironment,
  type WrittenPermission,
  type WrittenProbe,
} from "./schema.ts";

/** `config` is null exactly where something is wrong. */
export interface Resolution {
  readonly config: Config | null;
  readonly wrong: readonly Finding[];
  readonly doubtful: readonly Finding[];
}

/** Collects findings on the way. */
class Findings {
  readonly wrong: Finding[] = [];
  readonly doubtful: Finding[] = [];

  refuse(path: Path, message: string, mend: string, part: "key" | "value" = "value"): void {
    this.wrong.push({ path, part, message, mend });
  }

  unknown(path: Path, what: string, name: string, known: readonly string[]): void {
    const near = closest(name, known);
    const mend = near === null ? `known are ${known.slice(0, 20).join(", ")}` : `did you mean \`${near}\`?`;
    this.refuse(path, `there is no ${what} \`${name}\``, mend);
  }
}

/** Resolves a config whose shape was checked. */
export function resolveConfig(written: WrittenConfig, repositoryName: string): Resolution {
  const found = new Findings();
  const components = resolveComponents(written, repositoryName, found);
  const names = components.map((component) => component.name);
  const pipeline = resolvePipeline(written, found);
  const permissions = resolvePermissions(written, pipeline, found);
  const environments = pipeline.map((place): EnvironmentConfig => {
    const at: Path = ["environments", place.name];
    const { own } = place;
    for (const name of Object.keys(own.components)) {
      if (!names.includes(name)) found.unknown([...at, "components", name], "component", name, names);
    }
    checkInputCount(own.inputs, [...at, "inputs"], found);
    return {
      name: place.name,
      promote: own.promote,
      after: place.after,
      inputs: own.inputs,
      url: own.url ?? null,
      verify: resolveProbes(own.verify, [...at, "verify"], found),
      components: Object.fromEntries(
        components.map((component) => [component.name, placeComponent(component, own, at, found)]),
      ),
      permission: permissions.get(place.name) ?? { role: "admin", users: [] },
    };
  });
  const config = {
    components,
    environments,
    release: resolveRelease(written, pipeline, found),
  };
  return { config: found.wrong.length === 0 ? config : null, wrong: found.wrong, doubtful: found.doubtful };
}

function resolveComponents(
  written: WrittenConfig,
  repositoryName: string,
  found: Findings,
): ComponentConfig[] {
  if (written.components === undefined)
    return [{ name: componentNameFor(repositoryName), ...EMPTY_COMPONENT }];
  const components = Object.entries(written.components).map(([name, own]) => ({
    name,
    ...(own ?? EMPTY_COMPONENT),
  }));
  const names = components.map((component) => component.name);
  if (names.length === 0)
    found.refuse(["components"], "no component is named", "name one, or remove `components`");
  if (names.length > LIMITS.components)
    found.refuse(["components"], `more than ${LIMITS.components} components`, "join some of them");
  for (const { name, needs } of components) {
    needs.forEach((need, index) => {
      if (!names.includes(need))
        found.unknown(["components", name, "needs", index], "component", need, names);
    });
  }
  const cycle = findCycle(new Map(components.map((component) => [component.name, component.needs])));
  if (cycle !== null) {
    found.refuse(
      ["components", cycle[0] ?? "", "needs"],
      `these components need one another: ${cycle.join(" → ")}`,
      "remove one of these needs: something must come first",
    );
  }
  return components;
}

/** An environment's place in the pipeline. */
interface PipelinePlace {
  readonly name: string;
  readonly promote: WrittenEnvironment["promote"];
  readonly after: readonly string[];
  readonly own: WrittenEnvironment;
}

function resolvePipeline(written: WrittenConfig, found: Findings): PipelinePlace[] {
  const entries = Object.entries(written.environments).map(([name, own]) => ({
    name,
    own: own ?? EMPTY_ENVIRONMENT,
  }));
  const names = entries.map((entry) => entry.name);
  if (names.length === 0)
    found.refuse(["environments"], "no environment is named", "name at least one: `prod: {}`");
  if (names.length > LIMITS.environments) {
    found.refuse(
      ["environments"],
      `more than ${LIMITS.environments} environments`,
      "split the repository's config",
    );
  }
  const pipeline = entries.map(({ name, own }, index): PipelinePlace => {
    const at: Path = ["environments", name, "after"];
    const after = own.after === undefined ? placeByOrder(entries, index) : [own.after].flat();
    after.forEach((other, position) => {
      const where = Array.isArray(own.after) ? [...at, position] : at;
      if (!names.includes(other)) found.unknown(where, "environment", other, names);
    });
    if (own.promote === "merge" && after.length > 0) {
      found.refuse(
        at,
        "an environment that takes every merge comes after none",
        "remove `after`, or choose `promote: auto`",
      );
    }
    return { name, promote: own.promote, after: [...new Set(after)], own };
  });
  const cycle = findCycle(new Map(pipeline.map((place) => [place.name, place.after])));
  if (cycle !== null) {
    // The cycle runs from each environment to what it comes after; people read a pipeline the other way.
    const round = cycle.toReversed().join(" → ");
    found.refuse(
      ["environments", cycle[0] ?? "", "after"],
      `the pipeline runs in a circle: ${round}`,
      "remove one of these `after`: something must come first",
    );
  }
  return pipeline;
}

/**
 * What comes before an environment by the order of writing: the nearest one above that takes releases. Environments that take
 * every merge stand beside one another at the beginning, so the first that takes releases comes after all of them above it.
 */
function placeByOrder(
  entries: readonly { name: string; own: WrittenEnvironment }[],
  index: number,
): string[] {
  if (entries[index]?.own.promote === "merge") return [];
  const above = entries.slice(0, index);
  const nearest = above.findLast((entry) => entry.own.promote !== "merge");
  return nearest === undefined ? above.map((entry) => entry.name) : [nearest.name];
}

function resolvePermissions(
  written: WrittenConfig,
  pipeline: readonly PipelinePlace[],
  found: Findings,
): Map<string, PermissionRule> {
  const rules = written.permissions.promote;
  const names = pipeline.map((place) => place.name);
  for (const [name, rule] of Object.entries(rules)) {
    const at: Path = ["permissions", "promote", name];
    if (name !== "default" && !names.includes(name))
      found.unknown(at, "environment", name, [...names, "default"]);
    refuseForNobody(rule, at, "promote", found);
  }
  const ends = new Set(endsOf(pipeline).map((place) => place.name));
  const usual = ruleOf(rules["default"] ?? "write");
  return new Map(
    names.map((name) => {
      const own = Object.hasOwn(rules, name) ? rules[name] : undefined;
      if (own !== undefined) return [name, ruleOf(own)];
      // Production is not opened by a line that speaks of "the others": whoever means it names it.
      const isTooOpen = usual.role !== null && !roleIsAtLeast(usual.role, "maintain");
      return [name, ends.has(name) && isTooOpen ? { role: "maintain", users: [] } : usual];
    }),
  );
}

function resolveRelease(
  written: WrittenConfig,
  pipeline: readonly PipelinePlace[],
  found: Findings,
): ReleaseConfig {
  const { branch = null, tag, on } = written.release;
  const rule = written.permissions.release;
  refuseForNobody(rule, ["permissions", "release"], "release", found);
  const takesReleases = pipeline.some((place) => place.promote !== "merge");
  if (on === "merge" && !takesReleases) {
    found.doubtful.push({
      path: ["release", "on"],
      part: "value",
      message: "every merge is released, but no environment takes releases: all take each merge as a build",
      mend: "write `promote: auto` for the environment that is to run the releases",
    });
  }
  return { branch, tag, on, permission: ruleOf(rule) };
}

function refuseForNobody(rule: WrittenPermission, at: Path, may: string, found: Findings): void {
  if (typeof rule === "string" || rule.role !== undefined || rule.users !== undefined) return;
  found.refuse(at, `this lets nobody ${may}`, `write a role (${ROLES.join(", ")}), or \`users\``);
}

function ruleOf(written: WrittenPermission): PermissionRule {
  if (typeof written === "string") return { role: written, users: [] };
  return { role: written.role ?? null, users: [...new Set(written.users)] };
}

function placeComponent(
  component: ComponentConfig,
  own: WrittenEnvironment,
  environment: Path,
  found: Findings,
): PlacedComponent {
  const differing = Object.hasOwn(own.components, component.name)
    ? own.components[component.name]
    : undefined;
  const at: Path = [...environment, "components", component.name];
  const inputs = { ...own.inputs, ...differing?.inputs };
  if (differing?.inputs !== undefined) checkInputCount(inputs, [...at, "inputs"], found);
  return {
    workflow: differing?.workflow ?? component.workflow,
    inputs,
    verify: resolveProbes(differing?.verify, [...at, "verify"], found),
  };
}

function checkInputCount(inputs: Readonly<Record<string, unknown>>, at: Path, found: Findings): void {
  if (Object.keys(inputs).length <= MOST_CONFIGURED_INPUTS) return;
  found.refuse(
    at,
    `more than ${MOST_CONFIGURED_INPUTS} inputs`,
    `GitHub takes 25, and ${OWN_INPUTS.length} are Waybill's own: keep the others in the workflow`,
  );
}

function resolveProbes(
  written: WrittenProbe | WrittenProbe[] | undefined,
  at: Path,
  found: Findings,
): ProbeConfig[] {
  if (written === undefined) return [];
  if (!Array.isArray(written)) return [resolveProbe(written, at, found)];
  return written.map((probe, index) => resolveProbe(probe, [...at, index], found));
}

function resolveProbe(written: WrittenProbe, at: Path, found: Findings): ProbeConfig {
  const { interval, deadline, timeout, ...probe } = written;
  const [intervalMs = 0, deadlineMs = 0, timeoutMs = 0] = [interval, deadline, timeout].map(
    (text) => durationMs(text) ?? 0,
  );
  if (probe.json !== undefined && probe.header !== undefined) {
    found.refuse(
      [...at, "header"],
      "the version stands either in `json` or in a `header`",
      "remove one of the two",
      "key",
    );
  }
  if ((probe.confirmations - 1) * intervalMs >= deadlineMs) {
    found.refuse(
      [...at, "deadline"],
      `${probe.confirmations} confirmations with pauses of ${interval} take longer than the deadline of ${deadline}`,
      "set a later `deadline`, or a shorter `interval`",
    );
  }
  warnOfInnerHost(probe.url, [...at, "url"], found);
  return {
    ...probe,
    json: probe.json ?? null,
    header: probe.header ?? null,
    intervalMs,
    deadlineMs,
    timeoutMs,
  };
}

function warnOfInnerHost(url: string, path: Path, found: Findings): void {
  if (!namesInnerHost(url)) return;
  found.doubtful.push({
    path,
    part: "value",
    message: "this address is inside a private network, which Waybill does not ask by default",
    mend: isLocalhost(url)
      ? "write its address: the name `localhost` is never asked; whoever runs Waybill can allow the address by WAYBILL_ALLOW_PRIVATE"
      : "whoever runs Waybill can allow it by WAYBILL_ALLOW_PRIVATE",
  });
}

function isLocalhost(url: string): boolean {
  return /^https?:\/\/([^/@]*@)?([^/:]+\.)?localhost\.?(?=[:/?#]|$)/i.test(url);
}
