/** A check that must have passed before a branch moves; without an App, whoever made it. */
export interface RequiredCheck {
  context: string;
  appId?: number;
}

/** What a branch's own protection demands, and what rulesets do. */
export interface RequiredChecks {
  protection: readonly RequiredCheck[];
  ruleset: readonly RequiredCheck[];
}

export const NO_REQUIRED_CHECKS: RequiredChecks = { protection: [], ruleset: [] };
