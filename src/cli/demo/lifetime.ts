/** Until when the demo lives: Ctrl-C, a request to stop, a closed terminal, or the end of the npm that started it. */

export interface Lifetime {
  /** Aborted when the demo has to end. */
  readonly signal: AbortSignal;
  /** Gives signals and streams back to the process. */
  dispose(): void;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const PARENT_CHECK_MS = 500;

/** Watches from now on. The first cause counts; further signals are taken and change nothing, because stopping is under way. */
export function watchLifetime(): Lifetime {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  for (const name of SIGNALS) process.on(name, stop);
  // A reader who went away (`| head`): there is nobody to play for.
  process.stdout.on("error", stop);
  process.stderr.on("error", stop);
  const parent = process.ppid;
  const startedByNpm = process.env["npm_lifecycle_event"] !== undefined && parent > 1;
  const check = startedByNpm
    ? setInterval(() => {
        if (process.ppid !== parent) stop();
      }, PARENT_CHECK_MS)
    : undefined;
  check?.unref();
  return {
    signal: controller.signal,
    dispose() {
      clearInterval(check);
      for (const name of SIGNALS) process.off(name, stop);
    },
  };
}
