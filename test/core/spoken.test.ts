/** A config's prefix in the lanes: whichever event brings another one, the environments hear of it once. */
import { expect, it } from "vitest";
import { decide } from "../../src/core/decide.ts";
import type { RepositoryEvent } from "../../src/core/events.ts";
import { newRepositoryLane } from "../../src/core/repository.ts";
import { ana, NOON, plansFor, POLICY } from "./given.ts";

const plans = plansFor();
const lane = { ...newRepositoryLane(), plans };
const answered = (prefix: string | undefined, at = NOON): RepositoryEvent => ({
  type: "CommandsAnswered",
  at,
  commentId: at,
  issue: 1,
  by: ana,
  answers: [],
  ...(prefix === undefined ? {} : { prefix }),
});
const renamed = (effects: ReturnType<typeof decide>["effects"]) =>
  effects.flatMap(({ effect }) =>
    effect.type === "tellLane" && effect.event.type === "CommandsRenamed"
      ? [[effect.environment, effect.event.word]]
      : [],
  );

it("that comes with a command is told to all environments, once, and so is that it is gone", () => {
  const names = plans.map(({ environment }) => environment.name);
  const first = decide(lane, answered("waybill"), POLICY);
  expect(first.state).toMatchObject({ prefix: "waybill" });
  expect(renamed(first.effects)).toEqual(names.map((name) => [name, "waybill"]));
  const again = decide(first.state, answered("waybill", NOON + 1), POLICY);
  expect(renamed(again.effects)).toEqual([]);
  const gone = decide(first.state, answered(undefined, NOON + 2), POLICY);
  expect(renamed(gone.effects)).toEqual(names.map((name) => [name, null]));
  expect(renamed(decide(lane, answered(undefined), POLICY).effects)).toEqual([]);
});
