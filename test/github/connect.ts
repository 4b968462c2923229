/** A connection to the stand-in, as the server has it. */
import type { Clock } from "../../src/core/ports.ts";
import { connectGitHub, type GitHub } from "../../src/github/client.ts";
import { createLogger } from "../../src/logging.ts";
import type { Sandbox } from "../../src/sandbox/index.ts";
import { appKey } from "../support/app-key.ts";

/** Connects as the App whose key is `appKey()`; it remembers nothing of other connections. */
export function connectTo(sandbox: Sandbox, clock: Clock = { now: () => Date.now() }): GitHub {
  return connectGitHub({
    appId: sandbox.app.id,
    privateKey: appKey().privateKey,
    webhookSecret: "of no importance here",
    baseUrl: `http://${sandbox.host}/api/v3`,
    clock,
    writesPerMinute: 0,
    log: createLogger({ level: "silent", secrets: [] }).child({}),
  });
}
