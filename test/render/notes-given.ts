/** What notices and notes show besides the changes, one of each kind. */
import type { DependenciesBetween, DependencyChange } from "../../src/core/dependencies/index.ts";

const change = (name: string, more: Partial<DependencyChange>): DependencyChange => ({
  name,
  from: null,
  to: null,
  move: null,
  development: false,
  licence: null,
  indirect: false,
  ...more,
});

export const dependencies: DependenciesBetween = {
  files: [
    {
      path: "package-lock.json",
      changes: [
        change("left-pad", { from: "1.3.0" }),
        change("pino", { to: "10.4.0" }),
        change("zod", {
          from: "3.25.0",
          to: "4.6.7",
          move: "major",
          licence: { from: "MIT", to: "BUSL-1.1" },
        }),
        change("vitest", { from: "5.1.1", to: "5.1.0", move: "back", development: true }),
        change("deep", {
          from: "2.0.0",
          to: "2.0.0",
          licence: { from: null, to: "GPL-3.0-only" },
          indirect: true,
        }),
      ],
      more: 7,
      indirect: 14,
    },
    { path: "api/go.mod", changes: [], more: 0, indirect: 1 },
  ],
  unread: [
    { path: "web/package-lock.json", why: "too-large" },
    { path: "package.json", why: "malformed" },
  ],
};
