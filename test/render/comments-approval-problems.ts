/** Problems with what people say to a release where approvals are asked for. */

const NOON = Date.UTC(2026, 10, 20, 12);

export const APPROVAL_PROBLEMS = {
  "approvals-not-asked": [{ environment: "dev" }],
  "approval-not-allowed": [
    {
      environment: "prod",
      needs: "maintain",
      users: 2,
      teams: "release-managers",
      role: null,
      unseen: false,
    },
    {
      environment: "prod",
      needs: null,
      users: 0,
      teams: "release-managers or ops",
      role: "write",
      unseen: true,
    },
    { environment: "prod", needs: null, users: 1, teams: "", role: "write", unseen: false },
  ],
  "approval-own": [{ environment: "prod", version: "1.5.0" }],
  "not-approved": [
    { environment: "prod", version: "1.5.0" },
    { environment: "prod", version: null },
  ],
  rejected: [
    {
      environment: "prod",
      version: "1.5.0",
      login: "wes",
      reason: "the checkout fails",
      others: 0,
      until: NOON,
    },
    {
      environment: "prod",
      version: "1.5.0",
      login: "wes",
      reason: "the checkout fails",
      others: 2,
      until: NOON,
    },
  ],
  "reject-late": ["running", "delivered", "rollback", "hotfix", "normal"].map((why) => ({
    environment: "prod",
    version: "1.5.0",
    why,
  })),
  "reject-without-reason": [{ written: "/reject prod 1.5.0" }],
} as const;

/** They are said where a command is refused. */
export const APPROVAL_CODES = Object.keys(APPROVAL_PROBLEMS) as (keyof typeof APPROVAL_PROBLEMS)[];
