/** A Waybill that moves to another database in the middle of its work: what was under way goes on there, and nothing is done twice. */
import { expect, it } from "vitest";
import { openStore, verifyChain } from "../../src/store/index.ts";
import { exported, imported, newSqlite, tablesOf } from "../store/transfer-given.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import type { Story } from "../support/story.ts";
import { deliver } from "./deliver.ts";
import { auditOf, deployed, expectPromisesKept, startProd, waybillsComments } from "./prod.ts";

/** Moves the store as an operator does; before, the old server is killed with a job in its hands. */
async function move(story: Story, to: string): Promise<void> {
  await story.move(to, async (from) => {
    const killed = await openStore(from, { cwd: "/" });
    // What is next, be it only due in a while: stopping has let finish what was due.
    const [job] = await killed.claim("killed", story.now() + 60_000, 1, story.now() + 60_000);
    expect(job).toBeDefined();
    await killed.close();
    const { orphans } = await imported(to, await exported(from, { final: true }));
    expect(orphans).toBe(1);
    expect(await tablesOf(to)).toEqual(await tablesOf(from));
  });
}

async function begin(story: Story, command: string): Promise<void> {
  story.shop.comment(1, command, "ana");
  await story.sandbox.settled();
}

describePostgres("a server that moves in the middle of a promotion", () => {
  it("from SQLite to PostgreSQL, and back: everything goes on, once, and late duplicates are still known", async () => {
    const story = await startProd({ databaseUrl: newSqlite() });
    await begin(story, "/promote prod");
    await move(story, await createTestDatabase());
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0"]);

    story.merge("feat(web): show vouchers");
    await story.settle();
    story.shop.tag("v1.6.0", { by: "ana" });
    await story.settle();
    await begin(story, "/promote prod 1.6.0");
    await move(story, newSqlite());
    await story.settle();
    expect(deployed(story)).toEqual(["api 1.5.0", "web 1.5.0", "api 1.6.0", "web 1.6.0"]);

    const said = waybillsComments(story);
    // Those that came while nobody was there are no duplicates.
    const arrived = story.sandbox.deliveries.filter(({ statusCode }) => statusCode === 202);
    for (const delivery of arrived) expect(await deliver(story, delivery, delivery.guid)).toBe(202);
    expect(story.log.filter((line) => line.includes('"outcome":"duplicate"'))).toHaveLength(arrived.length);
    await story.settle();
    expect(waybillsComments(story)).toEqual(said);
    expect(deployed(story)).toHaveLength(4);
    expectPromisesKept(story);
    expect(await story.store.jobCounts()).toMatchObject({ running: 0, dead: 0 });
    expect(verifyChain(await auditOf(story))).toMatchObject({ intact: true });
  });
});
