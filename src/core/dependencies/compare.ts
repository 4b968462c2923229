/** What has become of a project's dependencies between two versions of the file that lists them. */
import coerce from "semver/functions/coerce.js";
import lt from "semver/functions/lt.js";
import type { Inventory, Package } from "./ecosystem.ts";

/** So many are listed of one file; of more only their number is said. */
const CHANGES_LISTED = 100;

export interface DependencyChange {
  readonly name: string;
  /** Null: it is new. */
  readonly from: string | null;
  /** Null: it is gone. */
  readonly to: string | null;
  /** `major`: by semver it may break what uses it (below 1.0.0 each minor may). `back`: it is an older one now. */
  readonly move: "major" | "back" | null;
  readonly development: boolean;
  /** Where its licence is another one; null for a licence that the file does not tell. */
  readonly licence: { readonly from: string | null; readonly to: string | null } | null;
  /** The project does not ask for it itself; such ones are only listed for their licence. */
  readonly indirect: boolean;
}

/** What changed in one file. */
export interface FileChanges {
  readonly changes: readonly DependencyChange[];
  /** How many more changes there are than are listed. */
  readonly more: number;
  /** How many packages have changed that are needed in turn, besides. */
  readonly indirect: number;
}

/** Compares two readings of one file. */
export function changesBetween(before: Inventory, now: Inventory): FileChanges {
  const direct = differing(before.direct, now.direct, false);
  const asked = new Set([...before.direct.keys(), ...now.direct.keys()]);
  const others =
    before.installed === null || now.installed === null
      ? []
      : differing(before.installed, now.installed, true).filter(({ name }) => !asked.has(name));
  const relicensed = others.filter(({ licence }) => licence !== null);
  const all = [...direct, ...relicensed];
  const changes = all.slice(0, CHANGES_LISTED);
  return { changes, more: all.length - changes.length, indirect: others.length - relicensed.length };
}

/** What differs, by name; what is needed to work on the project comes last. */
function differing(
  before: ReadonlyMap<string, Package>,
  now: ReadonlyMap<string, Package>,
  indirect: boolean,
): DependencyChange[] {
  const names = [...new Set([...before.keys(), ...now.keys()])].toSorted();
  const found = names.flatMap((name) => changeOf(name, before.get(name), now.get(name), indirect));
  return [...found.filter((one) => !one.development), ...found.filter((one) => one.development)];
}

function changeOf(
  name: string,
  before: Package | undefined,
  now: Package | undefined,
  indirect: boolean,
): DependencyChange[] {
  const from = before?.versions.join(", ") ?? null;
  const to = now?.versions.join(", ") ?? null;
  const isRelicensed = before !== undefined && now !== undefined && before.licence !== now.licence;
  if (from === to && !isRelicensed) return [];
  return [
    {
      name,
      from,
      to,
      move: from === null || to === null ? null : moveOf(from, to),
      development: (now ?? before)?.development === true,
      licence: isRelicensed ? { from: before.licence, to: now.licence } : null,
      indirect,
    },
  ];
}

/** Of texts that are versions, or ranges, which begin with one. */
function moveOf(from: string, to: string): DependencyChange["move"] {
  const [one, other] = [coerce(from), coerce(to)];
  if (one === null || other === null) return null;
  if (lt(other, one)) return "back";
  const isMajor = one.major === 0 && other.major === 0 ? other.minor > one.minor : other.major > one.major;
  return isMajor ? "major" : null;
}
