/** What a config comes to before it is merged: everything that is wrong with it, what is doubtful, and in a few words what it means. */
import { pipelineOrder, type Config, type ConfigProblem, type ReleaseMode } from "../config/index.ts";
import type { DefaultsFile } from "../config/defaults.ts";
import { readDefaults, type PlacedReading } from "../config/parse.ts";
import { workflowFindings, type ReadWorkflow } from "./workflows.ts";

/** The name of the check at GitHub. */
export const CONFIG_CHECK = "Waybill config";

/** What a config means, as one line tells it. */
export interface ConfigMeaning {
  /** The environments' names in layers: those of one stand side by side. */
  readonly pipeline: readonly (readonly string[])[];
  readonly componentCount: number;
  readonly releaseOn: ReleaseMode;
}

/** What the check of a pull request says. `gone`: it takes the file away. */
export type ConfigVerdict =
  | { readonly kind: "gone"; readonly path: string }
  /** Defaults for an owner's repositories, in which nothing is wrong. */
  | { readonly kind: "defaults" }
  /** By a stranger, beside an owner's defaults: what they hold is not to be found out by asking. */
  | { readonly kind: "withheld" }
  | {
      readonly kind: "read";
      /** It cannot be used, or what it asks for will be refused. In the order of the files. */
      readonly problems: readonly ConfigProblem[];
      readonly warnings: readonly ConfigProblem[];
      /** Null where it cannot be used. */
      readonly meaning: ConfigMeaning | null;
    };

/**
 * The verdict on a config that was read, with its workflows.
 *
 * @param limit how many inputs this GitHub takes; absent: 25
 */
export function configVerdict(
  { reading, place }: PlacedReading,
  read: ReadWorkflow,
  limit?: number,
): Extract<ConfigVerdict, { kind: "read" }> {
  if (!reading.ok) return { kind: "read", problems: reading.problems, warnings: [], meaning: null };
  const { config, warnings } = reading;
  const found = [...warnings, ...workflowFindings(config, read, limit).map(place)];
  const isInTheWay = ({ isInTheWay: is }: ConfigProblem): boolean => is === true;
  return {
    kind: "read",
    problems: inOrder(found.filter(isInTheWay)),
    warnings: inOrder(found.filter((one) => !isInTheWay(one))),
    meaning: meaningOf(config),
  };
}

/** The verdict on defaults, which are checked by themselves: what they are laid under is another repository's. */
export function verdictOnDefaults(defaults: DefaultsFile): ConfigVerdict {
  const reading = readDefaults(defaults);
  if (reading.ok) return { kind: "defaults" };
  return { kind: "read", problems: reading.problems, warnings: [], meaning: null };
}

function meaningOf(config: Config): ConfigMeaning {
  return {
    pipeline: pipelineOrder(config),
    componentCount: config.components.length,
    releaseOn: config.release.on,
  };
}

function inOrder(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

export type CheckConclusion = "success" | "neutral" | "failure";

/** Fails on what cannot work; what is doubtful, or takes the config away, is for people to judge. */
export function conclusionOf(verdict: ConfigVerdict): CheckConclusion {
  if (verdict.kind === "gone" || verdict.kind === "withheld") return "neutral";
  if (verdict.kind === "defaults") return "success";
  if (verdict.problems.length > 0) return "failure";
  return verdict.warnings.length > 0 ? "neutral" : "success";
}
