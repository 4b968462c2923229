/** The end of the story: nothing more was written, nothing ran twice, and nothing went wrong on the way. */
import { notices, ownComments } from "../look.ts";
import { hold } from "../patience.ts";
import type { Scene } from "../scene.ts";

/** How many comments the story calls for, by the beginning of their markers. */
const EXPECTED = { live: 9, receipt: 6, failure: 2, refusal: 1, answers: 3, hotfix: 1, "kept-back": 1 };
/** Of the App: a notice for each release, and one issue about an incident. */
const ISSUES = 4;

/** Counts everything that the App has written and started. `told`: on so many pull requests a word was due. */
export async function playQuiet(scene: Scene, told: number): Promise<{ detail: string; look: string }> {
  await scene.sandbox.settled();
  const comments = ownComments(scene);
  const kinds = comments.map(
    (one) =>
      /^(receipt|failure|refusal|answers|told|kept-back|hotfix)[-/]/.exec(one.marker ?? "")?.[1] ?? "live",
  );
  const seen = Object.fromEntries(
    [...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]),
  );
  const wanted: Record<string, number> = { ...EXPECTED, ...(told > 0 ? { told } : {}) };
  const words = (counts: Record<string, number>): string =>
    Object.entries(counts)
      .map(([kind, count]) => `${kind} ${count}`)
      .sort()
      .join(", ");
  hold(words(seen) === words(wanted), `comments: ${words(wanted)}`, words(seen));
  hold(notices(scene).length === ISSUES, "three notices and an incident", `${notices(scene).length} issues`);
  holdOnce(scene);
  holdCalm(scene);
  return {
    detail: `${comments.length} comments in all, 3 notices, an incident, every run once, no error on either side`,
    look: scene.link(""),
  };
}

function holdOnce(scene: Scene): void {
  // A rollback brings a version once more; under the id of its promotion each component runs once.
  const runs = scene.sandbox.record.deployments.map((one) =>
    [one.environment, one.component, one.version, one.correlation_id].join(" "),
  );
  const twice = runs.filter((run, index) => runs.indexOf(run) !== index);
  hold(twice.length === 0, "no deployment twice", twice.join(", "));
}

function holdCalm(scene: Scene): void {
  const bad = scene.sandbox.record.calls.filter(
    (call) => call.fault === null && call.status >= 400 && !(call.method === "GET" && call.status === 404),
  );
  hold(
    bad.length === 0,
    "every call of the API accepted",
    bad.map((call) => `${call.method} ${call.path}: ${call.status}`).join(", "),
  );
  // Lost are only those that were to be lost, under a fault.
  const sent = scene.sandbox.deliveries.filter(
    (one) => one.status !== "no webhook address" && one.status !== "lost",
  );
  const unheard = sent.filter((one) => one.statusCode !== 202).map((one) => `${one.event}: ${one.status}`);
  hold(unheard.length === 0, "every webhook accepted", unheard.join(", "));
  const errors = scene.server.errors();
  hold(errors.length === 0, "no error in the server's log", errors.slice(0, 3).join(" | "));
}
