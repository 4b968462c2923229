/** Health: `/livez` for "restart me if I don't answer", `/readyz` for "send me work". */
import type { Answer, Route } from "./routes.ts";

export interface HealthOptions {
  /** Whether work can be taken in: the store answers. A rejection counts as no. */
  readonly ready: () => Promise<boolean>;
  readonly isDraining: () => boolean;
  /** How long `ready` may take, in milliseconds. */
  readonly readyMs: number;
}

/** The two routes. However often `/readyz` is asked, `ready` runs once at a time, so that strangers cannot load the store by it. */
export function healthRoutes(options: HealthOptions): readonly Route[] {
  let asking: Promise<boolean> | null = null;
  const ready = (): Promise<boolean> => {
    asking ??= askReady(options).finally(() => {
      asking = null;
    });
    return asking;
  };
  const livez = (): Promise<Answer> => Promise.resolve({ status: 200, body: { status: "alive" } });
  const readyz = async (): Promise<Answer> => {
    if (options.isDraining()) return { status: 503, body: { status: "draining" } };
    return (await ready())
      ? { status: 200, body: { status: "ready" } }
      : { status: 503, body: { status: "unavailable" } };
  };
  return [
    { path: "/livez", methods: { GET: livez }, whileDraining: true },
    { path: "/readyz", methods: { GET: readyz }, whileDraining: true },
  ];
}

async function askReady({ ready, readyMs }: HealthOptions): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((answer) => {
    timer = setTimeout(() => answer(false), readyMs);
  });
  try {
    return await Promise.race([ready(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
