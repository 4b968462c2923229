/**
 * A process of its own for the tests that kill one: opens the store at the address given and says so with its process id, then does
 * what it is told: `hold` the store, or `write` deliveries, lane, audit log and jobs in a loop, naming on standard output
 * each round that was acknowledged. It may be of a version that is yet to come (`newer.ts`).
 */
import { writeSync } from "node:fs";
import type { Store } from "../../src/core/ports.ts";
import { openStore } from "../../src/store/index.ts";
import { schemaOf, type KnownSchema } from "./newer.ts";
import { acme, aDelivery, aJob, anAudit, prod } from "./words.ts";

const [, , task, address = "", tag = "", known = "today"] = process.argv;

/** Written by a system call at once: a killed process cannot take back what it has said. */
function say(message: object): void {
  writeSync(1, `${JSON.stringify(message)}\n`);
}

async function write(store: Store): Promise<never> {
  for (let round = 0; ; round += 1) {
    const ids = [0, 1, 2].map((part) => `${tag}-${round}-${part}`);
    await store.receive(ids.map((id) => aDelivery(id)));
    const [job] = await store.claim(tag, Date.now(), 1, Date.now() + 60_000);
    await store.transaction(async (tx) => {
      const lane = await tx.lockLane(prod);
      await tx.saveLane(prod, lane.rev, lane.rev + 1);
      await tx.appendAudit(acme, [anAudit("round", { ref: `${tag}-${round}` })]);
      await tx.addJobs([aJob({ key: "lane", payload: `${tag}-${round}` })]);
      if (job !== undefined) await tx.completeJob(job, Date.now());
    });
    say({ acknowledged: ids, round: `${tag}-${round}` });
  }
}

try {
  const store = await openStore(address, { cwd: "/", migrationsFor: schemaOf(known as KnownSchema) });
  say({ opened: process.pid });
  if (task === "write") await write(store);
  else setInterval(() => {}, 60_000);
} catch (error) {
  const { name, message } = error as Error;
  say({ refused: name, message });
  process.exitCode = 1;
}
