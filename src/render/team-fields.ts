/**
 * The fields that a team's own template is given, each with what it says. The compiler holds these tables to the pages that the templates get, so that no
 * field is missing and none has another kind; docs/templates.md is written from them.
 */
import type { TemplateName } from "../core/team-templates.ts";
import type { AudiencePage, ChangeLine, NoticePage, ReleasePage, TeamNotesPage } from "./views.ts";

export type Field = ScalarField | ListField | ObjectField;
export type Fields = Readonly<Record<string, Field>>;

interface ScalarField {
  readonly kind: "text" | "number" | "flag";
  readonly says: string;
  /** Null where there is none: nothing is written then. */
  readonly maybe?: true;
}

interface ListField {
  readonly kind: "list";
  readonly says: string;
  readonly fields: Fields;
}

interface ObjectField {
  readonly kind: "object";
  readonly says: string;
  readonly maybe?: true;
  readonly fields: Fields;
}

type Said<Value> = { readonly says: string } & (null extends Value ? { readonly maybe: true } : object);

/** The field of a value, as the compiler wants it. */
type FieldOf<Value> = Said<Value> &
  (NonNullable<Value> extends boolean
    ? { readonly kind: "flag" }
    : NonNullable<Value> extends string
      ? { readonly kind: "text" }
      : NonNullable<Value> extends number
        ? { readonly kind: "number" }
        : NonNullable<Value> extends readonly (infer Item)[]
          ? { readonly kind: "list"; readonly fields: FieldsOf<Item> }
          : { readonly kind: "object"; readonly fields: FieldsOf<NonNullable<Value>> });

type FieldsOf<Page> = { readonly [Name in keyof Page]-?: FieldOf<Page[Name]> };

/** What `notice.hbs` is given. Where the issue is found again is nobody's but Waybill's. */
type TeamNoticePage = Omit<NoticePage, "marker">;

const CHANGE: FieldsOf<ChangeLine> = {
  scope: { kind: "text", maybe: true, says: "the commit's scope, or else its component" },
  text: {
    kind: "text",
    says: "the commit's line, without type and scope; of what breaks, what its footer says",
  },
  pull: { kind: "number", maybe: true, says: "the pull request's number" },
  sha: { kind: "text", maybe: true, says: "the commit" },
  author: { kind: "text", maybe: true, says: "who wrote it; none of what breaks" },
};

const COMPONENTS = {
  kind: "list",
  says: "the components with versions of their own",
  fields: {
    name: { kind: "text", says: "the component's name" },
    current: { kind: "text", maybe: true, says: "the version that it has" },
    next: { kind: "text", maybe: true, says: "the version that it gets; none where nothing moves it" },
    tag: { kind: "text", maybe: true, says: "the tag of the one or the other" },
    changes: { kind: "number", says: "how many changes are its own" },
    breaking: { kind: "flag", says: "whether one of them breaks something" },
  },
} as const satisfies FieldOf<ReleasePage["components"]>;

const CONTRIBUTORS = {
  kind: "object",
  maybe: true,
  says: "who contributed: `{{> contributors}}` writes it",
  fields: {
    people: {
      kind: "list",
      says: "everybody, by name",
      fields: { name: { kind: "text", says: "the login, or the name in git" } },
    },
    more: { kind: "number", says: "how many more there are" },
    newcomers: {
      kind: "list",
      says: "who of them did so for the first time",
      fields: {
        name: { kind: "text", says: "the login, or the name in git" },
        pull: { kind: "number", maybe: true, says: "the number of the first pull request" },
      },
    },
  },
} as const satisfies FieldOf<ReleasePage["contributors"]>;

const DEPENDENCIES = {
  kind: "object",
  maybe: true,
  says: "what changed in dependencies: `{{> dependencies}}` writes it",
  fields: {
    counts: {
      kind: "list",
      says: "how many there are of each kind of change",
      fields: {
        kind: {
          kind: "text",
          says: "`added`, `removed`, `moved`, `major`, `licence`, `more` or `indirect`",
        },
        count: { kind: "number", says: "how many" },
      },
    },
    files: {
      kind: "list",
      says: "the files that list them",
      fields: {
        path: { kind: "text", maybe: true, says: "its path; none where it goes without saying" },
        changes: {
          kind: "list",
          says: "what changed",
          fields: {
            name: { kind: "text", says: "the package" },
            from: { kind: "text", maybe: true, says: "its version before; none of a new one" },
            to: { kind: "text", maybe: true, says: "its version now; none of one that is gone" },
            notes: {
              kind: "list",
              says: "what else there is to say of it",
              fields: {
                kind: { kind: "text", says: "`major`, `back`, `licence`, `indirect` or `development`" },
                from: { kind: "text", maybe: true, says: "of a licence, what it was" },
                to: { kind: "text", maybe: true, says: "of a licence, what it is" },
              },
            },
          },
        },
        more: { kind: "number", says: "how many more changes there are" },
        indirect: { kind: "number", says: "how many packages changed that others need" },
      },
    },
    unread: {
      kind: "list",
      says: "files that changed and could not be compared",
      fields: {
        path: { kind: "text", says: "its path" },
        why: { kind: "text", says: "`too-large` or `malformed`" },
      },
    },
  },
} as const satisfies FieldOf<ReleasePage["dependencies"]>;

const RELEASE: FieldsOf<Omit<ReleasePage, "version" | "component">> = {
  breaking: { kind: "list", says: "what breaks, each one a change", fields: CHANGE },
  sections: {
    kind: "list",
    says: "the sections with their changes",
    fields: {
      title: { kind: "text", says: "the section's title" },
      entries: { kind: "list", says: "its changes", fields: CHANGE },
      groups: {
        kind: "list",
        says: "the same in groups, where the config has them grouped",
        fields: {
          name: { kind: "text", maybe: true, says: "the scope or the component; none of what has none" },
          entries: { kind: "list", says: "its changes", fields: CHANGE },
        },
      },
      long: { kind: "flag", says: "whether it is so long that Waybill would fold it up" },
    },
  },
  unclassified: {
    kind: "list",
    says: "the commits that fit no section",
    fields: {
      sha: { kind: "text", says: "the commit" },
      header: { kind: "text", says: "its first line" },
      reason: { kind: "text", says: "why it fits none" },
    },
  },
  cutCount: { kind: "number", says: "how many commit messages were too long to be read whole" },
  unreadCount: { kind: "number", says: "how many commits are left out because there are too many" },
  compareUrl: { kind: "text", maybe: true, says: "the address of all commits" },
  baseTag: { kind: "text", maybe: true, says: "the tag of the release before" },
  components: COMPONENTS,
  contributors: CONTRIBUTORS,
  dependencies: DEPENDENCIES,
};

const PLACES = {
  name: { kind: "text", says: "the environment's name" },
  first: { kind: "flag", says: "whether it is the first" },
} as const;

const NOTES: FieldsOf<TeamNotesPage> = {
  version: {
    kind: "text",
    maybe: true,
    says: "the version; on the command line none where nothing is worth a release",
  },
  tag: { kind: "text", maybe: true, says: "its tag; on the command line none of what is unreleased" },
  component: {
    kind: "object",
    maybe: true,
    says: "set where these are the notes of one component's own version",
    fields: {
      name: { kind: "text", says: "the component's name" },
      release: { kind: "text", says: "the tag of the release that it comes with" },
    },
  },
  ...RELEASE,
};

const NOTICE: FieldsOf<TeamNoticePage> = {
  version: { kind: "text", says: "the version" },
  tag: { kind: "text", says: "the tag that makes it a release" },
  commitCount: { kind: "number", says: "how many commits it has" },
  expected: { kind: "text", maybe: true, says: "when it is expected, with its time zone" },
  overdue: { kind: "flag", says: "whether that is over" },
  places: {
    kind: "list",
    says: "where it can be tried, or runs",
    fields: {
      environment: { kind: "text", says: "the environment's name" },
      version: { kind: "text", says: "the version, or build, that is there" },
      url: { kind: "text", maybe: true, says: "its address" },
    },
  },
  behind: {
    kind: "list",
    says: "the environments that lack changes of it: `{{> behind}}` writes them",
    fields: {
      environment: { kind: "text", says: "the environment's name" },
      version: { kind: "text", says: "what runs there" },
      changes: { kind: "number", says: "how many changes it lacks" },
      compareUrl: { kind: "text", maybe: true, says: "the address of what it lacks" },
    },
  },
  earlyAccess: {
    kind: "text",
    maybe: true,
    says: "how to get at it early, in the config's words: `{{> early-access}}` writes them with their links",
  },
  pipeline: { kind: "list", says: "the environments that it goes to, in order", fields: PLACES },
  releaseOn: { kind: "text", says: "what makes it a release: `tag`, `merge` or `command`" },
  released: {
    kind: "object",
    maybe: true,
    says: "set once it is released",
    fields: {
      tag: { kind: "text", says: "its tag" },
      arrived: { kind: "list", says: "the environments that have it", fields: PLACES },
    },
  },
  closed: { kind: "flag", says: "whether it has arrived at the end of the pipeline" },
  holdIt: { kind: "text", says: "the command that stops it" },
  hold: {
    kind: "object",
    maybe: true,
    says: "set while somebody has stopped it",
    fields: {
      version: { kind: "text", says: "the version" },
      by: { kind: "text", says: "who has" },
      at: { kind: "text", says: "when" },
      reason: { kind: "text", maybe: true, says: "why" },
      unhold: { kind: "text", says: "the command that lets it go" },
    },
  },
  migrations: {
    kind: "object",
    maybe: true,
    says: "the migrations that it brings: `{{> migrations}}` writes them",
    fields: {
      known: { kind: "flag", says: "whether GitHub told all files that changed" },
      seen: {
        kind: "list",
        says: "each migration",
        fields: {
          component: { kind: "text", says: "its component" },
          kind: { kind: "text", says: "`expand`, `contract`, `reversible` or `irreversible`" },
        },
      },
      floor: { kind: "text", maybe: true, says: "the version below which going back takes a reason" },
    },
  },
  ...RELEASE,
};

const AUDIENCE: FieldsOf<AudiencePage> = {
  audience: { kind: "text", says: "the audience's name" },
  uses: {
    kind: "list",
    says: "the components that they use; empty where they read of all changes",
    fields: {
      name: { kind: "text", says: "the component's name" },
      first: { kind: "flag", says: "whether it is the first" },
    },
  },
  ...NOTES,
};

/** The fields of each template's page. */
export const TEAM_FIELDS: Readonly<Record<TemplateName, Fields>> = {
  notes: NOTES,
  notice: NOTICE,
  audience: AUDIENCE,
};
