/** Bugs of the intake and the queue: what is remembered before it is kept, and whose job is whose. */
import type { Bug } from "./bug.ts";

const FINISH = "src/store/jobs/finish.ts";

export const storingBugs: readonly Bug[] = [
  {
    name: "dedupe-before-job",
    about: "a webhook is remembered in a transaction of its own, before its job is queued",
    scene: "leases",
    patches: [
      {
        file: "src/store/inbox.ts",
        find: "  await settleQueue(database, trx, now, jobs, []);\n",
        replace:
          "  await sql`commit`.execute(trx);\n  await sql`begin`.execute(trx);\n  await sql`savepoint work`.execute(trx);\n  await settleQueue(database, trx, now, jobs, []);\n",
      },
    ],
  },
  {
    name: "renews-all-leases",
    about: "a worker renews the leases of all that is in its name, also of what it does not know it has",
    scene: "lost-claims",
    patches: [
      {
        file: FINISH,
        find: "owner = ${owner} and (id, attempts) in (values ${sql.join(\n    mine.map((job) => sql`(cast(${job.id} as bigint), cast(${job.attempts} as bigint))`),\n  )})`;",
        replace: "owner = ${owner}`;",
      },
    ],
  },
  {
    name: "no-fence",
    about: "a worker whose lease has run out may still write down that its job is done",
    scene: "leases",
    patches: [
      {
        file: FINISH,
        find: "id = ${job.id} and owner = ${job.owner} and attempts = ${job.attempts} and state = 'running'`;",
        replace: "id = ${job.id} and state = 'running'`;",
      },
    ],
  },
  {
    name: "attempts-forgotten",
    about: "a job that is taken up after its worker died counts as never begun",
    scene: "leases",
    kill: true,
    patches: [
      {
        file: "src/store/jobs/requeue.ts",
        find: "        attempts: job.attempts,\n",
        replace: "        attempts: 0 * job.attempts,\n",
      },
    ],
  },
  {
    name: "nobody-sweeps",
    about: "what a dead worker had in hand is never made ready again",
    scene: "leases",
    kill: true,
    patches: [
      {
        file: "src/store/jobs/requeue.ts",
        find: "state = 'running' and lease_until <= ${now}`;",
        replace: "state = 'running' and lease_until <= ${now - 1e12}`;",
      },
    ],
  },
];
