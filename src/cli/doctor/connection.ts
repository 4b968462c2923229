/** Whether GitHub answers, what time it is there, and whether it takes this App's key. */
import { z } from "zod";
import { type Check, ok, problem, unknown, warning } from "./check.ts";
import { type Answer, type GitHubAsked, gitHubAt, type NoAnswer } from "./github.ts";
import type { SoundSettings } from "./settings.ts";

/** https://docs.github.com/rest/apps/apps#get-the-authenticated-app */
const appSchema = z.object({
  slug: z.string(),
  name: z.string(),
  owner: z.object({ login: z.string(), type: z.string().optional() }).nullish(),
  html_url: z.string(),
  permissions: z.record(z.string(), z.string()),
  events: z.array(z.string()),
});

/** The App as GitHub knows it. */
export type App = z.infer<typeof appSchema>;

export interface Connection {
  readonly checks: readonly Check[];
  /** GitHub asked as the App; null where that cannot be done, and `why` says why not. */
  readonly asApp: { readonly github: GitHubAsked; readonly app: App } | null;
  readonly why: string;
}

const SKEW_DOUBTFUL_MS = 30_000;
const SKEW_TOO_FAR_MS = 60_000;

/** Checks `github`, `clock` and `app`, each building on the one before. */
export async function checkConnection(
  settings: SoundSettings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Connection> {
  if (settings.api === null)
    return cutOff([], ["github", "clock", "app"], "GHE_HOST or GHE_PROTOCOL is wrong.");
  const github = gitHubAt(settings.api);
  const first = await github.ask("GET", "/meta");
  const reached = checkReached(first, settings, env);
  if (!isGitHub(first)) return cutOff([reached], ["clock", "app"], "GitHub was not reached.");
  const gitHubNow = Date.parse(first.headers.get("date") ?? "");
  const clock = checkClock(first.at, gitHubNow);
  const { appId, privateKey } = settings;
  if (appId === null || privateKey === null) {
    const missing = appId === null ? "APP_ID" : "The private key";
    return cutOff([reached, clock], ["app"], `${missing} is missing or wrong.`);
  }
  // By GitHub's clock: a skewed one is said once, and does not hide what else is wrong.
  const offsetMs = Number.isNaN(gitHubNow) ? 0 : gitHubNow - first.at;
  const asked = github.as({ appId, privateKey }, offsetMs);
  const answer = await asked.ask("GET", "/app");
  const app = "failed" in answer || answer.status !== 200 ? null : appSchema.safeParse(answer.body);
  const checks = [reached, clock, checkApp(answer, app?.data)];
  if (!app?.success) return { checks, asApp: null, why: "GitHub did not take the App's key." };
  return { checks, asApp: { github: asked, app: app.data }, why: "" };
}

function cutOff(checks: readonly Check[], others: readonly string[], why: string): Connection {
  return { checks: [...checks, ...others.map((check) => unknown(check, why))], asApp: null, why };
}

/** GitHub names every request; a proxy's or portal's own pages do not. */
function isGitHub(answer: Answer | NoAnswer): answer is Answer {
  return !("failed" in answer) && answer.headers.has("x-github-request-id") && answer.status < 500;
}

function checkReached(
  answer: Answer | NoAnswer,
  { api, gitHubHost }: SoundSettings,
  env: Readonly<Record<string, string | undefined>>,
): Check {
  if (/^((www|api)\.)?github\.com(:443)?$/.test(gitHubHost ?? "")) {
    const found = "GHE_HOST names github.com, which needs no such setting.";
    return problem("github", found, "Leave GHE_HOST out.");
  }
  if ("failed" in answer) return unreached(answer, new URL(api ?? "").host, env);
  const { status, headers } = answer;
  if (!headers.has("x-github-request-id")) {
    const found = `Something that is not GitHub answers there (status ${status}): a proxy, a portal, or another server.`;
    return problem("github", found, "Check GHE_HOST, and whether a proxy has to let Waybill through.");
  }
  if (!isGitHub(answer)) {
    return problem("github", `GitHub answers with ${status}.`, "See its status page, and try again later.");
  }
  const version = headers.get("x-github-enterprise-version");
  return ok(
    "github",
    `${version === null ? "GitHub" : `GitHub ${version}`} answers at ${new URL(api ?? "").host}.`,
  );
}

function unreached(
  { failed, code }: NoAnswer,
  host: string,
  env: Readonly<Record<string, string | undefined>>,
): Check {
  const proxy = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].find((name) => env[name]);
  // https://nodejs.org/api/cli.html#node_use_env_proxy1
  if (proxy !== undefined && env["NODE_USE_ENV_PROXY"] !== "1") {
    const found = `${host} was not reached (${code}); ${proxy} is set, but Node does not use it by itself.`;
    return problem(
      "github",
      found,
      "Set NODE_USE_ENV_PROXY=1 for the server and the doctor, or unset the proxy.",
    );
  }
  if (proxy !== undefined && (failed === "dns" || failed === "connection")) {
    // The proxy resolves and connects: what failed here is the way to the proxy.
    return problem(
      "github",
      `The proxy of ${proxy} is not reached (${code}).`,
      `Correct its address in ${proxy}.`,
    );
  }
  switch (failed) {
    case "dns": {
      const mend = "Check GHE_HOST, and this machine's name servers.";
      return problem("github", `The name ${host} cannot be resolved (${code}).`, mend);
    }
    case "tls": {
      const found = `${host} answers, but its certificate is not trusted, or it does not speak TLS (${code}).`;
      return problem(
        "github",
        found,
        "Name your authority's certificate in NODE_EXTRA_CA_CERTS, or mend GHE_HOST.",
      );
    }
    case "proxy":
      return problem(
        "github",
        `The proxy refuses to connect to ${host} (${code}).`,
        "Let it through, or mend its address and credentials.",
      );
    case "timeout":
      return problem(
        "github",
        `${host} does not answer in time (${code}).`,
        "Let this machine out to it in the firewall.",
      );
    case "connection":
      return problem(
        "github",
        `No connection to ${host} comes about (${code}).`,
        "Check the host and its port, and the firewall between.",
      );
  }
}

function checkClock(here: number, there: number): Check {
  if (Number.isNaN(there)) return unknown("clock", "GitHub's answer has no date.");
  // The header has whole seconds: half of one is nobody's fault.
  const skew = here - (there + 500);
  const seconds = Math.round(Math.abs(skew) / 1_000);
  const found = `This machine's clock is ${seconds} s ${skew < 0 ? "behind" : "ahead of"} GitHub's.`;
  const mend = "Have it set by NTP: GitHub refuses the App's tokens beyond 60 s.";
  if (Math.abs(skew) > SKEW_TOO_FAR_MS) return problem("clock", found, mend);
  return Math.abs(skew) > SKEW_DOUBTFUL_MS ? warning("clock", found, mend) : ok("clock", found);
}

/** https://docs.github.com/rest/authentication/authenticating-to-the-rest-api ("failed login limit", "Bad credentials") */
function checkApp(answer: Answer | NoAnswer, app: App | undefined): Check {
  if ("failed" in answer) return unknown("app", `GitHub did not answer (${answer.code}).`);
  if (app !== undefined) return ok("app", `GitHub knows it as ${app.name} (${app.html_url}).`);
  const said = messageIn(answer.body);
  switch (answer.status) {
    case 401: {
      const found = `GitHub does not take the private key for this App (401: ${said}).`;
      const mend =
        "Check that APP_ID names the App that the key is from, or generate a new private key on its settings page.";
      return problem("app", found, mend);
    }
    case 404: {
      const found = `There is no App with the number of APP_ID (404: ${said}).`;
      return problem(
        "app",
        found,
        "Set APP_ID to the App ID on the App's settings page (not the client id), and check GHE_HOST.",
      );
    }
    default: {
      const found = `GitHub did not say which App this is (${answer.status}: ${said}).`;
      return problem("app", found, "Try again later, and see GitHub's status page if it stays so.");
    }
  }
}

function messageIn(body: unknown): string {
  const read = z.object({ message: z.string() }).safeParse(body);
  return read.success ? read.data.message.slice(0, 200) : "no message";
}
