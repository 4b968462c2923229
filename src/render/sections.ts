/** The sections of notes as `partials/sections.hbs` is given them: grouped where the config says so, and folded up where they are long. */
import type { ChangeGrouping } from "../core/config/release-model.ts";
import type { NotesEntry, NotesSection } from "../core/notes/index.ts";
import type { ChangeLine } from "./views.ts";

/** A section with more changes than these is folded up on GitHub. */
const LONGEST_OPEN = 25;

export interface SectionLines {
  readonly title: string;
  /** All of its changes, in the order of the groups. */
  readonly entries: readonly ChangeLine[];
  /** The same in groups; empty where they are not grouped. */
  readonly groups: readonly ChangeGroup[];
  /** There are so many of them that they are folded up. */
  readonly long: boolean;
}

interface ChangeGroup {
  /** Null for what belongs to none. */
  readonly name: string | null;
  readonly entries: readonly ChangeLine[];
}

export interface SectionOptions {
  /** Absent: they are not grouped. */
  readonly groupBy?: ChangeGrouping | undefined;
  /** Whether long ones are folded up; on a terminal they are not. */
  readonly folds?: boolean | undefined;
}

/** One section. `line` makes a change's line of its entry. */
export function sectionLines(
  { title, entries }: NotesSection,
  line: (entry: NotesEntry) => ChangeLine,
  { groupBy, folds = false }: SectionOptions,
): SectionLines {
  const groups = groupBy === undefined ? [] : groupsOf(entries, line, groupBy);
  return {
    title,
    entries: groups.length === 0 ? entries.map(line) : groups.flatMap((group) => group.entries),
    groups,
    long: folds && entries.length > LONGEST_OPEN,
  };
}

/** By name, what belongs to none last; none where all of it does. */
function groupsOf(
  entries: readonly NotesEntry[],
  line: (entry: NotesEntry) => ChangeLine,
  by: ChangeGrouping,
): ChangeGroup[] {
  const found = new Map<string | null, ChangeLine[]>();
  for (const entry of entries) {
    // Above the changes of a group stands what they have in common.
    const written = { ...line(entry), scope: by === "scope" ? null : entry.scope };
    const known = found.get(entry[by]);
    if (known === undefined) found.set(entry[by], [written]);
    else known.push(written);
  }
  const none = found.get(null);
  found.delete(null);
  if (found.size === 0) return [];
  const named = [...found]
    .map(([name, lines]): ChangeGroup => ({ name, entries: lines }))
    .toSorted((one, other) => ((one.name ?? "") < (other.name ?? "") ? -1 : 1));
  return none === undefined ? named : [...named, { name: null, entries: none }];
}
