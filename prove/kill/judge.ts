/** What everybody can see in the end of a story that is not in `prove/judge.ts`: what was delivered, is whole; and nothing is said or recorded twice. */
import type { Sandbox, SandboxRepository } from "../../src/sandbox/index.ts";
import { own, promotionOf, type Evidence } from "../judge.ts";

interface Seen extends Pick<Evidence, "commands"> {
  readonly sandbox: Pick<Sandbox, "record" | "app">;
  readonly shop: SandboxRepository;
}

/** Which promises have been broken, in words. */
export function brokenInSight(seen: Seen): string[] {
  return [...brokenByHalves(seen), ...saidTwice(seen), ...recordedTwice(seen), ...shownOpen(seen)];
}

/** What counts as delivered was deployed whole, at one version. */
function brokenByHalves({ sandbox, shop, commands }: Seen): string[] {
  // Hooks' runs are no part of what is deployed: `c101--backup`.
  const ran = own({ sandbox }).filter(({ correlation_id: id }) => !/--[a-z]/.test(id ?? ""));
  const whole = [...new Set(ran.map(({ component }) => component))].sort().join();
  const deployed = ran.filter(({ outcome }) => outcome === "succeed");
  return commands
    .filter(({ text }) => /^\/(promote|rollback) /.test(text))
    .filter(({ id }) => shop.reactions(id).some(({ content }) => content === "rocket"))
    .flatMap(({ id, text }) => {
      const runs = deployed.filter((one) => promotionOf(one) === `c${id}`);
      const components = runs.map(({ component }) => component).sort();
      const versions = new Set(runs.map(({ version }) => version));
      return components.join() === whole && versions.size === 1
        ? []
        : [
            `P4: ${text} (c${id}) counts as delivered, and what ran of it is ${components.join() || "nothing"}`,
          ];
    });
}

function saidTwice({ shop }: Seen): string[] {
  const markers = shop
    .comments()
    .filter(({ byApp }) => byApp)
    .map(({ issueNumber, body }) => `#${issueNumber} ${body.split("\n", 1)[0] ?? ""}`);
  return repeated(markers).map((marker) => `P4: it is said twice: ${marker}`);
}

function recordedTwice({ sandbox, shop }: Seen): string[] {
  const records = shop
    .deployments()
    .filter(({ creator }) => creator === `${sandbox.app.slug}[bot]`)
    .map(({ environment, task, payload }) => `${environment} ${task} ${JSON.stringify(payload)}`);
  return repeated(records).map((record) => `P2: there are two deployments of GitHub's for one: ${record}`);
}

/** The live comment of each command shows an end. */
function shownOpen({ shop }: Seen): string[] {
  return shop
    .comments()
    .filter(({ byApp, body }) => byApp && /^<!-- waybill:comment:c\d+ -->/.test(body))
    .filter(({ body }) => !/^### .*, (delivered|not delivered|not started)/m.test(body))
    .map(({ body }) => `P4: a live comment shows no end: ${body.replaceAll("\n", " ").slice(0, 200)}`);
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}
