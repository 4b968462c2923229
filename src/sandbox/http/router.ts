import type { Route } from "./context.ts";

/** Parameters that take the rest of the path, slashes included. */
const TAIL_PARAMETERS = new Set(["path", "ref", "tag", "branch", "basehead", "name"]);

interface Compiled {
  route: Route;
  expression: RegExp;
  names: string[];
}

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/** Finds the route of a method and path; earlier routes come first. */
export class Router {
  readonly #routes: readonly Compiled[];
  readonly routes: readonly Route[];

  constructor(routes: readonly Route[]) {
    this.routes = routes;
    this.#routes = routes.map(compile);
  }

  find(method: string, path: string): Match | null {
    for (const { route, expression, names } of this.#routes) {
      if (route.method !== method) continue;
      const match = expression.exec(path);
      if (!match) continue;
      const params: Record<string, string> = {};
      for (const [index, name] of names.entries()) {
        const decoded = decode(match[index + 1] ?? "");
        if (decoded === null) return null;
        params[name] = decoded;
      }
      return { route, params };
    }
    return null;
  }
}

function compile(route: Route): Compiled {
  const names: string[] = [];
  const pattern = route.template.replaceAll(/[.]|\{(\w+)\}/g, (_whole, name: string | undefined) => {
    if (name === undefined) return String.raw`\.`;
    names.push(name);
    return TAIL_PARAMETERS.has(name) ? "(.+?)" : "([^/]+)";
  });
  // GitHub takes a contents path of nothing for the root.
  const root = route.template.endsWith("/contents/{path}") ? pattern.replace("/(.+?)", "/?(.*?)") : pattern;
  return { route, expression: new RegExp(`^${root}$`), names };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
