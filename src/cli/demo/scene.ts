/** The scene of the story: the stand-in with a repository and its people, and the real server that works for it. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server } from "node:http";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { newPrivateKey, publicKeysText, readPublicKeys } from "../../receipts/keys.ts";
import { startSandbox, type Sandbox, type SandboxRepository } from "../../sandbox/index.ts";
import { readManifest } from "../doctor/manifest.ts";
import type { DemoOptions } from "./options.ts";
import type { Watched } from "./patience.ts";
import { type Counted, countSince, type Project, readProject } from "./project.ts";
import { startServer, type ServerProcess } from "./server.ts";
import { deployWorkflow, shopConfig, smokeWorkflow } from "./shop.ts";

/** A pull request that the story merges. */
export interface PullPlan {
  readonly title: string;
  readonly body: string;
  /** Added to the message of the squashed commit. */
  readonly message?: string;
  readonly files: Readonly<Record<string, string>>;
}

interface Waiting {
  readonly people: readonly number[];
  readonly bots: readonly number[];
}

export interface Scene extends Watched {
  readonly sandbox: Sandbox;
  readonly repository: SandboxRepository;
  readonly server: ServerProcess;
  /** What whoever verifies its receipts has, as `waybill keys` writes it. */
  readonly publicKeys: string;
  readonly tagPattern: string;
  /** The first merge of the story, and the one that later fails to arrive. */
  readonly pulls: readonly [PullPlan, PullPlan];
  /** What is merged and taken back again before it is released. */
  readonly slip: PullPlan;
  /** What is merged for the next release, which a hotfix passes. */
  readonly next: PullPlan;
  /** What is merged into the hotfix's branch. */
  readonly fix: PullPlan;
  /** What the first notice must come to, given the release that it counts from. */
  readonly count: (baseTag: string | null) => Promise<Counted | null>;
  /** Pull requests of people that were merged between a release and the story's beginning, and those of bots. */
  readonly waiting: (baseTag: string) => Waiting;
  /** How often somebody else than the demo has asked production for its version over HTTP. */
  readonly timesAsked: () => number;
  /** The address of a page of the repository. */
  readonly link: (path: string) => string;
  readonly close: (keepLog: boolean) => Promise<string | null>;
}

/** ana maintains, wes writes, rea reads; sid has no role. */
export const PEOPLE = { ana: "maintain", wes: "write", rea: "read" } as const;
export const STRANGER = "sid";
/** The header by which the demo's own questions to a deployed system are told apart from the server's. */
export const OWN_QUESTION = "x-waybill-demo";

const RUNNER_DELAY_MS = { once: 30, watched: 600 };

/** Where things are to go wrong: the server's own settings for it, and more patience than usual. */
export interface Rough {
  readonly settings: Readonly<Record<string, string>>;
  readonly patienceMs: number;
}

/**
 * Sets everything up. What has been set up when something goes wrong is taken down again.
 * @throws ProjectUnfit, CloneUnreadable, ServerNotStarted, Interrupted
 */
export async function openScene(options: DemoOptions, signal: AbortSignal, rough?: Rough): Promise<Scene> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const project = options.repo === null ? null : await readProject(options.repo);
  const sandbox = await startSandbox({
    appPublicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    // The App of app.yml, as a team would register it.
    grants: readManifest(),
    runnerDelayMs: options.once ? RUNNER_DELAY_MS.once : RUNNER_DELAY_MS.watched,
  });
  try {
    const stage = project === null ? await openShop(sandbox) : await openProject(sandbox, project);
    sandbox.user(STRANGER);
    const signingKey = newPrivateKey();
    const secret = randomBytes(32).toString("hex");
    const server = await startServer(
      {
        APP_ID: String(sandbox.app.id),
        PRIVATE_KEY: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        WEBHOOK_SECRET: secret,
        WAYBILL_SIGNING_KEY: signingKey,
        GHE_HOST: sandbox.host,
        GHE_PROTOCOL: "http",
        WAYBILL_ALLOW_PRIVATE: "127.0.0.1/32",
        // The stand-in has no rate limits, and people are watching.
        WAYBILL_WRITES_PER_MINUTE: "0",
        ...rough?.settings,
      },
      signal,
    );
    sandbox.setWebhook({ url: `${server.url}/api/github/webhooks`, secret });
    const { repository } = stage;
    const front = await countQuestions(repository);
    return {
      ...stage,
      sandbox,
      server,
      publicKeys: publicKeysText(readPublicKeys(signingKey)),
      signal,
      ...(rough === undefined ? {} : { patienceMs: rough.patienceMs }),
      ended: () => server.ended(),
      timesAsked: front.count,
      link: (path) => `${sandbox.url}/${repository.fullName}${path}`,
      async close(keepLog) {
        front.stop();
        const log = await server.stop(keepLog);
        await sandbox.close();
        return log;
      },
    };
  } catch (error) {
    await sandbox.close();
    throw error;
  }
}

type Stage = Pick<
  Scene,
  "repository" | "tagPattern" | "pulls" | "slip" | "next" | "fix" | "count" | "waiting"
>;

/** A small shop with a release behind it, and with changes that were merged before Waybill came. */
async function openShop(sandbox: Sandbox): Promise<Stage> {
  const repository = sandbox.repository("acme/shop", { collaborators: { ...PEOPLE } });
  const url = await openSystems(repository);
  repository.commit({
    message: "chore: begin the shop",
    author: "ana",
    files: {
      "README.md": "# Shop\n",
      "api/prices.txt": "a price is a number\n",
      "web/page.txt": "prices without tax\n",
      ...waybillFiles(url, "v{version}"),
    },
  });
  repository.tag("v1.4.2", { by: "ana", annotated: true });
  const merged = (title: string, author: string, files: Record<string, string>): number => {
    const number = repository.openPullRequest({ title, author, files });
    repository.mergePullRequest(number, { by: "ana", method: "squash" });
    return number;
  };
  sandbox.user("renovate[bot]", { type: "Bot" });
  const people = [
    merged("feat(web): show prices with tax", "wes", { "web/page.txt": "prices with tax\n" }),
    merged("fix(api): round half a cent to the even one", "rea", { "api/rounding.txt": "half to even\n" }),
  ];
  const bots = [
    merged("chore(deps): update the router to 4.2", "renovate[bot]", { "api/deps.txt": "router 4.2\n" }),
  ];
  repository.commit({ message: "Tidy the page", author: "wes", files: { "web/style.txt": "tidy\n" } });
  return {
    repository,
    tagPattern: "v{version}",
    pulls: SHOP_PULLS,
    slip: SHOP_SLIP,
    next: SHOP_NEXT,
    fix: SHOP_FIX,
    waiting: () => ({ people, bots }),
    count: (base) => Promise.resolve(base === "v1.4.2" ? { commits: 5, breaking: 1, entries: 3 } : null),
  };
}

const SHOP_PULLS: Scene["pulls"] = [
  {
    title: "feat(api)!: ask for a currency in every price",
    body: "We sell abroad now.",
    message: "BREAKING CHANGE: a price without `currency` is answered with 422.",
    files: { "api/prices.txt": "a price is a number and a currency\n" },
  },
  {
    title: "feat(web): keep the currency when the page is reloaded",
    body: "",
    files: { "web/currency.txt": "kept\n" },
  },
];

const SHOP_SLIP: PullPlan = {
  title: "feat(web): play a tune when something is bought",
  body: "",
  files: { "web/tune.txt": "a tune\n" },
};

const SHOP_NEXT: PullPlan = {
  title: "fix(web): write the currency before the price",
  body: "",
  files: { "web/order.txt": "currency first\n" },
};

const SHOP_FIX: PullPlan = {
  title: "fix(api): take prices in yen, which have no cents",
  body: "",
  files: { "api/yen.txt": "no cents\n" },
};

/** A real project: its history as it is, and on top of it the two files that a team adds for Waybill. */
async function openProject(sandbox: Sandbox, project: Project): Promise<Stage> {
  const { fullName, path, tagPattern } = project;
  const repository = await sandbox.importClone(fullName, path, { collaborators: { ...PEOPLE } });
  for (const tag of project.later) repository.deleteTag(tag, { by: "ana" });
  const url = await openSystems(repository);
  const beginning = repository.commit({
    message: "ci: promote releases with Waybill",
    author: "ana",
    files: waybillFiles(url, tagPattern),
  });
  const pull = (title: string, file: string): PullPlan => ({
    title,
    body: "Merged by the demo, so that something happens.",
    files: { [`.waybill-demo/${file}`]: `${title}\n` },
  });
  return {
    repository,
    tagPattern,
    pulls: [pull("fix(demo): say where this runs", "one.txt"), pull("feat(demo): say it twice", "two.txt")],
    slip: pull("feat(demo): say it aloud", "aloud.txt"),
    next: pull("fix(demo): say it once more", "more.txt"),
    fix: pull("fix(demo): say it right", "three.txt"),
    waiting(base) {
      const before = repository.mergedBetween(base, beginning);
      const byBot = Map.groupBy(before, ({ author }) => author.endsWith("[bot]"));
      const numbers = (bot: boolean): number[] => (byBot.get(bot) ?? []).map(({ number }) => number);
      return { people: numbers(false), bots: numbers(true) };
    },
    async count(base) {
      if (base === null || !project.tags.includes(base)) return null;
      const { commits, breaking, entries } = await countSince(project, base);
      // The commit with the two files, which no notes list, and the pull request.
      return { commits: commits + 2, breaking, entries: entries + 1 };
    },
  };
}

/** The little servers of every environment, in the pipeline's order, as the watch page shows them. @returns where production tells its version. */
async function openSystems(repository: SandboxRepository): Promise<string> {
  for (const environment of ["dev", "staging", "prod"]) {
    for (const component of ["api", "web"]) await repository.target(component, environment);
  }
  return (await repository.target("web", "prod")).url;
}

function waybillFiles(versionUrl: string, tag: string): Record<string, string> {
  const options = { url: versionUrl, smoke: true, ...(tag === "v{version}" ? {} : { tag }) };
  return {
    ".github/waybill.yml": shopConfig(versionUrl, "1s", options),
    ".github/workflows/deploy.yml": deployWorkflow(),
    ".github/workflows/smoke.yml": smokeWorkflow(),
  };
}

/** Counts the questions that reach production's little server, whoever asks. */
async function countQuestions(
  repository: SandboxRepository,
): Promise<{ count: () => number; stop: () => void }> {
  const { port } = new URL((await repository.target("web", "prod")).url);
  let count = 0;
  const onRequest = (message: unknown): void => {
    const { request, server } = message as { request: IncomingMessage; server: Server };
    const address = server.address();
    const atFront = typeof address === "object" && String(address?.port) === port;
    if (atFront && request.headers[OWN_QUESTION] === undefined) count += 1;
  };
  subscribe("http.server.request.start", onRequest);
  return { count: () => count, stop: () => void unsubscribe("http.server.request.start", onRequest) };
}
