/** How GitHub is set to deliver webhooks, what became of the last ones, and one sent again on demand. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { type Check, counted, ok, problem, unknown, warning } from "./check.ts";
import type { GitHubAsked } from "./github.ts";

/** https://docs.github.com/rest/apps/webhooks#get-a-webhook-configuration-for-an-app */
const configSchema = z.object({
  url: z.string().nullish(),
  content_type: z.string().nullish(),
  secret: z.string().nullish(),
  insecure_ssl: z.union([z.string(), z.number()]).nullish(),
});

/** https://docs.github.com/rest/apps/webhooks#list-deliveries-for-an-app-webhook */
const deliverySchema = z.object({
  /** Beyond what a number holds exactly it stays text. */
  id: z.union([z.number(), z.string().regex(/^\d+$/)]),
  guid: z.string(),
  delivered_at: z.string(),
  status: z.string(),
  status_code: z.number(),
  event: z.string(),
});

type Delivery = z.infer<typeof deliverySchema>;

const LOCAL = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/;

/** Checks `hook`. @param path the one that the server answers; a proxy may put a prefix before it */
export async function checkHook(github: GitHubAsked, path: string): Promise<Check> {
  const answer = await github.ask("GET", "/app/hook/config");
  const read = configSchema.safeParse("failed" in answer || answer.status !== 200 ? null : answer.body);
  if (!read.success) {
    const why = "failed" in answer ? answer.code : String(answer.status);
    return unknown("hook", `GitHub did not show the webhook's settings (${why}).`);
  }
  const { url: text, content_type, secret, insecure_ssl } = read.data;
  const mendIt = (what: string): string => `${what} in the section Webhook of the App's settings page.`;
  if (typeof text !== "string" || text === "") {
    const mend = mendIt(`Switch it on, with the URL https://YOUR-HOST${path},`);
    return problem("hook", "The App has no webhook URL, so GitHub delivers nothing.", mend);
  }
  const url = URL.parse(text);
  if (url === null) return problem("hook", "The webhook URL is not a URL.", mendIt("Correct it"));
  // Neither query nor credentials are repeated: people put secrets there.
  const shown = `${url.origin}${url.pathname}`;
  const wrong = (found: string, mend: string): Check => problem("hook", `${shown}: ${found}`, mendIt(mend));
  if (url.protocol !== "https:" && !LOCAL.test(url.hostname)) {
    return wrong("not https, so everybody on the way can read and replay.", "Set an https URL");
  }
  if (!url.pathname.endsWith(path) || url.search !== "") {
    return wrong(`the server answers at ${path} only.`, `Set the URL to https://YOUR-HOST${path}`);
  }
  if (content_type !== "json")
    return wrong("the content type is not application/json.", "Set it to application/json");
  if (String(insecure_ssl ?? "0") !== "0")
    return wrong("GitHub does not check its certificate.", "Enable SSL verification");
  if (typeof secret !== "string" || secret === "") {
    return wrong(
      "GitHub has no secret, so nothing is signed and everything is refused.",
      "Set WEBHOOK_SECRET's value",
    );
  }
  return ok("hook", `${shown}, JSON, signed.`);
}

const LISTED = 100;

async function deliveriesOf(github: GitHubAsked): Promise<readonly Delivery[] | string> {
  const answer = await github.ask("GET", `/app/hook/deliveries?per_page=${LISTED}`);
  if ("failed" in answer) return answer.code;
  const read = z.array(deliverySchema).safeParse(answer.body);
  return read.success ? read.data : String(answer.status);
}

function failed({ status_code }: Delivery): boolean {
  return status_code < 200 || status_code >= 300;
}

/** Checks `deliveries`: a delivery counts as failed while its newest attempt is. */
export async function checkDeliveries(github: GitHubAsked): Promise<Check> {
  const listed = await deliveriesOf(github);
  if (typeof listed === "string") return unknown("deliveries", `GitHub did not list them (${listed}).`);
  const newest = new Map<string, Delivery>();
  // The list begins with the newest attempt.
  for (const delivery of listed) if (!newest.has(delivery.guid)) newest.set(delivery.guid, delivery);
  const all = [...newest.values()];
  if (all.length === 0) {
    return unknown(
      "deliveries",
      "GitHub has delivered nothing within three days.",
      "Comment in a repository where the App is installed, and look again.",
    );
  }
  const failures = all.filter(failed);
  const [last] = failures;
  if (last === undefined)
    return ok("deliveries", `The last ${counted(all.length, "delivery", "deliveries")} arrived.`);
  const { means, mend } = meaning(last);
  const share =
    all.length === 1 ? "The only delivery" : `${failures.length} of the last ${all.length} deliveries`;
  const found = `${share} failed, the newest at ${last.delivered_at}: ${means}`;
  const since = all.indexOf(last);
  if (since === 0) return problem("deliveries", found, mend);
  return warning("deliveries", `${found} ${counted(since, "newer one", "newer ones")} arrived.`, mend);
}

/** https://docs.github.com/webhooks/testing-and-troubleshooting-webhooks/troubleshooting-webhooks */
function meaning({ status_code: code, status }: Delivery): { means: string; mend: string } {
  const mend = (text: string): string => `${text}; the failed ones can be redelivered for three days.`;
  if (/time[d ]*out/i.test(status) || code === 504) {
    return {
      means: `no answer within 10 s (${status}).`,
      mend: mend("Let GitHub through to the server, and see that it is not overloaded"),
    };
  }
  if (/connect|resolve|peer|certificate|host/i.test(status)) {
    return {
      means: `GitHub could not reach the server (${status}).`,
      mend: mend("Check the URL's name, certificate, firewall and reverse proxy"),
    };
  }
  if (code === 401 || code === 403) {
    return {
      means: `refused with ${code}: the secrets differ, or a proxy refuses.`,
      mend: mend("Set the same secret as WEBHOOK_SECRET and on the App's settings page"),
    };
  }
  if (code === 404 || code === 405) {
    return {
      means: `${code}: the path is not the server's.`,
      mend: mend("Correct the webhook URL, or what the reverse proxy makes of it"),
    };
  }
  if (code === 413)
    return { means: "413: too large for a proxy before the server.", mend: mend("Let it accept 25 MB") };
  if (code >= 300 && code < 400)
    return {
      means: `${code}: a redirect, which GitHub does not follow.`,
      mend: mend("Set the URL that it leads to"),
    };
  if (code === 503)
    return {
      means: "503: the server was stopping, or its database did not answer.",
      mend: mend("See the server's log"),
    };
  if (code === 502)
    return {
      means: "502: a proxy found no server behind it.",
      mend: mend("Start the server, and check the proxy's address for it"),
    };
  return { means: `${code} (${status}).`, mend: mend("See the server's log") };
}

const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 250;

/**
 * Checks `ping`: has GitHub send a delivery again, and waits for what becomes of it. GitHub's API has no ping for an App's webhook; a
 * redelivery keeps its GUID, so the server knows it and does nothing twice.
 */
export async function checkPing(github: GitHubAsked): Promise<Check> {
  const listed = await deliveriesOf(github);
  if (typeof listed === "string") return unknown("ping", `GitHub did not list its deliveries (${listed}).`);
  const chosen =
    listed.find(({ event }) => event === "ping") ?? listed.find((each) => !failed(each)) ?? listed[0];
  if (chosen === undefined) {
    return unknown(
      "ping",
      "GitHub has no delivery of the last three days to send again.",
      "Comment in a repository where the App is installed, and try again.",
    );
  }
  const known = new Set(listed.map(({ id }) => id));
  const answer = await github.ask("POST", `/app/hook/deliveries/${chosen.id}/attempts`);
  if ("failed" in answer || answer.status !== 202) {
    const why = "failed" in answer ? answer.code : String(answer.status);
    return unknown("ping", `GitHub did not send the delivery again (${why}).`);
  }
  return outcomeOf(github, chosen.guid, known);
}

async function outcomeOf(
  github: GitHubAsked,
  guid: string,
  known: ReadonlySet<Delivery["id"]>,
): Promise<Check> {
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await sleep(LOOK_EVERY_MS)) {
    const listed = await deliveriesOf(github);
    const attempt =
      typeof listed === "string"
        ? undefined
        : listed.find((each) => each.guid === guid && !known.has(each.id));
    if (attempt === undefined) continue;
    if (!failed(attempt)) return ok("ping", `A delivery sent again arrived (${attempt.status_code}).`);
    const { means, mend } = meaning(attempt);
    return problem("ping", `A delivery sent again failed: ${means}`, mend);
  }
  return unknown("ping", "A delivery was sent again; GitHub does not list its outcome yet.");
}
