/** What people do beside Waybill, and what owners do to the repository. All of it is put right before the case ends. */
import type { People } from "../people.ts";
import type { Act, Deed } from "./act.ts";

/** Something that is done, and undone before the case ends or a while later. */
function passing(say: string, does: (people: People) => void, undoes: (people: People) => void): Deed {
  return {
    say,
    needsLooks: true,
    do(people) {
      does(people);
      people.amend(() => undoes(people));
    },
  };
}

/** Somebody runs again what is over. */
const rerun: Act = {
  name: "rerun",
  weight: 1,
  draw: () => ({
    say: "somebody runs the last run again",
    do(people) {
      const last = people.shop.runs().findLast(({ status }) => status === "completed");
      if (last !== undefined) people.rerun(last.id);
    },
  }),
};

const moveTag: Act = {
  name: "move-tag",
  weight: 1,
  draw({ random, versions }) {
    const tag = `v${random.of(versions)}`;
    const move = ({ shop, releases }: People): void => {
      if (shop.sha(tag) !== null) shop.moveTag(tag, [...releases.values()][0] ?? "", { by: "ana" });
    };
    const back = ({ shop, releases }: People): void => {
      shop.moveTag(tag, releases.get(tag.slice(1)) ?? "", { by: "ana" });
    };
    return passing(`${tag} is moved`, move, back);
  },
};

const deleteTag: Act = {
  name: "delete-tag",
  weight: 1,
  draw({ random, versions }) {
    const tag = `v${random.of(versions)}`;
    const remove = ({ shop }: People): void => {
      if (shop.sha(tag) !== null) shop.deleteTag(tag, { by: "ana" });
    };
    const back = ({ shop, releases }: People): void => {
      const sha = releases.get(tag.slice(1));
      if (sha !== undefined) shop.tag(tag, { sha, by: "ana" });
    };
    return passing(`${tag} is deleted`, remove, back);
  },
};

const deleteComment: Act = {
  name: "delete-comment",
  weight: 1,
  draw: () => ({
    say: "somebody deletes Waybill's last comment",
    do({ shop, deleted }) {
      const last = shop.comments().findLast(({ byApp }) => byApp);
      if (last === undefined) return;
      deleted.push(last.body.split("\n", 1)[0] ?? "");
      shop.deleteComment(last.id, "ana");
    },
  }),
};

const takeRight: Act = {
  name: "take-right",
  weight: 1,
  draw: () =>
    passing(
      "ana may only write",
      ({ shop }) => shop.setCollaborators({ ana: "write" }),
      ({ shop }) => shop.setCollaborators({ ana: "maintain" }),
    ),
};

const archive: Act = {
  name: "archive",
  weight: 1,
  draw: () =>
    passing(
      "the repository is archived",
      ({ shop }) => shop.archive(),
      ({ shop }) => shop.archive(false),
    ),
};

const suspend: Act = {
  name: "suspend",
  weight: 1,
  draw: () =>
    passing(
      "the installation is suspended",
      ({ shop, github }) => github.sandbox.suspend(shop.fullName),
      ({ shop, github }) => github.sandbox.suspend(shop.fullName, false),
    ),
};

const rename: Act = {
  name: "rename",
  weight: 1,
  draw: () => ({
    say: "the repository is renamed",
    do({ shop }) {
      if (!shop.fullName.endsWith("/store")) shop.rename("store", "ana");
    },
  }),
};

const renameBranch: Act = {
  name: "rename-branch",
  weight: 1,
  draw: () => ({
    say: "the default branch is renamed",
    needsLooks: true,
    do({ shop }) {
      if (shop.defaultBranch !== "trunk") shop.renameDefaultBranch("trunk", "ana");
    },
  }),
};

const breakConfig: Act = {
  name: "break-config",
  weight: 1,
  draw({ setting }) {
    const write = (text: string) => (people: People) => people.write(".github/waybill.yml", text);
    return passing("the config is broken", write("environments: ["), write(setting.config));
  },
};

const lagRuns: Act = {
  name: "lag-runs",
  weight: 1,
  draw: () =>
    passing(
      "lists of runs lag behind",
      ({ github }) => github.sandbox.faults.lagRuns({ requests: 3 }),
      ({ github }) => github.sandbox.faults.lagRuns({}),
    ),
};

export const interferingActs: readonly Act[] = [
  rerun,
  moveTag,
  deleteTag,
  deleteComment,
  takeRight,
  archive,
  suspend,
  rename,
  renameBranch,
  breakConfig,
  lagRuns,
];
