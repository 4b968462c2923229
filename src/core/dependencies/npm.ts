/**
 * npm: the lockfile of npm 7 and newer, or else the ranges of package.json (also beside a lockfile of pnpm, yarn or an older npm, which are not read).
 * https://docs.npmjs.com/cli/configuring-npm/package-lock-json
 */
import { Packages, type Ecosystem, type Inventory } from "./ecosystem.ts";

type Fields = Readonly<Record<string, unknown>>;

const FOLDER = "node_modules/";
const KINDS = ["dependencies", "optionalDependencies", "devDependencies"] as const;

export const npm: Ecosystem = {
  files: ["npm-shrinkwrap.json", "package-lock.json", "package.json"],
  read(file, text) {
    const value: unknown = JSON.parse(text);
    if (!isFields(value)) return null;
    return file === "package.json" ? ofManifest(value) : ofLock(value);
  },
};

function ofLock({ packages }: Fields): Inventory | null {
  if (!isFields(packages)) return null;
  const direct = new Packages();
  const installed = new Packages();
  const entries = new Map(Object.entries(packages));
  for (const [place, entry] of entries) {
    if (!isFields(entry)) continue;
    const at = place.lastIndexOf(FOLDER);
    if (at === -1) addDirect(place, entry, entries, direct);
    else addTo(installed, place.slice(at + FOLDER.length), entry);
  }
  return { direct: direct.all(), installed: installed.all() };
}

/** What the project itself, or a workspace of it (by its folder), asks for: as Node.js finds it from there. */
function addDirect(
  place: string,
  entry: Fields,
  entries: ReadonlyMap<string, unknown>,
  direct: Packages,
): void {
  for (const kind of KINDS) {
    const wanted = entry[kind];
    if (!isFields(wanted)) continue;
    for (const name of Object.keys(wanted)) {
      const found = installedFrom(place, name, entries);
      if (found !== null) addTo(direct, name, found, kind === "devDependencies");
    }
  }
}

function installedFrom(place: string, name: string, entries: ReadonlyMap<string, unknown>): Fields | null {
  const folders = place === "" ? [] : place.split("/").slice(0, DEEPEST);
  for (let depth = folders.length; depth >= 0; depth -= 1) {
    const prefix = folders
      .slice(0, depth)
      .map((folder) => `${folder}/`)
      .join("");
    const found = entries.get(`${prefix}${FOLDER}${name}`);
    if (isFields(found)) return found;
  }
  return null;
}

/** Folders of a workspace's path that are looked through. */
const DEEPEST = 10;

function addTo(packages: Packages, name: string, entry: Fields, development = false): void {
  // A workspace's own package is no dependency of the project: it is the project.
  if (entry["link"] === true) return;
  const { version, resolved, license: licence, name: real } = entry;
  // Under an alias another package is installed.
  const own = typeof real === "string" && real !== "" ? real : name;
  packages.add(own, versionOf(version, resolved), { licence: licenceOf(licence), development });
}

/** What comes from git keeps its version from commit to commit: then the commit is told too. */
function versionOf(version: unknown, resolved: unknown): string {
  const written = typeof version === "string" ? version : "";
  const address = typeof resolved === "string" ? resolved : "";
  const commit = /^git[+:]/.test(address) ? /#([0-9a-f]{7})[0-9a-f]{0,57}$/.exec(address)?.[1] : undefined;
  return commit === undefined ? written : `${written}#${commit}`;
}

/** A text; packages of long ago have an object with its `type`. */
function licenceOf(licence: unknown): string | null {
  if (typeof licence === "string") return licence;
  return isFields(licence) && typeof licence["type"] === "string" ? licence["type"] : null;
}

/** What stands for something in the repository itself. */
const LOCAL = /^(?:workspace|file|link|portal):/;

function ofManifest(manifest: Fields): Inventory {
  const direct = new Packages();
  for (const kind of KINDS) {
    const wanted = manifest[kind];
    if (!isFields(wanted)) continue;
    for (const [name, range] of Object.entries(wanted))
      if (typeof range === "string" && !LOCAL.test(range))
        direct.add(name, range, { development: kind === "devDependencies" });
  }
  return { direct: direct.all(), installed: null };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
