/** The route table: which handler answers which path and method. */
import type { IncomingMessage, ServerResponse } from "node:http";

/** One request on its way through the server. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The path without the query. */
  readonly path: string;
  /** Tells a client that waits with its body (`Expect: 100-continue`) to send it. Must be called before a body is read. */
  readonly expectBody: () => void;
}

/** What a handler answers with; the server writes it. Nothing in it may come from the request. */
export interface Answer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What the log says about the request, besides method, route, status and time. Never from an unchecked input. */
  readonly note?: Readonly<Record<string, string | number>>;
}

/** Answers a request, or writes the whole response itself (a page, a stream of events) and says `"written"`. */
export type Handler = (exchange: Exchange) => Promise<Answer | "written">;

export interface Route {
  /** An exact path; or a path that ends in `/*`, for everything below it. */
  readonly path: string;
  /** Handlers by method, in capitals. HEAD is answered by GET's handler. */
  readonly methods: Readonly<Record<string, Handler>>;
  /** Answered also while the server drains. */
  readonly whileDraining?: boolean;
}

export type RouteMatch =
  | { readonly kind: "found"; readonly route: Route; readonly handler: Handler }
  | { readonly kind: "notFound" }
  | { readonly kind: "wrongMethod"; readonly route: Route; readonly allow: string };

/** Finds the route of a request; the first that fits wins. */
export function matchRoute(routes: readonly Route[], method: string, path: string): RouteMatch {
  const route = routes.find((candidate) => fits(candidate.path, path));
  if (route === undefined) return { kind: "notFound" };
  const name = method === "HEAD" ? "GET" : method;
  if (Object.hasOwn(route.methods, name)) {
    const handler = route.methods[name];
    if (handler !== undefined) return { kind: "found", route, handler };
  }
  const known = Object.keys(route.methods);
  return {
    kind: "wrongMethod",
    route,
    allow: (known.includes("GET") ? [...known, "HEAD"] : known).join(", "),
  };
}

function fits(pattern: string, path: string): boolean {
  return pattern.endsWith("/*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}
