/** Services are asked at the same time, and again at once where one was silent. */
import { describe, expect, it } from "vitest";
import type { GateReply, GateRequest } from "../../src/core/gates/external.ts";
import { seeExternal } from "../../src/github/gates/external.ts";
import { NOON, planOf, request } from "../core/given.ts";

const plan = planOf(
  "prod",
  "environments: { prod: { gates: { external: [{ name: budget, url: 'https://a.example' }, { name: window, url: 'https://b.example' }] } } }",
);
const passes: GateReply = { kind: "answered", text: '{"verdict":"pass"}' };
const silent: GateReply = { kind: "silent", reason: "the connection failed (ECONNRESET)" };
const barred: GateReply = { kind: "barred", reason: "not allowed" };

/** Looks where the services give these replies, one after another; answers what came of it and the names that were asked. */
async function look(replies: Readonly<Record<string, readonly GateReply[]>>) {
  const asked: string[] = [];
  const left = new Map(Object.entries(replies).map(([name, all]) => [name, [...all]]));
  const askGate = (one: GateRequest): Promise<GateReply> => {
    const { gate, repository } = JSON.parse(one.body) as { gate: string; repository: string };
    asked.push(`${gate} ${repository}`);
    return Promise.resolve(left.get(gate)?.shift() ?? silent);
  };
  const client = { installation: 1, repository: 2, owner: "acme", repo: "shop" };
  const context = { client, askGate, clock: { now: () => NOON } };
  const { id: promotionId, ...question } = request({ plan });
  const { answers } = await seeExternal(context as never, { ...question, promotionId, replaces: null });
  return { asked, verdicts: answers.map(({ name, verdict }) => `${name} ${verdict}`) };
}

describe("looking at services", () => {
  it("asks each once, and tells them the repository by its name", async () => {
    expect(await look({ budget: [passes], window: [passes] })).toEqual({
      asked: ["budget acme/shop", "window acme/shop"],
      verdicts: ["budget pass", "window pass"],
    });
  });

  it("asks one that was silent once more, and none that it may not ask", async () => {
    const then = await look({ budget: [silent, passes], window: [barred, passes] });
    expect(then.asked.filter((one) => one.startsWith("budget"))).toHaveLength(2);
    expect(then.asked.filter((one) => one.startsWith("window"))).toHaveLength(1);
    expect(then.verdicts).toEqual(["budget pass", "window unseen"]);
  });

  it("gives up on one that stays silent, and hears the other all the same", async () => {
    const then = await look({ budget: [silent, silent, passes], window: [passes] });
    expect(then.verdicts).toEqual(["budget unseen", "window pass"]);
  });
});
