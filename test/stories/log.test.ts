/** What an operator reads: one line an event, found by the correlation id of a rollout, by a promotion's id, or by the GUID of a webhook. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStory, type Story } from "../support/story.ts";

interface Line {
  readonly level: number;
  readonly time: number;
  readonly msg: string;
  readonly lane?: string;
  readonly delivery?: string;
  readonly promotion?: string;
  readonly correlation?: string;
  readonly event?: string;
  readonly effect?: string;
  readonly webhook?: string;
  readonly outcome?: string;
  readonly ms?: number;
  readonly ledTo?: readonly string[];
  readonly operation?: string;
}

const DEBUG = 20;
const INFO = 30;
const SAID = "Please take it slowly, the barista is new.";

let story: Story;
let guid: string;
let promotion: string;
let lines: readonly Line[];

/** As `grep` would find them: by the text anywhere in the line. */
function grep(text: string, least = INFO): Line[] {
  return story.log
    .filter((line) => line.includes(`"${text}"`))
    .map((line) => JSON.parse(line) as Line)
    .filter(({ level }) => level >= least);
}

const steps = (found: readonly Line[]): string[] =>
  found.map(({ event, effect, webhook, msg }) => event ?? effect ?? webhook ?? msg);

beforeAll(async () => {
  story = await startStory();
  await story.settle();
  story.merge("feat(api): accept vouchers");
  await story.settle();
  story.shop.tag("v1.5.0", { by: "ana" });
  await story.settle();
  const comment = await story.comment(`/promote prod\n\n${SAID}`, "ana");
  promotion = `c${comment}`;
  const delivery = story.sandbox.deliveries.find(
    (one) => one.event === "issue_comment" && one.payload.includes(`"id":${comment}`),
  );
  guid = delivery?.guid ?? "";
  lines = story.log.map((line) => JSON.parse(line) as Line);
});
afterAll(() => story.end());

describe("one line an event", () => {
  it("a rollout's correlation id tells its story, from the deployment record to the end", () => {
    const told = steps(grep(`${promotion}-api`));
    const inOrder = ["recordDeployment", "DeploymentRecorded", "dispatchRun", "RunStarted", "RunObserved"];
    expect(told.filter((step) => inOrder.includes(step)).slice(0, inOrder.length)).toEqual(inOrder);
    expect(told).toContain("setDeploymentStatus");
    expect(told).not.toContain("BranchMoved");
  });

  it("a promotion's id tells all of it: accepted, prepared, each component, proved, and said", () => {
    const told = steps(grep(promotion));
    for (const step of [
      "PromotionRequested",
      "prepareRollout",
      "dispatchRun",
      "askVersion",
      "liveComment",
      "comment",
    ])
      expect(told).toContain(step);
    expect(told.indexOf("PromotionRequested")).toBeLessThan(told.indexOf("prepareRollout"));
    expect(told.indexOf("prepareRollout")).toBeLessThan(told.indexOf("dispatchRun"));
  });

  it("a webhook is followed from its GUID to its effects, each with its lane, outcome and time", () => {
    const found = grep(guid);
    expect(steps(found).slice(0, 3)).toEqual(["issue_comment", "issue_comment", "PromotionRequested"]);
    expect(steps(found)).toEqual(expect.arrayContaining(["react", "prepareRollout", "dispatchRun"]));
    const [request, translated, decided] = found;
    expect(request).toMatchObject({ msg: "request", outcome: "accepted", bytes: expect.any(Number) });
    expect(translated).toMatchObject({ msg: "delivery translated", ledTo: ["PromotionRequested"] });
    expect(decided).toMatchObject({
      msg: "event decided",
      promotion,
      ledTo: expect.arrayContaining(["react"]),
    });
    for (const line of found.slice(1)) {
      expect(line.lane).toMatch(/^\d+\/\d+\/(prod)?$/);
      expect(line).toMatchObject({ delivery: guid, outcome: "done", ms: expect.any(Number) });
    }
  });

  it("what a run's own webhook brings is found by both: by its GUID, and by the rollout's ids", () => {
    const ended = lines.find(
      ({ event, correlation, ledTo }) =>
        event === "RunObserved" && correlation === `${promotion}-api` && ledTo?.includes("recordDeployment"),
    );
    expect(ended).toMatchObject({ promotion, delivery: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(ended?.delivery).not.toBe(guid);
    const found = grep(ended?.delivery ?? "");
    expect(found[0]).toMatchObject({ msg: "request", event: "workflow_run" });
    // The end of one component's run is what begins the next one.
    expect(found.find(({ effect }) => effect === "dispatchRun")?.correlation).toBe(`${promotion}-web`);
  });

  it("calls to GitHub stand at debug, with what they were for", () => {
    const calls = grep(guid, DEBUG).filter(({ msg }) => msg === "GitHub called");
    expect(calls.length).toBeGreaterThan(3);
    for (const call of calls) {
      expect(call).toMatchObject({ level: DEBUG, status: expect.any(Number), ms: expect.any(Number) });
      expect(call.operation).toMatch(/^[A-Z]+ \/[a-z{}_/.-]+$/);
    }
    const dispatches = calls.filter(({ operation }) => operation?.endsWith("/dispatches"));
    expect(dispatches.map(({ correlation }) => correlation)).toEqual([`${promotion}-api`]);
  });
});

describe("quiet enough", () => {
  it("at info there is a line for each delivery, decision and effect, and none for looks that found nothing new", () => {
    const told = lines.filter(({ level }) => level >= INFO);
    const kinds = Map.groupBy(told, ({ msg }) => msg);
    expect([...kinds.keys()].sort()).toEqual([
      "delivery translated",
      "effect performed",
      "event decided",
      "request",
    ]);
    expect(told.filter(({ event }) => event === "LookDue")).toEqual([]);
    const quiet = lines.filter(({ msg, level }) => msg === "delivery translated" && level === DEBUG);
    expect(quiet.every(({ ledTo }) => ledTo === undefined)).toBe(true);
  });

  it("what people wrote is in no line: neither a comment, nor a commit, nor a title", () => {
    const log = story.log.join("");
    for (const text of [SAID, "accept vouchers", "barista"]) expect(log).not.toContain(text);
  });
});

describe("when something fails", () => {
  it("the attempt says what, why, and when it comes again; the next one says that it was done", async () => {
    story.sandbox.faults.add({
      route: "POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions",
      kind: { status: 502 },
    });
    const before = story.log.length;
    await story.comment("/status", "ana");
    const told = story.log.slice(before).map((line) => JSON.parse(line) as Line & { attempt?: number });
    const failed = told.filter(({ outcome }) => outcome === "failed");
    expect(failed).toMatchObject([
      {
        msg: "a job failed; it will be tried again",
        level: 40,
        effect: "react",
        attempt: 1,
        error: expect.stringContaining("502"),
        retryAt: expect.any(Number),
        delivery: expect.any(String),
      },
    ]);
    const again = told.find(
      ({ effect, attempt, outcome }) => effect === "react" && attempt === 2 && outcome === "done",
    );
    expect(again?.delivery).toBe(failed[0]?.delivery);
  });
});
