/** Looking for installations where one tenant's answers fail. */
import { expect, it } from "vitest";
import { loseAll, startWatched } from "./reconcile-given.ts";

it("one tenant whose repositories cannot be listed, for however long, hides no other tenant's", async () => {
  const story = await startWatched();
  loseAll(story);
  const other = story.sandbox.repository("globex/till", { install: true });
  other.commit({ message: "begin", author: "ana", files: { a: "b" } });
  const isFound = async () =>
    (await story.store.looks()).some(
      ({ subject }) => subject.kind === "repository" && Number(subject.repository) === other.id,
    );
  expect(await isFound()).toBe(false);
  for (let minute = 0; minute < 75; minute += 1) {
    story.sandbox.faults.clear();
    loseAll(story);
    // The first that is listed is the one that was installed first.
    story.sandbox.faults.add({ route: "GET /installation/repositories", kind: { status: 502 }, times: 1 });
    await story.reconcile();
  }
  expect(await isFound()).toBe(true);
}, 60_000);
