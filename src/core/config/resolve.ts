/** From the written config to the resolved one: cross-references checked, the pipeline laid out, permissions settled. */
import { doubtSilence, resolveAuthors, silentChannels } from "./github.ts";
import { resolveChannels } from "../channels/resolve.ts";
import { checkComponentTags, resolveLinked } from "./component-tags.ts";
import { calendarsOf } from "./calendars.ts";
import { Findings, type Bounds } from "./findings.ts";
import { resolveFreezes } from "./freezes.ts";
import { resolveWatch } from "./watch.ts";
import { resolveGates } from "./gates.ts";
import { findCycle } from "./graph.ts";
import { checkInputCount } from "./inputs.ts";
import type { Path } from "./located.ts";
import type { ComponentConfig, Config, EnvironmentConfig, PlacedComponent, ReleaseConfig } from "./model.ts";
import { migrationOf } from "./migration-schema.ts";
import { resolveMeasures } from "./measures.ts";
import { componentNameFor } from "./names.ts";
import { resolvePermissions, resolveReleasePermission } from "./permissions.ts";
import { resolvePipeline, type PipelinePlace } from "./pipeline.ts";
import { resolveProbes, resolveVerifyRuns } from "./probes.ts";
import { resolveQueue } from "./queue.ts";
import { resolveDatabase } from "./database.ts";
import { resolveExpected } from "./expected.ts";
import { checkAudiences } from "./audiences.ts";
import { resolveReleaseRules } from "./release.ts";
import { resolveRollback } from "./rollback.ts";
import { resolveRollout, stepSettings } from "./rollout.ts";
import type { Finding } from "./problems.ts";
import type { WrittenStep } from "./rollout-schema.ts";
import { EMPTY_COMPONENT, LIMITS, type WrittenConfig, type WrittenEnvironment } from "./schema.ts";

/** `config` is null exactly where something is wrong. */
export interface Resolution {
  readonly config: Config | null;
  readonly wrong: readonly Finding[];
  readonly doubtful: readonly Finding[];
}

/** Resolves a config whose shape was checked. */
export function resolveConfig(written: WrittenConfig, repositoryName: string, bounds?: Bounds): Resolution {
  const found = new Findings(bounds);
  const components = resolveComponents(written, repositoryName, found);
  const pipeline = resolvePipeline(written, found);
  const permissions = resolvePermissions(written, pipeline, found);
  const placeNames = pipeline.map((place) => place.name);
  const { dated, calendars } = resolveFreezes(written.freezes, placeNames, found);
  const environments = pipeline.map((place): EnvironmentConfig => {
    const freezes = dated.get(place.name);
    return {
      ...resolveEnvironment(place, components, written, found),
      permission: permissions.get(place.name) ?? { role: "admin", users: [] },
      ...(freezes === undefined ? {} : { freezes }),
    };
  });
  const silent = silentChannels(written.github);
  const tellsAuthors = resolveAuthors(written.github, environments, found);
  const release = resolveRelease(written, components, pipeline, found);
  const channels = resolveChannels(
    written.channels,
    { placeNames, names: components.map(({ name }) => name), release },
    found,
  );
  doubtSilence(written.github, environments, channels !== undefined, found);
  const config: Config = {
    components,
    environments,
    release,
    ...(calendars.length === 0 ? {} : { freezes: calendars }),
    ...(written.commands.prefix === undefined ? {} : { prefix: written.commands.prefix }),
    ...(silent === undefined ? {} : { silent }),
    ...(written.github.receiptAsset ? { receiptAsset: true } : {}),
    ...(tellsAuthors === undefined ? {} : { tellsAuthors }),
    ...(channels === undefined ? {} : { channels }),
  };
  const excess = calendarsOf(config)[LIMITS.calendars];
  if (excess !== undefined)
    found.refuse(excess.at, `more than ${LIMITS.calendars} calendar files`, "join some of them");
  return { config: found.wrong.length === 0 ? config : null, wrong: found.wrong, doubtful: found.doubtful };
}

/** An environment without what stands elsewhere in the file: who may promote there, and its freezes. */
function resolveEnvironment(
  place: PipelinePlace,
  components: readonly ComponentConfig[],
  written: WrittenConfig,
  found: Findings,
): Omit<EnvironmentConfig, "permission" | "freezes"> {
  const { own } = place;
  const at: Path = ["environments", place.name];
  const names = components.map((component) => component.name);
  for (const name of Object.keys(own.components)) {
    if (!names.includes(name)) found.unknown([...at, "components", name], "component", name, names);
  }
  checkInputCount(own.inputs, [...at, "inputs"], found);
  const gates = resolveGates(place, found);
  const queue = resolveQueue(place, found);
  const rollout = resolveRollout(place, found);
  const rollback = resolveRollback(place, found);
  const database = resolveDatabase(place, found);
  const verifyRuns = resolveVerifyRuns(own.verify, [...at, "verify"], own.inputs, found);
  const watch = resolveWatch(place, found);
  const measure = resolveMeasures(place, found);
  return {
    name: place.name,
    promote: own.promote,
    after: place.after,
    ...(place.afterAtLeast === undefined ? {} : { afterAtLeast: place.afterAtLeast }),
    inputs: own.inputs,
    url: own.url ?? null,
    verify: resolveProbes(own.verify, [...at, "verify"], found),
    components: Object.fromEntries(
      components.map((component) => [
        component.name,
        placeComponent(component, written.components?.[component.name] ?? {}, own, at, found),
      ]),
    ),
    ...(gates === undefined ? {} : { gates }),
    ...(own.hotfix === undefined ? {} : { hotfix: own.hotfix }),
    ...(queue === undefined ? {} : { queue }),
    ...(rollout === undefined ? {} : { rollout }),
    ...(rollback === undefined ? {} : { rollback }),
    ...(database === undefined ? {} : { database }),
    ...(verifyRuns.length === 0 ? {} : { verifyRuns }),
    ...(watch === undefined ? {} : { watch }),
    ...(measure === undefined ? {} : { measure }),
  };
}

function resolveComponents(
  written: WrittenConfig,
  repositoryName: string,
  found: Findings,
): ComponentConfig[] {
  if (written.components === undefined)
    return [componentOf(componentNameFor(repositoryName), EMPTY_COMPONENT)];
  const components = Object.entries(written.components).map(([name, own]) =>
    componentOf(name, own ?? EMPTY_COMPONENT),
  );
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

function componentOf(
  name: string,
  {
    tag,
    migration,
    timeout: _timeout,
    retries: _retries,
    continueOnFailure: _goesOn,
    ...plain
  }: NonNullable<NonNullable<WrittenConfig["components"]>[string]>,
): ComponentConfig {
  return {
    name,
    ...plain,
    ...(tag === undefined ? {} : { tag }),
    ...(migration === undefined ? {} : { migration: migrationOf(migration) }),
  };
}

function resolveRelease(
  written: WrittenConfig,
  components: readonly ComponentConfig[],
  pipeline: readonly PipelinePlace[],
  found: Findings,
): ReleaseConfig {
  const { branch = null, tag, on } = written.release;
  const takesReleases = pipeline.some((place) => place.promote !== "merge");
  if (on === "merge" && !takesReleases) {
    found.doubtful.push({
      path: ["release", "on"],
      part: "value",
      message: "every merge is released, but no environment takes releases: all take each merge as a build",
      mend: "write `promote: auto` for the environment that is to run the releases",
    });
  }
  const date = resolveExpected(written.release.expected, on, found);
  checkComponentTags(components, tag, found);
  const linked = resolveLinked(written.release.linked, components, found);
  const rules = resolveReleaseRules(written.release, found);
  checkAudiences(rules.audiences ?? [], components, found);
  return {
    branch,
    tag,
    on,
    permission: resolveReleasePermission(written, found),
    ...date,
    ...(linked === undefined ? {} : { linked }),
    ...rules,
  };
}

function placeComponent(
  component: ComponentConfig,
  everywhere: WrittenStep,
  own: WrittenEnvironment,
  environment: Path,
  found: Findings,
): PlacedComponent {
  const differing = Object.hasOwn(own.components, component.name)
    ? own.components[component.name]
    : undefined;
  const at: Path = [...environment, "components", component.name];
  const inputs = { ...own.inputs, ...differing?.inputs };
  resolveVerifyRuns(differing?.verify, [...at, "verify"], null, found);
  if (differing?.inputs !== undefined) checkInputCount(inputs, [...at, "inputs"], found);
  const settings = stepSettings(everywhere, differing);
  return {
    ...(settings === undefined ? {} : { settings }),
    workflow: differing?.workflow ?? component.workflow,
    inputs,
    verify: resolveProbes(differing?.verify, [...at, "verify"], found),
  };
}
