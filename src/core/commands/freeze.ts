/** `/freeze <environment|all> [--for 2h] [--until "2026-12-27"] [--reason "…"]`: nothing begins there until the freeze ends. */
import { toldOfFreeze } from "../channels/freeze.ts";
import { durationMs, type EnvironmentConfig } from "../config/index.ts";
import type { FreezeWord } from "../freeze.ts";
import type { Problem } from "../promotion.ts";
import {
  refusal,
  wordBy,
  type CommandDefinition,
  type CommandFacts,
  type CommandRequest,
} from "./command.ts";
import { commandedEnvironment } from "./promote.ts";

/** Means every environment, unless the config has one of this name. */
const ALL = "all";
/** A freeze that ends later than in a year is one without an end, or a slip of the pen. */
const LONGEST_MS = 366 * 24 * 60 * 60_000;
/** A day, or a day and a time, with an offset or in UTC. */
const MOMENT = /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2})(?: ?(Z|UTC|[+-]\d{2}:\d{2}))?)?$/;

export const freeze: CommandDefinition = {
  name: "freeze",
  args: [{ name: "environment", required: true }],
  flags: ["for", "until", "reason"],
  summary:
    "hold everything that would begin in an environment, or in all, until the freeze ends or is lifted",
  wants: () => null,
  run: (request, facts) => {
    const environments = meantEnvironments(request, facts);
    if ("code" in environments) return refusal(request, environments);
    const until = endOf(request, facts.now);
    if (until !== null && typeof until !== "number") return refusal(request, until);
    const { now: at } = facts;
    const reason = request.flags["reason"] ?? null;
    return {
      kind: "events",
      events: environments.map((config, index) => {
        const { name: environment } = config;
        const told = toldOfFreeze(facts.config.channels, "frozen", config);
        const word = wordOf(request, index);
        return {
          environment,
          event: { type: "EnvironmentFrozen", at, environment, until, reason, word, ...told },
        };
      }),
    };
  },
};

/** The environments that a command about freezes means, if the person may command in each of them. */
export function meantEnvironments(
  request: CommandRequest,
  facts: CommandFacts,
): readonly EnvironmentConfig[] | Problem {
  const [name = ""] = request.args;
  const isOne = name !== ALL || facts.config.environments.some((one) => one.name === ALL);
  const names = isOne ? [name] : facts.config.environments.map((one) => one.name);
  const meant = names.map((one) => commandedEnvironment(one, request, facts));
  const problem = meant.find((one) => "code" in one);
  return problem ?? meant.flatMap((one) => ("code" in one ? [] : [one]));
}

/** The word as the lane with this place among those told hears it: the first one answers. */
export function wordOf(request: CommandRequest, index: number): FreezeWord {
  return { ...wordBy("f", request), answers: index === 0 };
}

/** When the freeze ends, in epoch milliseconds; null where a person is to lift it. */
function endOf({ flags }: CommandRequest, now: number): number | null | Problem {
  const { for: length, until } = flags;
  const written = length ?? until;
  if (written === undefined) return null;
  if (length !== undefined && until !== undefined) return notATime(`${length} and ${until}`, "both");
  const end = length === undefined ? momentOf(written) : durationEnd(length, now);
  if (end === null) return notATime(written, length === undefined ? "moment" : "duration");
  if (end <= now) return notATime(written, "past");
  return end - now > LONGEST_MS ? notATime(written, "far") : end;
}

function durationEnd(text: string, now: number): number | null {
  const length = durationMs(text);
  return length === null ? null : now + length;
}

function momentOf(text: string): number | null {
  const [, day, time = "00:00", zone = "Z"] = MOMENT.exec(text) ?? [];
  if (day === undefined) return null;
  const at = Date.parse(`${day}T${time}:00${zone === "UTC" ? "Z" : zone}`);
  // The engine of dates takes the 30th of February for the 2nd of March.
  const isReal = !Number.isNaN(at) && new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
  return isReal ? at : null;
}

function notATime(written: string, why: "both" | "moment" | "duration" | "past" | "far"): Problem {
  return { code: "not-a-time", detail: { written, why } };
}
