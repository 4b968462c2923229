/** Releases, and the commands that bring them somewhere. */
import { commandDeed, environmentFrom, type Act } from "./act.ts";

/** Mostly the newest release, now and then any. */
export const promote: Act = {
  name: "promote",
  weight: 10,
  // Where another environment comes before, it hangs on what has arrived there by the time at which it is heard.
  isTimeless: ({ environments }) => environments.length === 1,
  draw(draft) {
    const { random, versions } = draft;
    const newest = versions.at(-1) ?? "1.0.0";
    const version = random.happens(0.5) ? newest : random.of(versions);
    return commandDeed(`/promote ${environmentFrom(draft)} ${version}`);
  },
};

/** Without a version, and by somebody who may not. */
const promoteLoosely: Act = {
  name: "promote-loosely",
  weight: 1,
  draw: (draft) => commandDeed(`/promote ${environmentFrom(draft)}`, draft.random.of(["ana", "wes"])),
};

export const release: Act = {
  name: "release",
  weight: 3,
  isTimeless: () => true,
  draw({ versions }) {
    const version = `1.${versions.length}.0`;
    versions.push(version);
    return { say: `ana tags v${version}`, do: (people) => people.release(version) };
  },
};

const merge: Act = {
  name: "merge",
  weight: 1,
  isTimeless: () => true,
  draw: () => ({ say: "ana merges", do: (people) => people.merge("fix: something") }),
};

const status: Act = { name: "status", weight: 1, draw: () => commandDeed("/status") };

export const promotingActs: readonly Act[] = [promote, promoteLoosely, release, merge, status];
