/**
 * From commits to the model of the release notes.
 */
import { componentFinder } from "./components.ts";
import { keepsChangelog } from "./changelog.ts";
import { keyOfChange, type DeclaredChange, type ParsedMessage } from "./message.ts";
import { itemsOf, revertible, type Fate, type Item } from "./items.ts";
import { inOrder } from "./order.ts";
import { readCommit } from "./parse.ts";
import { cancelledBy } from "./reverts.ts";
import { scanHeader } from "./header.ts";
import { higherBump, rankOf } from "./bumps.ts";
import { DEFAULT_TYPES, OTHER_SECTION, REVERT_TYPE, rulesByType } from "./sections.ts";
import type {
  BreakingChange,
  Bump,
  Commit,
  ComponentPaths,
  NotesEntry,
  NotesOptions,
  NotesSection,
  ReleaseNotesModel,
  TypeRule,
} from "./types.ts";

/**
 * Summarises commits, newest first, as `git log --topo-order` gives them. Takes any text in them, never throws, linear in their
 * size.
 */
export function summarise(commits: readonly Commit[], options: NotesOptions = {}): ReleaseNotesModel {
  const reading = beginNotes(options);
  for (const commit of commits) reading.add(commit);
  return reading.end();
}

/** Notes of commits that come one by one, newest first, or are arranged so at the end. */
export interface NotesReading {
  readonly add: (commit: Commit) => void;
  /** Puts those that were added so far into the order that these places have; null leaves them as they came. */
  readonly arrange: (order: readonly number[] | null) => void;
  readonly end: () => ReleaseNotesModel;
  /** The same, and besides what of it touches each of these components, by their names. */
  readonly endWith: (components: readonly ComponentPaths[]) => NotesWithParts;
}

/** Notes of commits, and the notes of single components among them. */
export interface NotesWithParts {
  readonly whole: ReleaseNotesModel;
  readonly parts: ReadonlyMap<string, ReleaseNotesModel>;
}

/** The same as `summarise` for whoever has the commits one by one: most of the work is done as each is added. */
export function beginNotes(options: NotesOptions = {}): NotesReading {
  const rules = rulesByType(options.types ?? DEFAULT_TYPES);
  const isKnownType = (type: string) => rules.has(type);
  let commits: Commit[] = [];
  let messages: ParsedMessage[] = [];
  return {
    arrange: (order) => {
      commits = inOrder(commits, order);
      messages = inOrder(messages, order);
    },
    add: (commit) => {
      commits.push(commit);
      messages.push(readCommit(commit, isKnownType));
    },
    end: () => modelOf(judgedItems(commits, messages, rules, options), rules, options),
    endWith: (components) => {
      const items = judgedItems(commits, messages, rules, options);
      const partOf = (component: ComponentPaths) => modelOf(items, rules, { ...options, component });
      return {
        whole: modelOf(items, rules, options),
        parts: new Map(components.map((component) => [component.name, partOf(component)])),
      };
    },
  };
}

/** The commits, each with what becomes of it. */
function judgedItems(
  commits: readonly Commit[],
  messages: readonly ParsedMessage[],
  rules: ReadonlyMap<string, TypeRule>,
  options: NotesOptions,
): readonly Item[] {
  const items = itemsOf(commits, messages);
  for (const at of cancelledAmong(items, options.repository)) settle(items[at], "reverted");
  standAsideForOverrides(items);
  for (const item of items) if (!item.isMerge && item.fate !== "reverted") judge(item, rules);
  // From the oldest on: a merge within a merged branch comes before the merge that brought it in.
  for (let at = items.length - 1; at >= 0; at -= 1) {
    const item = items[at];
    if (item?.isMerge === true && item.fate !== "reverted") judgeMerge(item, items, rules);
  }
  return items;
}

/** The places of all items that cancel one another. */
function cancelledAmong(items: readonly Item[], repository: string | undefined): ReadonlySet<number> {
  // Most ranges have no revert.
  if (items.every(({ message }) => message.revert === null)) return new Set();
  return cancelledBy(items.map(revertible), repository ?? null);
}

/** The SHAs of all commits, given newest first, that cancel one another: reverts and what they undo. */
export function undoneAmong(
  commits: readonly Commit[],
  { repository }: Pick<NotesOptions, "repository">,
): ReadonlySet<string> {
  const rules = rulesByType(DEFAULT_TYPES);
  const items = itemsOf(
    commits,
    commits.map((commit) => readCommit(commit, (type) => rules.has(type))),
  );
  const undone = cancelledAmong(items, repository);
  return new Set([...undone].flatMap((at) => items[at]?.commit.sha ?? []));
}

function settle(item: Item | undefined, fate: Fate, reason = ""): void {
  if (!item) return;
  item.fate = fate;
  item.reason = reason;
  item.changes = [];
}

/** An override speaks for its whole pull request: its merge, or else its newest commit, carries it; the others stand aside. */
function standAsideForOverrides(items: readonly Item[]): void {
  const speakers = new Map<number, Item>();
  for (const item of items) {
    if (!item.commit.pull || !item.message.overridden || item.fate === "reverted") continue;
    const speaker = speakers.get(item.commit.pull.number);
    if (!speaker || (item.isMerge && !speaker.isMerge)) speakers.set(item.commit.pull.number, item);
  }
  if (speakers.size === 0) return;
  for (const item of items) {
    const speaker = item.pull === null ? undefined : speakers.get(item.pull);
    if (speaker && speaker !== item) item.standsAside = true;
  }
}

function judge(item: Item, rules: ReadonlyMap<string, TypeRule>): void {
  if (item.standsAside) return settle(item, "hidden");
  const { changes, reason } = item.message;
  if (changes[0] !== undefined && changes.every(keepsChangelog)) return settle(item, "hidden");
  const listed = titleIsHidden(item, rules)
    ? changes.filter(
        (change) => isListed(change, rules) && (isBreaking(change) || change.stands !== "bullet"),
      )
    : changes.filter((change) => isListed(change, rules));
  if (listed.length > 0) {
    item.fate = "listed";
    item.changes = listed;
  } else if (saysHidden(item, rules)) {
    settle(item, "hidden");
  } else {
    const type = changes[0]?.type;
    settle(
      item,
      "unclassified",
      type === undefined ? (reason ?? "") : `the type “${type}” belongs to no section`,
    );
  }
}

/**
 * Whether a commit without entries is known to need none. A paragraph of a body that happens to read as a header is not enough, where the
 * title says nothing.
 */
function saysHidden({ message }: Item, rules: ReadonlyMap<string, TypeRule>): boolean {
  return message.changes.some(
    ({ type, stands }) =>
      rules.has(type) && (message.reason === null || message.overridden || stands !== "paragraph"),
  );
}

/**
 * A squash merge under a title that releases nothing (`docs: …`): its list are the working commits of that pull request, and the title
 * that was reviewed says what they came to. Measured on git-cliff's own changelog: listing them makes 7 of 52 releases wrong.
 */
function titleIsHidden({ message }: Item, rules: ReadonlyMap<string, TypeRule>): boolean {
  const title = message.changes[0];
  return (
    title !== undefined &&
    message.reason === null &&
    !message.overridden &&
    rules.get(title.type)?.hidden === true &&
    !isBreaking(title)
  );
}

/** Breaking changes are always listed, whatever their type. Undoing what was never listed is not. */
function isListed(change: DeclaredChange, rules: ReadonlyMap<string, TypeRule>): boolean {
  if (isBreaking(change)) return true;
  return (
    rules.get(change.type)?.hidden === false && (change.type !== REVERT_TYPE || !undoesHidden(change, rules))
  );
}

function undoesHidden({ text }: DeclaredChange, rules: ReadonlyMap<string, TypeRule>): boolean {
  const undone = scanHeader(text);
  return undone.kind === "conventional" && !undone.breaking && rules.get(undone.type)?.hidden === true;
}

function isBreaking(change: DeclaredChange): boolean {
  return change.breaking || change.notes.length > 0;
}

function bumpOf(change: DeclaredChange, rules: ReadonlyMap<string, TypeRule>): Bump | null {
  return isBreaking(change) ? "major" : (rules.get(change.type)?.bump ?? null);
}

function bumpOfAll(changes: readonly DeclaredChange[], rules: ReadonlyMap<string, TypeRule>): Bump | null {
  return changes.reduce<Bump | null>((most, change) => higherBump(most, bumpOf(change, rules)), null);
}

/**
 * A merge's commits are the entries, and it is hidden behind them. Its title is an entry where they have none, or where it says more
 * than all of them (a feature among fixes, or that something breaks): nothing that a pull request announces may be lost.
 */
function judgeMerge(item: Item, items: readonly Item[], rules: ReadonlyMap<string, TypeRule>): void {
  if (item.standsAside) return settle(item, "hidden");
  const members = item.members.flatMap((at) => items[at] ?? []);
  const standing = members.filter((member) => member.fate !== "reverted");
  if (members.length > 0 && standing.length === 0) return settle(item, "reverted");
  const inner = standing.flatMap((member) => member.changes);
  const unclassified = standing.filter((member) => member.fate === "unclassified" && !breaksUnlisted(member));
  if (item.message.changes.length > 0) {
    judge(item, rules);
    const twins = new Map(inner.map((change) => [keyOfChange(change), isBreaking(change)]));
    const news = item.changes.filter((change) => twins.get(keyOfChange(change)) !== true);
    const saysMore = rankOf(bumpOfAll(news, rules)) > rankOf(bumpOfAll(inner, rules));
    if (item.fate === "listed" && inner.length > 0 && !saysMore) settle(item, "hidden");
    if (item.fate === "listed") dropTwins(item, standing);
    // The title is conventional, so it speaks for the commits that are not.
    if (item.fate !== "unclassified") for (const member of unclassified) settle(member, "hidden");
  } else if (item.message.notes.length > 0) {
    settle(item, "unclassified", item.message.reason ?? "");
  } else if (item.pull === null || standing.some((member) => member.message.changes.length > 0)) {
    settle(item, "hidden");
  } else {
    settle(item, "unclassified", item.message.reason ?? "");
    for (const member of unclassified) settle(member, "hidden");
  }
}

/** The merge's title is listed and one of its commits has the same words: they are one entry, the title's. */
function dropTwins(item: Item, members: readonly Item[]): void {
  const keys = new Set(item.changes.map(keyOfChange));
  for (const member of members) {
    if (member.fate !== "listed") continue;
    const rest = member.changes.filter((change) => !keys.has(keyOfChange(change)));
    if (rest.length === 0) settle(member, "hidden");
    else member.changes = rest;
  }
}

function breaksUnlisted(item: Item): boolean {
  return item.message.notes.length > 0;
}

function modelOf(
  all: readonly Item[],
  rules: ReadonlyMap<string, TypeRule>,
  options: NotesOptions,
): ReleaseNotesModel {
  const componentOf = componentTeller(all, options);
  const items = ofComponent(all, options.component);
  const sections = new Map<string, NotesEntry[]>([...rules.values()].map((rule) => [rule.section, []]));
  sections.set(OTHER_SECTION, sections.get(OTHER_SECTION) ?? []);
  let bump: Bump | null = null;
  const breaking: BreakingChange[] = [];
  for (const item of items) {
    const { sha } = item.commit;
    if (item.fate === "unclassified")
      breaking.push(...item.message.notes.map((text) => ({ sha, text: text || item.message.header })));
    for (const change of item.changes) {
      bump = higherBump(bump, bumpOf(change, rules));
      for (const text of breakingTexts(change)) breaking.push({ sha, text });
      sections
        .get(rules.get(change.type)?.section ?? OTHER_SECTION)
        ?.push(entryOf(item, change, componentOf(item)));
    }
  }
  const shasOf = (fate: Fate) => items.filter((item) => item.fate === fate).map((item) => item.commit.sha);
  return {
    bump: breaking.length > 0 ? "major" : bump,
    sections: [...sections]
      .filter(([, entries]) => entries.length > 0)
      .map(([title, entries]): NotesSection => ({ title, entries })),
    breaking,
    reverted: shasOf("reverted"),
    hidden: shasOf("hidden"),
    unclassified: items
      .filter((item) => item.fate === "unclassified")
      .map((item) => ({ sha: item.commit.sha, header: item.message.header, reason: item.reason })),
    releaseAs:
      items.find((item) => item.fate !== "reverted" && item.message.releaseAs !== null)?.message.releaseAs ??
      null,
    cut: items.filter((item) => item.message.cut).map((item) => item.commit.sha),
  };
}

/** Says to which component an item belongs. */
function componentTeller(
  items: readonly Item[],
  { components = [] }: NotesOptions,
): (item: Item) => string | null {
  if (components.length === 0) return () => null;
  const find = componentFinder(components);
  return (item) => find(pathsOf(item, items));
}

function ofComponent(items: readonly Item[], component: ComponentPaths | undefined): readonly Item[] {
  if (component === undefined) return items;
  const find = componentFinder([component]);
  // What nobody knows the files of may be this component's: it is listed rather than lost.
  return items.filter((item) => isUnknown(item, items) || find(pathsOf(item, items)) !== null);
}

function isUnknown({ commit, members }: Item, items: readonly Item[]): boolean {
  return commit.paths === undefined && members.every((at) => items[at]?.commit.paths === undefined);
}

function breakingTexts(change: DeclaredChange): readonly string[] {
  if (change.notes.length > 0) return change.notes.map((text) => text || change.text);
  return change.breaking ? [change.text] : NONE;
}

const NONE: readonly string[] = [];

function pathsOf(item: Item, items: readonly Item[]): readonly string[] {
  if (item.members.length === 0) return item.commit.paths ?? [];
  return [...(item.commit.paths ?? []), ...item.members.flatMap((at) => items[at]?.commit.paths ?? [])];
}

function entryOf(item: Item, change: DeclaredChange, component: string | null): NotesEntry {
  const { commit } = item;
  return {
    sha: commit.sha,
    type: change.type,
    scope: change.scope,
    component,
    breaking: isBreaking(change),
    text: change.text,
    pull: item.pull,
    author: commit.pull?.author.login ?? commit.author?.login ?? commit.author?.name ?? null,
  };
}
