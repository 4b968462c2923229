/** Who contributed to a version. */
import { describe, expect, it } from "vitest";
import {
  contributorsOf,
  CONTRIBUTORS_NAMED,
  shownContributors,
} from "../../../src/core/notes/contributors.ts";
import type { Commit } from "../../../src/core/notes/index.ts";
import { commit, pull } from "./history.ts";

const by = (login: string) => ({ login, id: `U_${login}`, email: `${login}@x.example` });
const names = (commits: readonly Commit[], reverted: readonly string[] = []) =>
  contributorsOf(commits, reverted).map(({ name }) => name);

describe("the contributors of a range", () => {
  it("are who wrote its commits and who opened its pull requests, by name, each once", () => {
    const wes = { ...pull(7), author: { login: "wes", id: 2, bot: false } };
    expect(
      names([
        commit("a3", "fix: three", { author: by("Zoe") }),
        commit("a2", "feat: two", { author: by("ana"), pull: wes }),
        commit("a1", "feat: one", { author: by("ana") }),
      ]),
    ).toEqual(["ana", "wes", "Zoe"]);
  });

  it("are no bots, however they are known to be some", () => {
    const bot = { ...pull(8), author: { login: "renovate", id: 9, bot: true } };
    expect(
      names([
        commit("a1", "chore: one", { author: { name: "renovate[bot]" } }),
        commit("a2", "chore: two", { author: { login: "dependabot[bot]" } }),
        commit("a3", "chore: three", {
          author: { name: "Keeper", email: "1+keeper[bot]@users.noreply.github.com" },
        }),
        commit("a4", "chore: four", { author: { name: "renovate[bot]" }, pull: bot }),
      ]),
    ).toEqual([]);
  });

  it("are not who only merged, and not whose change was taken back before anybody had it", () => {
    const back = commit("a2", "Revert: one", { author: by("ben") });
    const merge = commit("a3", "Merge pull request #3", { author: by("cy"), parents: ["1", "2"] });
    expect(names([merge, back, commit("a4", "feat: x", { author: by("dee") })], [back.sha])).toEqual(["dee"]);
  });

  it("have the number of their first pull request, and a name from git where there is no account", () => {
    const own = (number: number) => ({ ...pull(number), author: { login: "ana", id: 1, bot: false } });
    expect(
      contributorsOf(
        [
          commit("a3", "fix: later", { author: by("ana"), pull: own(9) }),
          commit("a2", "fix: first", { author: by("ana"), pull: own(4) }),
          commit("a1", "fix: by mail", { author: { name: "Old Hand", email: "Old@X.example" } }),
        ],
        [],
      ),
    ).toEqual([
      { name: "ana", key: "U_ana", pull: 4 },
      { name: "Old Hand", key: "old@x.example", pull: null },
    ]);
  });

  it("are not said to be new where no commit of theirs is ascribed to them: an earlier one would not be either", () => {
    const wes = { ...pull(7), author: { login: "wes", id: 2, bot: false } };
    const all = contributorsOf([commit("a1", "feat: one", { author: { name: "W" }, pull: wes })], []);
    expect(shownContributors(all, () => true)).toEqual({ names: ["wes"], more: 0, newcomers: [] });
  });

  it("are counted beyond fifty", () => {
    const commits = Array.from({ length: 60 }, (_none, at) =>
      commit(`b${at}`, "fix: x", { author: by(`p${at}`) }),
    );
    const shown = shownContributors(contributorsOf(commits, []), (key) => key === "U_p0");
    expect(shown).toMatchObject({ more: 10, newcomers: [{ name: "p0" }] });
    expect(shown?.names).toHaveLength(CONTRIBUTORS_NAMED);
    expect(shownContributors([], () => true)).toBeNull();
  });
});
