/** What changed in dependencies, as `partials/dependencies.hbs` is given it. */
import type { DependenciesBetween, DependencyChange } from "../core/dependencies/index.ts";

export interface DependenciesPage {
  /** Of all files together, by what became of them; those that are none are left out. */
  readonly counts: readonly { readonly kind: string; readonly count: number }[];
  readonly files: readonly {
    /** Null where it goes without saying. */
    readonly path: string | null;
    readonly changes: readonly DependencyLine[];
    readonly more: number;
    readonly indirect: number;
  }[];
  readonly unread: DependenciesBetween["unread"];
}

interface DependencyLine extends Pick<DependencyChange, "name" | "from" | "to"> {
  /** What there is to say beside the versions. */
  readonly notes: readonly {
    readonly kind: string;
    /** Of a licence: what it was and is; null where the file does not tell. */
    readonly from: string | null;
    readonly to: string | null;
  }[];
}

/** Null where there is nothing to show. */
export function dependenciesPage(dependencies: DependenciesBetween | undefined): DependenciesPage | null {
  if (dependencies === undefined) return null;
  const { files, unread } = dependencies;
  const all = files.flatMap(({ changes }) => changes);
  const count = (kind: string, is: (change: DependencyChange) => boolean) => ({
    kind,
    count: all.filter(is).length,
  });
  const direct = (is: (change: DependencyChange) => boolean) => (change: DependencyChange) =>
    !change.indirect && is(change);
  const counts = [
    count(
      "added",
      direct(({ from }) => from === null),
    ),
    count(
      "removed",
      direct(({ to }) => to === null),
    ),
    count(
      "moved",
      direct(({ from, to }) => from !== null && to !== null && from !== to),
    ),
    count(
      "major",
      direct(({ move }) => move === "major"),
    ),
    count("licence", ({ licence }) => licence !== null),
    { kind: "more", count: files.reduce((sum, { more }) => sum + more, 0) },
    { kind: "indirect", count: files.reduce((sum, { indirect }) => sum + indirect, 0) },
  ];
  const goesWithoutSaying = files.length === 1 && files[0]?.path.includes("/") === false;
  return {
    counts: counts.filter(({ count: many }) => many > 0),
    files: files.map(({ path, changes, more, indirect }) => ({
      path: goesWithoutSaying ? null : path,
      changes: changes.map(lineOf),
      more,
      indirect,
    })),
    unread,
  };
}

function lineOf({ name, from, to, move, licence, indirect, development }: DependencyChange): DependencyLine {
  const plain = { from: null, to: null };
  return {
    name,
    from,
    to,
    notes: [
      ...(move === null ? [] : [{ kind: move, ...plain }]),
      ...(licence === null ? [] : [{ kind: "licence", ...licence }]),
      ...(indirect ? [{ kind: "indirect", ...plain }] : []),
      ...(development && !indirect ? [{ kind: "development", ...plain }] : []),
    ],
  };
}
