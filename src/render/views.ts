/**
 * What the templates of notes and notices are given: plain data, each field named for what it is. The sentences are in `templates/`.
 */
import { versionHoldPage, type VersionHoldPage } from "./held.ts";
import type { PlaceBehind } from "../core/behind.ts";
import type { ReleaseMode } from "../core/config/index.ts";
import type { DependenciesBetween } from "../core/dependencies/index.ts";
import type { Contributors, NotesModel } from "../core/notes/index.ts";
import type { ComponentInRelease, NoticeView, ReleaseBodyView } from "../core/release.ts";
import { contributorsPage, type ContributorsPage } from "./contributors.ts";
import { dependenciesPage, type DependenciesPage } from "./dependencies.ts";
import { expectedText } from "./expected.ts";
import { sectionLines, type SectionLines, type SectionOptions } from "./sections.ts";
import { migrationsView, type MigrationsView } from "../core/migrations.ts";

/** One change, or one thing that breaks. `scope` is the commit's own, or else its component. */
export interface ChangeLine {
  readonly scope: string | null;
  readonly text: string;
  readonly pull: number | null;
  /** Null of a commit that is not there yet. */
  readonly sha: string | null;
  /** A name to show, without notifying anybody; null where it is not to be shown. */
  readonly author: string | null;
}

interface UnclassifiedLine {
  readonly sha: string;
  readonly header: string;
  readonly reason: string;
}

/** `notes.hbs` and the partial of the same name. */
export interface NotesPage {
  readonly breaking: readonly ChangeLine[];
  readonly sections: readonly SectionLines[];
  /** Empty where they are not to be shown. */
  readonly unclassified: readonly UnclassifiedLine[];
  /** How many commits' messages were too long to be read whole. */
  readonly cutCount: number;
  /** How many commits are not in these notes because there were too many. */
  readonly unreadCount: number;
  readonly compareUrl: string | null;
  /** What changed in dependencies; null where nothing did, or nothing of it is to be told. */
  readonly dependencies: DependenciesPage | null;
  /** Who contributed; null where nobody is to be named. */
  readonly contributors: ContributorsPage | null;
}

/** `release.hbs`: the body of a published release. */
export interface ReleasePage extends NotesPage {
  readonly baseTag: string | null;
  readonly version: string;
  /** Of a component's own version; null of the release itself. */
  readonly component: { readonly name: string; readonly release: string } | null;
  readonly components: ComponentRows;
}

/** Components with versions of their own; empty where there are none. */
type ComponentRows = readonly ComponentInRelease[];

/** `draft.hbs`: the body of the draft release. `notice.hbs`: the body of the notice issue. */
export interface NoticePage extends NotesPage {
  /** Null where the text is found by its stored id alone. */
  readonly marker: { readonly kind: string; readonly id: string } | null;
  readonly version: string;
  readonly tag: string;
  readonly commitCount: number;
  readonly baseTag: string | null;
  /** When it is expected, with its time zone, ready to be shown; null for no date. */
  readonly expected: string | null;
  /** Whether that is over. */
  readonly overdue: boolean;
  readonly places: readonly {
    readonly environment: string;
    readonly version: string;
    readonly url: string | null;
  }[];
  /** Environments that lack changes of it. */
  readonly behind: readonly PlaceBehind[];
  /** How to get at it early, in the team's words. */
  readonly earlyAccess: string | null;
  readonly pipeline: readonly { readonly name: string; readonly first: boolean }[];
  readonly releaseOn: ReleaseMode;
  readonly released: {
    readonly tag: string;
    readonly arrived: readonly { readonly name: string; readonly first: boolean }[];
  } | null;
  readonly holdIt: string;
  /** Who has stopped it, and the command that lets it go; null where nobody has. */
  readonly hold: VersionHoldPage | null;
  /** It has arrived at the end of the pipeline. */
  readonly closed: boolean;
  readonly migrations: MigrationsView | null;
  readonly components: ComponentRows;
}

export interface NotesPageOptions extends SectionOptions {
  readonly authors?: boolean;
  readonly unclassified?: boolean;
  readonly unreadCount?: number;
  readonly compareUrl?: string | null;
  readonly contributors?: Contributors | undefined;
  readonly dependencies?: DependenciesBetween | undefined;
}

/** The page of a model. Authors and unclassified commits are left out unless asked for. */
export function notesPage(model: NotesModel, options: NotesPageOptions = {}): NotesPage {
  const line = (entry: NotesModel["sections"][number]["entries"][number]): ChangeLine => ({
    scope: entry.scope ?? entry.component,
    text: entry.text,
    pull: entry.pull,
    sha: entry.sha,
    author: options.authors === true ? entry.author : null,
  });
  const breakingEntries = new Map<string, ChangeLine>();
  for (const entry of model.sections.flatMap((section) => section.entries).filter((one) => one.breaking)) {
    if (!breakingEntries.has(entry.sha)) breakingEntries.set(entry.sha, line(entry));
  }
  return {
    breaking: model.breaking.map(({ sha, text }) => {
      const entry = breakingEntries.get(sha);
      return { scope: entry?.scope ?? null, text, pull: entry?.pull ?? null, sha, author: null };
    }),
    sections: model.sections.map((section) => sectionLines(section, line, options)),
    unclassified: options.unclassified === true ? model.unclassified : [],
    cutCount: model.cut.length,
    unreadCount: options.unreadCount ?? 0,
    compareUrl: options.compareUrl ?? null,
    contributors: contributorsPage(options.contributors),
    dependencies: dependenciesPage(options.dependencies),
  };
}

/** What notes are of, besides their changes; null for what there is not. */
export interface NotesAbout {
  readonly version: string | null;
  readonly tag: string | null;
  readonly baseTag: string | null;
}

/** What a team's own `notes.hbs` is given. */
export interface TeamNotesPage extends Omit<ReleasePage, "version"> {
  readonly version: string | null;
  readonly tag: string | null;
}

/** The page of notes for a team's own words: all that there is, for it says itself what it shows. */
export function teamNotesPage(
  model: NotesModel,
  about: NotesAbout,
  options: Omit<NotesPageOptions, "authors" | "unclassified"> &
    Partial<Pick<ReleasePage, "component" | "components">> = {},
): TeamNotesPage {
  const { component = null, components = [] } = options;
  return {
    ...notesPage(model, { ...options, authors: true, unclassified: true }),
    component,
    components,
    ...about,
  };
}

/** What the words for an audience are given. */
export interface AudiencePage extends TeamNotesPage {
  readonly audience: string;
  /** The components that they use; empty for all of what is released. */
  readonly uses: readonly { readonly name: string; readonly first: boolean }[];
}

/** The page of a published release. */
export function releasePage(view: ReleaseBodyView): ReleasePage {
  return {
    ...notesPage(view.notes.model, {
      compareUrl: view.notes.compareUrl,
      unreadCount: view.notes.unreadCount,
      groupBy: view.notes.groupBy,
      folds: true,
      contributors: view.notes.contributors,
      dependencies: view.notes.dependencies,
    }),
    baseTag: view.notes.base?.tag ?? null,
    version: view.version,
    component: view.component ?? null,
    components: view.notes.components ?? [],
  };
}

export interface NoticePageOptions {
  readonly marker?: { readonly kind: string; readonly id: string } | null;
}

/** The page of the notice issue and of the draft release. */
export function noticePage(view: NoticeView, options: NoticePageOptions = {}): NoticePage {
  const { model, base, compareUrl, unreadCount, contributors, dependencies, groupBy } = view.notes;
  return {
    ...notesPage(model, {
      authors: true,
      unclassified: true,
      compareUrl,
      unreadCount,
      contributors,
      dependencies,
      groupBy,
      folds: true,
    }),
    marker: options.marker ?? null,
    version: view.version,
    tag: view.tag,
    commitCount: view.commitCount,
    baseTag: base?.tag ?? null,
    expected: view.expected === undefined ? null : expectedText(view.expected),
    overdue: view.expected?.isOver === true,
    places: view.places,
    behind: view.behind ?? [],
    earlyAccess: view.released === null ? (view.earlyAccess ?? null) : null,
    pipeline: named(view.pipeline),
    releaseOn: view.releaseOn ?? "tag",
    released:
      view.released === null ? null : { tag: view.released.tag, arrived: named(view.released.arrived) },
    closed: view.closed,
    holdIt: `/hold ${view.version}`,
    hold: view.hold === undefined ? null : versionHoldPage(view.hold),
    migrations: migrationsView(view.notes.migrations, view.version),
    components: view.notes.components ?? [],
  };
}

/** Names in a row, for templates. */
export function named(names: readonly string[]): { readonly name: string; readonly first: boolean }[] {
  return names.map((name, at) => ({ name, first: at === 0 }));
}
