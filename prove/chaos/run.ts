/** Tells a share of the cases, and says what was found. Loads the code that is tried, so it is imported only when the bugs are in place. */
import { judge, landedVersions } from "../judge.ts";
import { randomFrom, seedOf } from "../random.ts";
import { tellCase, type CaseOptions, type Ended } from "./case.ts";
import { CaseDatabase } from "./stores.ts";
import { CALM, drawTemper, ONLY_WEBHOOKS } from "./troubles.ts";

/** Every fiftieth case where both stores are tried: a case on PostgreSQL costs several times as much. */
const POSTGRES_EVERY = 50;
/** So often a case is told twice, once in peace, and must come to the same versions (P7). Where all goes well, more happens: it costs four times as much. */
const TWINS_SHARE = 0.04;
const MINUTE = 60_000;
/** Ids that one telling uses up, and no other telling on the same database may use. */
const TELLINGS_OF_A_CASE = 2;

export interface Share {
  readonly seed: number;
  readonly cases: readonly number[];
  readonly store: "sqlite" | "postgres" | "both";
  readonly postgres: string | null;
  /** Whether everything that happens is told, also where nothing is broken. */
  readonly aloud: boolean;
  /** Whether a seeded bug is looked for, so that the first case that breaks a promise is the last. */
  readonly isHunt: boolean;
}

export interface Outcome {
  readonly cases: number;
  readonly violations: number;
  /** Cases that could not be told to their end, because something threw that nobody caught. */
  readonly threw: number;
}

/** On which database a case is told; null for none, as PostgreSQL is missing. */
export function storeOf(index: number, { store, postgres }: Pick<Share, "store" | "postgres">) {
  const wanted =
    store === "both" ? (index % POSTGRES_EVERY === POSTGRES_EVERY - 1 ? "postgres" : "sqlite") : store;
  return wanted === "postgres" && postgres === null ? null : wanted;
}

/** Tells the cases one after the other. */
export async function runShare(share: Share, say: (text: string) => void): Promise<Outcome> {
  const databases = new Map<string, CaseDatabase>();
  const open = async (name: "sqlite" | "postgres"): Promise<CaseDatabase> => {
    const known = databases.get(name) ?? (await CaseDatabase.open(name === "sqlite" ? null : share.postgres));
    databases.set(name, known);
    return known;
  };
  let [cases, violations, threw] = [0, 0, 0];
  let told = "";
  // What nobody waits for ends the process: which case it was has to be said before.
  const sayWhich = (): void => say(`\nsomething threw where nobody waited for it, amid\n  ${told}\n`);
  process.once("uncaughtExceptionMonitor", sayWhich);
  try {
    for (const index of share.cases) {
      const store = storeOf(index, share);
      if (store === null) continue;
      cases += 1;
      told = again(share.seed, index, store);
      const end = await tellAndJudge(await open(store), share.seed, index).catch((error: unknown) => {
        threw += 1;
        say(accountOfThrown(share.seed, index, store, error));
        return null;
      });
      if (end === null || (end.broken.length === 0 && !share.aloud)) continue;
      violations += end.broken.length === 0 ? 0 : 1;
      say(accountOf(share.seed, index, store, end));
      if (share.isHunt && violations > 0) break;
    }
  } finally {
    process.off("uncaughtExceptionMonitor", sayWhich);
    for (const database of databases.values()) await database.close();
  }
  return { cases, violations, threw };
}

interface Told {
  readonly broken: readonly string[];
  readonly ended: Ended;
}

async function tellAndJudge(database: CaseDatabase, seed: number, index: number): Promise<Told> {
  const random = randomFrom(seedOf(seedOf(seed, index), 9));
  const telling = index * TELLINGS_OF_A_CASE;
  const base = { database, seed, index, telling, judge: judgeEnd };
  if (!random.happens(TWINS_SHARE)) {
    const ended = await tellCase({ ...base, frame: {}, temper: drawTemper, onlyTimeless: false });
    return { broken: ended.broken, ended };
  }
  const frame = {
    isSmall: true,
    approvals: false,
    environments: random.of([["prod"], ["prod"], ["dev", "staging"]]),
    reconcileMs: 5 * MINUTE,
    runsFail: false,
  };
  const twin: CaseOptions = { ...base, frame, temper: () => ONLY_WEBHOOKS, onlyTimeless: true };
  const ended = await tellCase(twin);
  const inPeace = await tellCase({ ...twin, telling: telling + 1, temper: () => CALM });
  const [versions, wanted] = [ended, inPeace].map(({ github }) => landedVersions(github));
  const differs = versions === wanted ? [] : [`P7: in peace it comes to ${wanted}, here to ${versions}`];
  return { broken: [...ended.broken, ...inPeace.broken, ...differs], ended };
}

/** Which promises a case has broken, in words. */
function judgeEnd(end: Omit<Ended, "broken">): Promise<readonly string[]> {
  if (end.failure !== null) return Promise.resolve([end.failure]);
  const { people, github, setting, store, installation } = end;
  const { shop, commands, deleted, mayHold } = people;
  const { environments } = setting;
  return judge({
    environments,
    sandbox: github.sandbox,
    shop,
    commands,
    deleted,
    mayHold,
    approvedIn: setting.approvals ? "prod" : null,
    store,
    installation,
  });
}

/** How a case is told again. */
function again(seed: number, index: number, store: string): string {
  return `npm run chaos -- --seed ${seed} --case ${index} --store ${store}`;
}

/** A case in which something threw: nobody knows what it would have come to, so it is no broken promise. */
function accountOfThrown(seed: number, index: number, store: string, error: unknown): string {
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? `\n${error.cause.stack ?? ""}` : "";
  const lines = `${trace}${cause}`.split("\n").map((line) => `  ${line}`);
  return `\ncase ${index} threw\n  ${again(seed, index, store)}\n${lines.join("\n")}\n\n`;
}

function accountOf(seed: number, index: number, store: string, { broken, ended }: Told): string {
  const lines = [
    ...broken,
    `  ${again(seed, index, store)}`,
    `  ${ended.setting.environments.join(" > ")}; ${ended.setting.components.join(", ")}; ${ended.setting.claims ? "runs claim" : "runs do not claim"}; ${ended.steps} steps`,
    ...ended.story.tell().map((line) => `  ${line}`),
  ];
  return `\n${lines.join("\n")}\n\n`;
}
