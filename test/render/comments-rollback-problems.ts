/** What can be wrong with rollbacks, described as the code that finds it describes it. */

const NOON = Date.UTC(2026, 10, 20, 12);

const unfit = {
  path: ".github/workflows/deploy.yml",
  tag: "v1.4.2",
  why: "missing",
  lacks: "",
  today: "no-sha",
  branch: "main",
} as const;

const bad = {
  environment: "prod",
  version: "1.5.0",
  bad: "1.5.0",
  good: "1.4.2",
  by: "ana",
  at: NOON,
  reason: "the *sale* @everyone",
} as const;

const backup = { component: "backup.yml", environment: "prod", limitMs: 900_000 } as const;
const restore = { environment: "prod", version: "1.4.2", restore: "restore.yml", point: NOON } as const;

export const ROLLBACK_PROBLEMS = {
  "nothing-to-roll-back": [{ environment: "prod", version: "1.4.2" }],
  "no-release-before": [{ environment: "prod" }],
  "rollback-not-lower": [{ environment: "prod", version: "1.6.0", running: "1.5.0" }],
  "rollback-overtaken": [{ environment: "prod", version: "1.4.1" }],
  "rolled-back-since": [
    { environment: "prod", version: "1.6.0", good: "1.4.2", by: "ana" },
    { environment: "prod", version: "1.6.0", good: "1.4.2", by: null },
  ],
  "rollback-workflow": [
    unfit,
    { ...unfit, why: "inputs", lacks: "sha, correlation_id", today: "missing" },
    { ...unfit, why: "unreadable", today: "unreadable" },
    { ...unfit, why: "not-dispatchable", today: "not-dispatchable" },
    { ...unfit, why: "inputs", today: "inputs" },
  ],
  "past-migrations": [
    {
      environment: "prod",
      version: "1.4.2",
      known: true,
      irreversible: "jobs with 1.5.0",
      contract: "api with 1.5.0, web with 1.5.0",
    },
    { environment: "prod", version: "1.4.2", known: true, irreversible: "", contract: "api with 1.5.0" },
    {
      environment: "prod",
      version: "1.4.2",
      known: true,
      irreversible: "jobs with 1.5.0",
      contract: "",
      restore: "restore.yml",
      point: NOON,
    },
    {
      environment: "prod",
      version: "1.4.2",
      known: true,
      irreversible: "jobs with 1.5.0",
      contract: "",
      restore: "restore.yml",
      point: null,
    },
    { environment: "prod", version: "1.4.2", known: false, irreversible: "jobs with 1.5.0", contract: "" },
  ],
  "recovery-point": [
    { ...backup, why: "old", point: NOON, ageMs: 7_200_000 },
    { ...backup, why: "none", written: null, point: null },
    { ...backup, why: "unread", written: "yesterday", point: null },
    { ...backup, why: "ahead", point: NOON },
    { ...backup, why: "unseen", message: "Resource not accessible by integration" },
  ],
  "restore-refused": [
    { ...restore, why: "no-workflow", restore: null, point: null },
    { ...restore, why: "no-point", point: null },
    { ...restore, why: "no-reason" },
    { why: "no-input", path: ".github/workflows/restore.yml" },
  ],
  quarantined: [bad, { ...bad, version: "1.5.1" }, { ...bad, by: null, reason: null, good: null }],
  "not-pinned": [{ environment: "prod" }],
  "not-quarantined": [
    { environment: "prod", version: "1.5.1", bad: "1.5.0, 1.6.0" },
    { environment: "prod", version: "1.5.1", bad: "" },
  ],
} as const;

/** They are said where a command is refused. */
export const ROLLBACK_CODES = Object.keys(ROLLBACK_PROBLEMS) as (keyof typeof ROLLBACK_PROBLEMS)[];
