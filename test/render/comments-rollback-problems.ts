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
    { environment: "prod", version: "1.4.2", known: false, irreversible: "jobs with 1.5.0", contract: "" },
  ],
  quarantined: [bad, { ...bad, version: "1.5.1" }, { ...bad, by: null, reason: null, good: null }],
  "not-pinned": [{ environment: "prod" }],
} as const;

/** They are said where a command is refused. */
export const ROLLBACK_CODES = Object.keys(ROLLBACK_PROBLEMS) as (keyof typeof ROLLBACK_PROBLEMS)[];
