/** What GitHub lets the App do and tells it, against app.yml; and where it is installed. */
import { z } from "zod";
import { type Check, counted, listed, ok, problem, unknown, warning } from "./check.ts";
import type { App } from "./connection.ts";
import type { GitHubAsked } from "./github.ts";
import { OPTIONAL_PERMISSIONS, type Manifest } from "./manifest.ts";

/** https://docs.github.com/rest/apps/apps#list-installations-for-the-authenticated-app */
const installationSchema = z.object({
  id: z.number(),
  account: z.object({ login: z.string().optional(), slug: z.string().optional() }).nullish(),
  repository_selection: z.string(),
  html_url: z.string(),
  permissions: z.record(z.string(), z.string()),
  events: z.array(z.string()),
  suspended_at: z.string().nullish(),
});

type Installation = z.infer<typeof installationSchema>;

const LEVELS = ["none", "read", "write", "admin"];
const PAGE = 100;
const MOST_PAGES = 10;

function rank(level: string | undefined): number {
  return Math.max(0, LEVELS.indexOf(level ?? "none"));
}

/** What of `wanted` is not in `held`, as `contents: write`. */
function lacking(wanted: Readonly<Record<string, string>>, held: Readonly<Record<string, string>>): string[] {
  return Object.entries(wanted)
    .filter(([name, level]) => rank(held[name]) < rank(level))
    .map(([name, level]) => `${name}: ${level}`);
}

/** Checks `permissions` and `events`: what the App is registered with. */
export function checkGrants(app: App, manifest: Manifest): Check[] {
  const page = settingsPage(app);
  return [checkPermissions(app, manifest, page), checkEvents(app, manifest, page)];
}

function checkPermissions(app: App, manifest: Manifest, page: string): Check {
  const missing = lacking(manifest.permissions, app.permissions);
  if (missing.length > 0) {
    const mend = `Grant that on ${page}, then accept it for each installation.`;
    return problem("permissions", `The App lacks ${listed(missing)}.`, mend);
  }
  const spare = lacking(app.permissions, { ...manifest.permissions, ...OPTIONAL_PERMISSIONS });
  if (spare.length > 0) {
    const found = `The App may do more than Waybill needs: ${listed(spare)}.`;
    return warning("permissions", found, `Lower it on ${page} to what app.yml names.`);
  }
  return ok("permissions", "The App may do what app.yml asks for, and no more.");
}

function checkEvents(app: App, manifest: Manifest, page: string): Check {
  const missing = manifest.events.filter((event) => !app.events.includes(event));
  if (missing.length > 0) {
    return problem(
      "events",
      `The App is not told of ${listed(missing)}.`,
      `Subscribe to them at the foot of ${page}.`,
    );
  }
  const spare = app.events.filter((event) => !manifest.events.includes(event));
  if (spare.length > 0) {
    const found = `The App is told of more than Waybill uses: ${listed(spare)}.`;
    return warning("events", found, `Unsubscribe from them at the foot of ${page}.`);
  }
  return ok("events", "The App is told of what app.yml names, and of no more.");
}

/** https://docs.github.com/apps/maintaining-github-apps/modifying-a-github-app-registration */
function settingsPage({ html_url, owner, slug }: App): string {
  const organization =
    owner?.type === "Organization" ? `/organizations/${encodeURIComponent(owner.login)}` : "";
  const { origin } = URL.parse(html_url) ?? { origin: "https://github.com" };
  return `${origin}${organization}/settings/apps/${encodeURIComponent(slug)}/permissions`;
}

/** What Waybill needs and the App is registered for: what its installations can be asked to accept. */
export function acceptable(app: App, manifest: Manifest): Manifest {
  const { permissions, events } = manifest;
  const held = Object.entries(permissions).filter(
    ([name, level]) => rank(app.permissions[name]) >= rank(level),
  );
  return {
    permissions: Object.fromEntries(held),
    events: events.filter((event) => app.events.includes(event)),
  };
}

/**
 * Checks `installations`, and one check for each installation with something to mend. With `only`, nothing but that installation.
 * A list longer than 1,000 is cut off there, and said to be.
 *
 * @param wanted see `acceptable`
 */
export async function checkInstallations(
  github: GitHubAsked,
  wanted: Manifest,
  only: number | null,
): Promise<Check[]> {
  const found = only === null ? await allInstallations(github) : await oneInstallation(github, only);
  if ("check" in found) return [found];
  const { installations, more } = found;
  if (installations.length === 0) {
    const mend = "Install it: open the App's page on GitHub and press Install.";
    return [warning("installations", "The App is installed nowhere.", mend)];
  }
  const faults = installations.flatMap((installation) => checkInstallation(installation, wanted));
  const inOrder = installations.length - faults.length;
  const names = installations.slice(0, 5).map(nameOf);
  const others = installations.length > names.length ? ["others"] : [];
  const at = `${counted(installations.length, "installation")}${more ? " and more" : ""}: ${listed([...names, ...others])}.`;
  return [ok("installations", faults.length === 0 ? at : `${at} ${inOrder} in order.`), ...faults];
}

function nameOf({ account, repository_selection }: Installation): string {
  const name = account?.login ?? account?.slug ?? "a deleted account";
  return `${name} (${repository_selection === "all" ? "all repositories" : "selected repositories"})`;
}

interface Found {
  readonly installations: readonly Installation[];
  /** Whether there are others that were not looked at. */
  readonly more: boolean;
}

async function allInstallations(github: GitHubAsked): Promise<Found | Check> {
  const installations: Installation[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const answer = await github.ask("GET", `/app/installations?per_page=${PAGE}&page=${page}`);
    const read = z.array(installationSchema).safeParse("failed" in answer ? null : answer.body);
    if (!read.success) return unlisted("failed" in answer ? answer.code : String(answer.status));
    installations.push(...read.data);
    if (read.data.length < PAGE) return { installations, more: false };
  }
  return { installations, more: true };
}

async function oneInstallation(github: GitHubAsked, id: number): Promise<Found | Check> {
  const answer = await github.ask("GET", `/app/installations/${id}`);
  if (!("failed" in answer) && answer.status === 404) {
    const mend =
      "Take the number from the end of the installation's address on GitHub, or leave --installation out.";
    return problem(`installation ${id}`, "The App has no installation of this number.", mend);
  }
  const read = installationSchema.safeParse("failed" in answer ? null : answer.body);
  if (!read.success) return unlisted("failed" in answer ? answer.code : String(answer.status));
  return { installations: [read.data], more: false };
}

function unlisted(why: string): Check {
  return unknown("installations", `GitHub did not list them (${why}).`);
}

function checkInstallation(installation: Installation, wanted: Manifest): Check[] {
  const check = `installation ${installation.id}`;
  const where = nameOf(installation);
  if (typeof installation.suspended_at === "string") {
    const mend = `Its owner can unsuspend it on ${installation.html_url}.`;
    return [problem(check, `${where}: suspended since ${installation.suspended_at}.`, mend)];
  }
  const events = wanted.events.filter((event) => !installation.events.includes(event));
  const missing = [
    ...lacking(wanted.permissions, installation.permissions),
    ...events.map((event) => `the event ${event}`),
  ];
  if (missing.length === 0) return [];
  const mend = `Its owner has to accept the App's new permissions on ${installation.html_url}.`;
  return [problem(check, `${where}: not accepted yet: ${listed(missing)}.`, mend)];
}
