import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Repository } from "../state.ts";
import type { World } from "../world.ts";
import type { Target } from "./types.ts";

/** The deployed system of a component in an environment; its little server is started when first asked for. */
export function targetOf(
  world: World,
  repository: Repository,
  component: string,
  environment: string,
): Promise<Target> {
  const key = `${component}\n${environment}`;
  const known = repository.targets.get(key);
  if (known) return known;
  const target = world.listens
    ? startTarget(component, environment)
    : Promise.resolve(silentTarget(world, component, environment));
  repository.targets.set(key, target);
  return target;
}

/** What is deployed, where nothing listens: it is asked by its properties. */
function silentTarget(world: World, component: string, environment: string): Target {
  const target = {
    url: `${world.url}/_targets/${environment}/${component}`,
    version: null as string | null,
    sha: null as string | null,
    setVersion(version: string | null, sha: string | null = null) {
      Object.assign(target, { version, sha: version === null ? null : sha });
    },
    close: () => Promise.resolve(),
  };
  return target;
}

async function startTarget(component: string, environment: string): Promise<Target> {
  let running: { version: string; sha: string | null } | null = null;
  const server = createServer((request, response) => {
    const known = request.method === "GET" && request.url?.split("?")[0] === "/version";
    const status = known ? (running ? 200 : 503) : 404;
    const body =
      status === 200 ? { ...running, component, environment } : { error: "nothing is deployed here" };
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  // A test that forgets to close must still be able to end.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/version`,
    get version() {
      return running?.version ?? null;
    },
    get sha() {
      return running?.sha ?? null;
    },
    setVersion(version, sha = null) {
      running = version === null ? null : { version, sha };
    },
    close() {
      return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
