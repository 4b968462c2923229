/** The language of a team's own templates: its helpers, questions, blocks and partials. docs/templates.md is written from it. */

export type Takes = "text" | "number" | "literal" | "prefix";

interface Helper {
  readonly takes: readonly Takes[];
  readonly says: string;
  readonly example: string;
}

/** The helpers that write. `plain` and `marker` are not among them: what they write is alive. */
export const WRITERS = {
  md: { takes: ["text"], says: "anybody's text, on one line", example: "{{md title}}" },
  mdcell: { takes: ["text"], says: "the same in a table", example: "| {{mdcell environment}} |" },
  mdlines: {
    takes: ["text", "prefix"],
    says: "anybody's text over several lines, each after the first begun with these spaces and `>`",
    example: '> {{mdlines text "> "}}',
  },
  subject: {
    takes: ["text"],
    says: "a commit's own line: what its author wrote as code stays code",
    example: "- {{subject text}}",
  },
  code: { takes: ["text"], says: "as code: names, versions", example: "{{code version}}" },
  cmd: {
    takes: ["text"],
    says: "a command, as the config has commands written",
    example: "{{cmd holdIt}}",
  },
  codecell: { takes: ["text"], says: "the same in a table", example: "| {{codecell version}} |" },
  link: {
    takes: ["text", "text"],
    says: "a link: its address, its label",
    example: '{{link compareUrl "All commits"}}',
  },
  address: { takes: ["text"], says: "an address that shows itself", example: "{{address url}}" },
  pullref: { takes: ["number"], says: "a pull request, which GitHub links", example: "{{pullref pull}}" },
  sha7: { takes: ["text"], says: "a commit, which GitHub links", example: "{{sha7 sha}}" },
  count: { takes: ["number"], says: "a number", example: "{{count breaking.length}}" },
  plural: {
    takes: ["number", "literal", "literal"],
    says: "one word for one, another for all other numbers",
    example: '{{plural breaking.length "change" "changes"}}',
  },
} as const satisfies Readonly<Record<string, Helper>>;
export type Writer = keyof typeof WRITERS;

/** Questions, which stand in parentheses, with the fewest and the most values that they take. */
export const ASKERS = {
  eq: { fewest: 2, most: 2, says: "whether two are the same", example: '{{#if (eq releaseOn "merge")}}' },
  not: { fewest: 1, most: 1, says: "whether it is no, empty or missing", example: "{{#if (not breaking)}}" },
  or: { fewest: 2, most: 9, says: "whether any of them is there", example: "{{#if (or breaking sections)}}" },
  and: {
    fewest: 2,
    most: 9,
    says: "whether all of them are there",
    example: "{{#if (and expected overdue)}}",
  },
} as const;

/** The blocks, all of which take one field; `if` and `unless` take a question too. */
export const TEAM_BLOCKS = {
  if: { says: "only where it is yes, and not empty", example: "{{#if pull}}…{{else}}…{{/if}}" },
  unless: { says: "only where it is no, empty or missing", example: "{{#unless breaking}}…{{/unless}}" },
  each: {
    says: "once for each item, whose fields are named as they are; `../` leads out, and `@first`, `@last` and `@index` say where it is",
    example: "{{#each sections}}…{{else}}…{{/each}}",
  },
  with: { says: "with the fields of an object, if there is one", example: "{{#with released}}…{{/with}}" },
} as const;

interface Partial {
  readonly says: string;
  /** The fields by which a place for it is known. */
  readonly needs: readonly string[];
  readonly mend: string;
}

const PAGE = "put it outside of {{#each}} and {{#with}}";
const CHANGE = "put it within {{#each entries}} or {{#each breaking}}";

/** The partials of ours that a team's template may name. */
export const TEAM_PARTIALS = {
  breaking: { says: "the box of what breaks", needs: ["breaking"], mend: PAGE },
  sections: { says: "the sections with their changes", needs: ["sections"], mend: PAGE },
  change: {
    says: "one change: scope, line, pull request, commit, author",
    needs: ["scope", "text", "author"],
    mend: CHANGE,
  },
  place: { says: "where one change is: pull request and commit", needs: ["pull", "sha"], mend: CHANGE },
  nothing: { says: "a sentence where there is nothing to list", needs: ["sections", "breaking"], mend: PAGE },
  components: {
    says: "the table of components with versions of their own",
    needs: ["components"],
    mend: PAGE,
  },
  dependencies: {
    says: "the folded table of what changed in dependencies",
    needs: ["dependencies"],
    mend: PAGE,
  },
  contributors: { says: "who contributed", needs: ["contributors"], mend: PAGE },
  unread: { says: "how many commits are left out", needs: ["unreadCount"], mend: PAGE },
  unclassified: {
    says: "the folded list of commits that fit no section",
    needs: ["unclassified"],
    mend: PAGE,
  },
  behind: {
    says: "the table of environments that lack changes of it",
    needs: ["behind"],
    mend: `${PAGE}, in notice.hbs`,
  },
  "early-access": {
    says: "how to get at it early",
    needs: ["earlyAccess"],
    mend: `${PAGE}, in notice.hbs`,
  },
  migrations: {
    says: "the migrations that it brings",
    needs: ["migrations"],
    mend: `${PAGE}, in notice.hbs`,
  },
} as const satisfies Readonly<Record<string, Partial>>;
