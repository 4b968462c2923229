/** Every problem, described as the code that finds it describes it. */
import type { Problem, ProblemCode } from "../../src/core/promotion.ts";
import { APPROVAL_CODES, APPROVAL_PROBLEMS } from "./comments-approval-problems.ts";
import { ROLLBACK_CODES, ROLLBACK_PROBLEMS } from "./comments-rollback-problems.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const SHA = "a1".repeat(20);
const OTHER_SHA = "b2".repeat(20);
const RUN = "https://github.example/acme/shop/actions/runs/501";
const URL = "https://shop.example/version";

/** A component whose run is known. */
export const ran = { component: "api", url: RUN } as const;
/** What a person is asked to look after. */
export const asked = {
  environment: "prod",
  component: "api",
  workflow: "deploy.yml",
  correlationId: "c101-api",
  claims: false,
} as const;
/** A workflow at a tag. */
export const file = { path: ".github/workflows/deploy.yml", ref: "v1.5.0" } as const;

/** Every problem as the code that finds it describes it: one or more for each code. */
export const PROBLEMS: Readonly<Record<ProblemCode, readonly Problem["detail"][]>> = {
  "unknown-environment": [
    { name: "prd", suggestion: "prod", known: "dev, staging, prod" },
    { name: "moon", suggestion: null, known: "dev, staging, prod" },
  ],
  "unknown-version": [
    { version: "1.5.1", suggestion: "1.5.0", newest: "1.5.0" },
    { version: "9.9.9", suggestion: null, newest: "1.5.0" },
    { version: "1.5.0", suggestion: null, newest: null },
  ],
  "no-version-yet": [
    { environment: "prod", before: "staging" },
    { environment: "prod", before: "" },
  ],
  "not-allowed": [
    { environment: "prod", needs: "maintain", role: "write", users: 0 },
    { environment: "prod", needs: "maintain", role: null, users: 2 },
    { environment: "prod", needs: "maintain", role: "triage", users: 2 },
    { environment: "prod", needs: null, role: "admin", users: 2 },
  ],
  "not-allowed-any-more": [
    { login: "ana", environment: "prod", needs: "maintain", role: "write" },
    { login: "ana", environment: "prod", needs: null, role: "admin" },
  ],
  "windows-over": [{ environment: "prod" }],
  "holidays-unknown": [
    { environment: "prod", calendar: ".github/holidays.ics", until: "2027-12-25" },
    { environment: "prod", calendar: ".github/holidays.ics", until: null },
  ],
  "external-refused": [
    {
      environment: "prod",
      service: "change-window",
      host: "changes.acme.example",
      reason: "CHG-17 was rejected by @ops",
    },
    { environment: "prod", service: "change-window", host: "changes.acme.example:8443", reason: null },
  ],
  "previous-lacks-it": [
    { version: "1.5.0", environment: "prod", missing: "staging", next: "staging" },
    { version: "1.5.0", environment: "prod", missing: "east, west", next: "east", more: 1 },
  ],
  "older-than-delivered": [
    { version: "1.4.2", environment: "prod", running: "1.5.0" },
    { version: "1.4.2", environment: "prod", running: "1.5.0", unsure: true },
  ],
  "already-delivered": [{ version: "1.5.0", environment: "prod", at: NOON }],
  "already-on-its-way": [{ version: "1.5.0", environment: "prod" }],
  "off-branch": [{ tag: "v1.5.0", branch: "main" }],
  "ref-moved": [
    { tag: "v1.5.0", before: SHA, now: OTHER_SHA },
    { tag: "v1.5.0", before: SHA, now: null },
  ],
  "tag-moved": [
    { tag: "v1.5.0", before: SHA, now: OTHER_SHA },
    { tag: "v1.5.0", before: SHA, now: null },
  ],
  "workflow-missing": [file, { ...file, ref: "the default branch" }],
  "workflow-unreadable": [{ ...file, message: "line 3: a mapping ends where a value is expected" }],
  "workflow-not-dispatchable": [file],
  "input-missing": [
    {
      ...file,
      input: "region",
      message: ".github/workflows/deploy.yml requires the input region, which nobody supplies",
      mend: "give it under inputs of the environment, or a default in the workflow",
    },
  ],
  "input-undeclared": [{ input: "region", environment: "prod" }],
  "input-refused": [
    {
      ...file,
      input: "region",
      message: '.github/workflows/deploy.yml does not take "mars" for the input region: it takes eu or us',
      mend: "change the value, or what .github/workflows/deploy.yml declares",
    },
  ],
  "too-many-inputs": [
    {
      ...file,
      input: null,
      message: ".github/workflows/deploy.yml would be given 27 inputs, but this GitHub takes 25",
      mend: "declare fewer inputs, and keep the other values in the workflow",
    },
  ],
  "config-broken": [
    {
      path: ".github/waybill.yml",
      sha: SHA,
      line: 5,
      column: 3,
      at: "environments.prod",
      message: "unknown setting",
      mend: "known here: promote, after",
      more: 0,
    },
    {
      path: ".github/waybill.yml",
      sha: SHA,
      line: 5,
      column: 3,
      at: "",
      message: "unknown setting",
      mend: "remove it",
      more: 2,
    },
  ],
  "dispatch-refused": [
    { status: 422, message: 'Unexpected inputs provided: ["region"]', workflow: "deploy.yml", ref: "v1.5.0" },
  ],
  "dispatch-lost": [{ component: "api" }],
  "run-failed": [
    { ...ran, conclusion: "failure", after: false },
    { component: "smoke.yml", url: RUN, conclusion: "failure", after: true },
  ],
  "step-timeout": [
    { ...ran, limitMs: 1_800_000 },
    { component: "api", url: null, limitMs: 5_400_000 },
  ],
  "run-rerun": [ran],
  "run-wrong-commit": [{ ran: OTHER_SHA, wanted: SHA, url: RUN }],
  "run-gone": [asked],
  "needs-human": [asked, { ...asked, claims: true }],
  "environment-unseen": [
    { environment: "prod", message: "Resource not accessible by integration" },
    { environment: "prod", message: null },
  ],
  resolved: [{ login: "ana" }, { login: "ana", outcome: "failed" }],
  "nothing-to-resolve": [{ environment: "prod" }, { environment: "prod", unbegun: true }],
  "not-an-outcome": [{ written: "done" }],
  cancelled: [
    { login: "ana", environment: "prod", version: "1.5.0", over: false, begun: true, whole: false },
    { login: "ana", environment: "prod", version: "1.5.0", over: true, begun: false, whole: false },
    { login: "ana", environment: "prod", version: "1.5.0", over: true, begun: true, whole: true },
    { login: "ana", environment: "prod", version: "1.5.0", over: true, begun: true, whole: false },
  ],
  "nothing-to-cancel": [
    { environment: "prod", version: null, open: "", several: false, by: null, delivered: null },
    {
      environment: "prod",
      version: "1.7.0",
      open: "1.5.0, 1.6.0",
      several: false,
      by: null,
      delivered: null,
    },
    { environment: "prod", version: "1.5.0", open: "", several: false, by: null, delivered: "1.5.0" },
    { environment: "prod", version: null, open: "1.5.0, 1.6.0", several: true, by: null, delivered: null },
    { environment: "prod", version: null, open: "1.5.0", several: false, by: "wes", delivered: null },
  ],
  ...ROLLBACK_PROBLEMS,
  "nothing-to-retry": [
    { environment: "prod", delivered: null, other: null },
    { environment: "prod", delivered: "1.6.0", other: null },
    { environment: "prod", delivered: "1.4.2", other: "1.6.0" },
  ],
  "not-frozen": [{ environment: "prod" }],
  "hold-not-allowed": [{ role: "triage" }, { role: null }],
  "not-held": [
    { version: "1.5.0", held: "1.6.0, 1.6.1" },
    { version: "1.5.0", held: "" },
  ],
  ...APPROVAL_PROBLEMS,
  "not-a-time": [
    { written: "2h and 2026-12-27", why: "both" },
    { written: "2020-01-01", why: "past" },
    { written: "900d", why: "far" },
    { written: "2hours", why: "duration" },
    { written: "next week", why: "moment" },
  ],
  "repository-lost": [{ reason: "deleted" }, { reason: "uninstalled" }, { reason: "removed" }],
  "release-not-allowed": [
    { needs: "maintain", role: "write", users: 0 },
    { needs: "maintain", role: null, users: 2 },
    { needs: null, role: "admin", users: 1 },
  ],
  "release-not-allowed-any-more": [
    { login: "ana", needs: "maintain", role: "write" },
    { login: "ana", needs: null, role: null },
    { login: "ana", needs: "maintain", role: "write", branch: "hotfix/1.5.1" },
  ],
  "nothing-to-release": [
    { branch: "main", newest: "1.5.0" },
    { branch: "main", newest: null },
  ],
  "not-a-version": [
    { written: "2.0", suggestion: "2.0.0", next: "1.5.0" },
    { written: "soon", suggestion: null, next: "1.5.0" },
  ],
  "not-a-series": [
    { written: "1", version: null },
    { written: "rc", version: "1.5.0-rc.1" },
  ],
  "nothing-released": [{}],
  "notes-not-known": [
    { version: "0.9.0", oldest: "1.4.2" },
    { version: "0.9.0", oldest: null },
  ],
  "version-not-higher": [
    { version: "1.4.0", highest: "1.4.2", next: "1.5.0" },
    { version: "1.4.0", highest: "1.4.2" },
  ],
  "version-too-low": [
    { version: "1.5.0", next: "2.0.0", base: "1.4.2", bump: "major" },
    { version: "1.4.3", next: "1.5.0", base: "1.4.2", bump: "minor" },
    { version: "1.4.3", next: "3.0.0", base: "1.4.2", bump: null },
  ],
  "version-tagged": [
    { version: "1.5.0", tag: "v1.5.0", next: "1.5.1" },
    { version: "1.5.0", tag: "v1.5.0", sha: OTHER_SHA, next: null },
  ],
  "already-released": [{ version: "1.5.0", tag: "v1.5.0", sha: SHA }],
  "tag-not-released": [{ tag: "v1.5.0" }],
  "release-first": [{ again: "/promote prod" }],
  "release-under-way": [{ version: "1.5.0", tag: "v1.5.0", wanted: "1.6.0" }],
  "release-off-branch": [{ tag: "v1.5.0", sha: SHA, branch: "main" }],
  "release-out-of-order": [{ tag: "v1.5.1", sha: SHA, newer: "v1.5.0" }],
  "cut-refused": [
    {
      tag: "v1.5.0",
      status: 422,
      message: "Repository rule violations found: Cannot create ref due to creations being restricted.",
    },
  ],
  "reported-other-version": [
    { url: URL, observed: "1.4.2", detail: "", looks: 7 },
    { url: URL, observed: null, detail: "no text at $.version", looks: 1 },
  ],
  "no-answer": [
    { url: URL, observed: null, detail: "connection refused", looks: 7 },
    { url: null, observed: null, detail: null, looks: 1 },
  ],
  "verification-failed": [{ component: "smoke.yml", conclusion: "failure", url: URL, after: true }],
  "verification-unknown": [{ component: "smoke.yml", conclusion: "cancelled", url: URL, after: true }],
  "github-refused": [
    { message: "Resource not accessible by integration", component: "api" },
    { message: null },
  ],
  "command-late": [
    { again: "/promote prod 1.5.0", age: 16, unit: "minutes", limit: 15 },
    { again: "/promote prod 1.5.0", age: 3, unit: "hours", limit: 15 },
    { again: "/promote prod 1.5.0", age: 2, unit: "days", limit: 15 },
    { again: "/promote prod 1.5.0", age: 14, unit: "days", limit: 15, parked: true },
  ],
  "malformed-command": [
    { name: "promote", problem: "the environment is missing: /promote <environment> [version]" },
  ],
  "nothing-to-hotfix": [
    { environment: "prod", running: null },
    { environment: "dev", running: "1.5.0-dev.3" },
    { environment: "eu", several: "eu, us" },
  ],
  "hotfix-under-way": [
    { branch: "hotfix/1.5.1", base: "1.5.0", by: "ana", environment: "prod" },
    { branch: "hotfix/1.5.1", many: 20 },
  ],
  "hotfix-branch-taken": [{ branch: "hotfix/1.5.1", sha: OTHER_SHA, base: "1.5.0" }],
  "branch-refused": [
    { branch: "hotfix/1.5.1", status: 422, message: "Repository rule violations found" },
    { branch: "hotfix/1.5.1", status: 403, message: "Resource not accessible by integration", to: "main" },
  ],
  "changelog-refused": [
    { branch: "waybill/changelog", to: null, status: 422, message: "Repository rule violations found" },
    { branch: "waybill/changelog", to: "main", status: 403, message: "Resource not accessible" },
  ],
  "changelog-unfit": ["not-a-file", "too-large", "not-text", "open-end"].map((why) => ({
    path: "docs/CHANGES.md",
    why,
    limit: 20,
  })),
  "no-such-hotfix": [
    { written: "1.5.2", known: "1.5.1" },
    { written: "1.5.2", known: "" },
  ],
  "lacks-pull": [
    { environment: "prod", version: "1.5.0", pull: 12, before: "staging" },
    { environment: "dev", version: "1.5.0", pull: 12, before: "" },
  ],
  "lacks-hotfix": [
    { version: "1.6.0", environment: "prod", fix: "1.5.1", pull: 9 },
    { version: "1.6.0", environment: "prod", fix: "1.5.1", pull: null },
  ],
  "unknown-command": [{ word: "promot", suggestion: "promote" }],
};

/** Refusals of commands: what is found before anything is on its way. All other problems are shown as failures. */
export const REFUSED: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  "unknown-environment",
  "unknown-version",
  "no-version-yet",
  "not-allowed",
  "not-allowed-any-more",
  "windows-over",
  "holidays-unknown",
  "previous-lacks-it",
  "older-than-delivered",
  "already-delivered",
  "already-on-its-way",
  "off-branch",
  "ref-moved",
  "workflow-missing",
  "workflow-unreadable",
  "workflow-not-dispatchable",
  "input-missing",
  "input-undeclared",
  "too-many-inputs",
  "input-refused",
  "config-broken",
  "malformed-command",
  "unknown-command",
  "nothing-to-resolve",
  "not-an-outcome",
  "nothing-to-cancel",
  "nothing-to-retry",
  ...ROLLBACK_CODES,
  "not-frozen",
  "hold-not-allowed",
  "not-held",
  ...APPROVAL_CODES,
  "not-a-time",
  "github-refused",
  "release-not-allowed",
  "release-not-allowed-any-more",
  "nothing-to-release",
  "not-a-version",
  "not-a-series",
  "nothing-released",
  "notes-not-known",
  "version-not-higher",
  "version-too-low",
  "version-tagged",
  "already-released",
  "release-under-way",
  "release-off-branch",
  "release-out-of-order",
  "cut-refused",
  "tag-not-released",
  "release-first",
  "nothing-to-hotfix",
  "hotfix-under-way",
  "hotfix-branch-taken",
  "branch-refused",
  "changelog-refused",
  "changelog-unfit",
  "no-such-hotfix",
  "lacks-hotfix",
  "lacks-pull",
]);
