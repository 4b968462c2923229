/** Pages that a team's templates are tried with; every text in them may be a stranger's. */
import type { TeamNotesPage } from "../../src/render/views.ts";

export const SHA = "a1a1a1a".padEnd(40, "0");

/** The notes of two changes, of which one breaks; `text` gives each text in turn. */
export function notesPageOf(text: () => string): TeamNotesPage {
  const change = () => ({ scope: text(), text: text(), pull: 12, sha: SHA, author: text() });
  return {
    version: text(),
    tag: text(),
    breaking: [{ ...change(), author: null }],
    sections: [
      {
        title: text(),
        entries: [change(), { ...change(), scope: null, pull: null }],
        groups: [
          { name: text(), entries: [change()] },
          { name: null, entries: [change()] },
        ],
        long: true,
      },
    ],
    unclassified: [{ sha: SHA, header: text(), reason: text() }],
    cutCount: 1,
    unreadCount: 2,
    compareUrl: "https://github.example/acme/shop/compare/v1.4.2...main",
    baseTag: text(),
    contributors: {
      people: [{ name: text() }, { name: text() }],
      more: 0,
      newcomers: [{ name: text(), pull: 12 }],
    },
    dependencies: {
      counts: [{ kind: "moved", count: 1 }],
      files: [
        {
          path: text(),
          changes: [
            {
              name: text(),
              from: text(),
              to: text(),
              notes: [{ kind: "licence", from: text(), to: text() }],
            },
          ],
          more: 0,
          indirect: 3,
        },
      ],
      unread: [{ path: text(), why: "malformed" }],
    },
    component: null,
    components: [{ name: text(), current: text(), next: text(), tag: text(), changes: 1, breaking: true }],
  };
}
