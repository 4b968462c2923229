/**
 * What would come of a webhook: the real translator, the real decisions and the real store, which is new. An effect that is ordered is written down here in place of
 * being queued, so that none is ever performed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine } from "../../assemble.ts";
import type { Effect } from "../../core/effects.ts";
import type { LaneEvent } from "../../core/events.ts";
import type { AuditRecord, LaneKey, NewJob, Store, StoreTransaction } from "../../core/ports.ts";
import { createLogger } from "../../logging.ts";
import { readPayloadIds } from "../../http/payload.ts";
import { openStore } from "../../store/index.ts";
import { createTextRenderer } from "../../render/text.ts";
import type { SimulatedWebhook } from "./payload.ts";
import type { Place } from "./place.ts";
import { wordsOf } from "./words.ts";

export interface OrderedEffect {
  /** Empty for the repository's own lane. */
  readonly environment: string;
  readonly effect: Effect;
  /** How long after the decision it would be performed, in milliseconds. */
  readonly delayMs: number;
  /** What it would write at GitHub; null where that is nothing, or nobody knows before it has looked. */
  readonly words: string | null;
}

export interface Followed {
  /** What the webhook, and the events after it, were read as, in order. */
  readonly events: readonly LaneEvent[];
  /** What would stand in the audit log. */
  readonly audit: readonly AuditRecord[];
  readonly effects: readonly OrderedEffect[];
  /** What could not be done; null where all went well. */
  readonly failure: string | null;
}

type JobReport = Parameters<Parameters<typeof createEngine>[1]["onJob"]>[0];

interface Noted {
  readonly events: LaneEvent[];
  readonly audit: AuditRecord[];
  readonly effects: OrderedEffect[];
}

const REST_MS = 5;
const text = createTextRenderer();

/** Lets a webhook have its consequences up to the effects, in a repository of which Waybill knows the branch and has delivered nothing. */
export async function follow({ sandbox, at, before, happen }: Place): Promise<Followed> {
  const folder = mkdtempSync(join(tmpdir(), "waybill-simulate-"));
  const clock = { now: () => at };
  const real = await openStore(`sqlite:${join(folder, "waybill.db")}`, { cwd: folder, clock });
  const noted: Noted = { events: [], audit: [], effects: [] };
  const store = noting(real, at, noted);
  const ended = new Map<number, JobReport>();
  const worker = await createEngine(
    {
      settings: settingsFor(sandbox.host, sandbox.app.privateKeyPem),
      store,
      logger: createLogger({ level: "silent", secrets: [], destination: { write: () => {} } }),
      clock,
      ask: () => Promise.reject(new Error("nothing is asked in a simulation")),
    },
    { onJob: (report) => void ended.set(report.job, report), onCall: () => {}, onProbe: () => {} },
  );
  try {
    const bring = async ({ name, payload: told }: SimulatedWebhook, deliveryId: string): Promise<void> => {
      const payload = Buffer.from(JSON.stringify(told));
      const ids = readPayloadIds(payload) ?? { installation: null, repository: null };
      await store.receive([{ deliveryId, event: name, ...ids, payload, receivedAt: at }]);
      await untilRest(real, ended);
    };
    worker.start();
    await bring(before, "before");
    for (const all of Object.values(noted)) all.length = 0;
    await bring(await happen(), "simulated");
    const failed = [...ended.values()].find(({ outcome }) => outcome !== "done");
    const failure = failed === undefined ? null : `${failed.type}: ${failed.outcome}, ${failed.error ?? ""}`;
    return { ...noted, failure };
  } finally {
    await worker.stop(1_000);
    await real.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Until nothing is left to do, or something could not be done. What falls due later is not waited for: the time stands still. */
async function untilRest(store: Store, ended: ReadonlyMap<number, JobReport>): Promise<void> {
  for (;;) {
    const { ready, running } = await store.jobCounts();
    if (running === 0 && [...ended.values()].some(({ outcome }) => outcome !== "done")) return;
    if (ready + running === 0) return;
    await new Promise((resolve) => {
      setTimeout(resolve, REST_MS);
    });
  }
}

/** The store, in which effects are written down and not queued. */
function noting(store: Store, at: number, noted: Noted): Store {
  const transaction: Store["transaction"] = async (work) => {
    // Anew in each run of the work, which there may be two of.
    let [jobs, audit]: [NewJob[], AuditRecord[]] = [[], []];
    const result = await store.transaction((tx) => {
      [jobs, audit] = [[], []];
      return work(
        overlaid<StoreTransaction>(tx, {
          addJobs: (added) => {
            jobs.push(...added);
            return tx.addJobs(added.filter(({ kind }) => kind !== "effect"));
          },
          appendAudit: (installation, records) => {
            audit.push(...records);
            return tx.appendAudit(installation, records);
          },
        }),
      );
    });
    noted.audit.push(...audit);
    for (const { kind, payload, runAt } of jobs) {
      if (kind === "event") noted.events.push(payload as LaneEvent);
      if (kind !== "effect") continue;
      const { lane, effect } = payload as { readonly lane: LaneKey; readonly effect: Effect };
      const delayMs = Math.max(runAt - at, 0);
      noted.effects.push({ environment: lane.environment, effect, delayMs, words: wordsOf(text, effect) });
    }
    return result;
  };
  return overlaid(store, { transaction });
}

/** Something with some of its methods replaced. */
function overlaid<Whole extends object>(whole: Whole, parts: Partial<Whole>): Whole {
  return new Proxy(whole, {
    get(target, name) {
      const value: unknown = Reflect.get(Object.hasOwn(parts, name) ? parts : target, name);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}

function settingsFor(host: string, privateKey: string) {
  return {
    appId: 1_010_101,
    privateKey,
    webhookSecrets: ["nobody-signs-a-simulation"],
    gateKeys: [],
    namedSecrets: [],
    mail: null,
    signingKey: null,
    gitHubHost: host,
    gitHubProtocol: "http",
    host: "127.0.0.1",
    port: 0,
    metrics: null,
    logLevel: "silent",
    databaseUrl: "sqlite:none",
    allowPrivate: [],
    lostAnswerWaitMs: 120_000,
    pollMs: 60_000,
    reconcileMs: 0,
    writesPerMinute: 0,
  } as const;
}
