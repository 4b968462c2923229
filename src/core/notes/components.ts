/**
 * Which components a commit belongs to, by the paths it touches.
 *
 * Globs have three signs: `*` is anything within one name, `?` one character of it, `**` anything across names (as a whole name, `**` followed by a slash
 * is also nothing at all). A glob that ends in a slash means everything below. All else stands for itself, so there is nothing to escape.
 */
import type { ComponentPaths } from "./types.ts";

type Token =
  | { readonly kind: "one"; readonly character: string }
  | { readonly kind: "any" }
  | { readonly kind: "name" }
  | { readonly kind: "across" }
  | { readonly kind: "folders" };

function tokensOf(glob: string): Token[] {
  const text = glob.endsWith("/") ? `${glob}**` : glob;
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === "?") tokens.push({ kind: "any" });
    else if (character !== "*") tokens.push({ kind: "one", character });
    else if (text[at + 1] !== "*") tokens.push({ kind: "name" });
    else {
      while (text[at + 1] === "*") at += 1;
      const wholeName = text[at + 1] === "/" && (tokens.length === 0 || endsName(tokens));
      if (wholeName) at += 1;
      tokens.push({ kind: wholeName ? "folders" : "across" });
    }
  }
  return tokens;
}

function endsName(tokens: readonly Token[]): boolean {
  const last = tokens.at(-1);
  return last?.kind === "folders" || (last?.kind === "one" && last.character === "/");
}

/**
 * A matcher for one glob. It follows all ways through the glob at once, so that no glob and no path can make it slow: at most
 * the product of their lengths.
 */
export function globMatcher(glob: string): (path: string) => boolean {
  const tokens = tokensOf(glob);
  return (path) => {
    let places = closure(new Set([0]), tokens, true);
    for (const character of path) {
      if (places.size === 0) return false;
      const next = new Set<number>();
      for (const place of places) {
        const token = tokens[place];
        if (token !== undefined) advance(token, place, character, next);
      }
      places = closure(next, tokens, character === "/");
    }
    return places.has(tokens.length);
  };
}

function advance(token: Token, place: number, character: string, next: Set<number>): void {
  switch (token.kind) {
    case "one":
      if (token.character === character) next.add(place + 1);
      break;
    case "any":
      if (character !== "/") next.add(place + 1);
      break;
    case "name":
      if (character !== "/") next.add(place);
      break;
    case "across":
    case "folders":
      next.add(place);
      break;
  }
}

/** Adds the places that are reached without a character; `folders` ends only where a name begins. */
function closure(places: Set<number>, tokens: readonly Token[], atNameStart: boolean): Set<number> {
  for (const place of places) {
    const kind = tokens[place]?.kind;
    if (kind === "name" || kind === "across" || (kind === "folders" && atNameStart)) places.add(place + 1);
  }
  return places;
}

type Matcher = (path: string) => boolean;

function matchersOf(
  components: readonly ComponentPaths[],
): { readonly name: string; readonly matches: Matcher }[] {
  return components.map(({ name, paths }) => {
    const matchers = paths.map(globMatcher);
    return {
      name,
      matches: paths.length === 0 ? () => true : (path) => matchers.some((matches) => matches(path)),
    };
  });
}

/** The names of the components, in their order, that own at least one of the paths. */
export function componentsOfPaths(paths: readonly string[], components: readonly ComponentPaths[]): string[] {
  return matchersOf(components)
    .filter(({ matches }) => paths.some(matches))
    .map(({ name }) => name);
}

/** For many commits: the one component that owns the paths, or null where none or several do. Paths repeat, so answers are kept. */
export function componentFinder(
  components: readonly ComponentPaths[],
): (paths: readonly string[]) => string | null {
  if (components.length === 0) return () => null;
  const matchers = matchersOf(components);
  const kept = new Map<string, readonly string[]>();
  const ownersOf = (path: string) => {
    const known = kept.get(path);
    if (known) return known;
    const owners = matchers.filter(({ matches }) => matches(path)).map(({ name }) => name);
    kept.set(path, owners);
    return owners;
  };
  return (paths) => {
    const owners = new Set<string>();
    for (const path of paths) for (const owner of ownersOf(path)) owners.add(owner);
    const [only] = owners;
    return owners.size === 1 && only !== undefined ? only : null;
  };
}
