/**
 * `/unquarantine`: a person takes one version out of the quarantine that a rollback has left. The pin stays: nothing goes there by itself, and the
 * other versions stay where they are.
 */
import { record, type Minutes } from "../decision.ts";
import type { EnvironmentLane } from "../environment.ts";
import type { EnvironmentEvent } from "../events.ts";
import { isKnown, withKnown } from "../known.ts";
import { refuseInWords } from "../telling.ts";
import { isLater, without, type Freed, type Pin } from "./pin.ts";
import { react, withPin } from "./pinning.ts";

type Unquarantined = Extract<EnvironmentEvent, { type: "ReleaseUnquarantined" }>;

/** No more than may be out of order at a time. */
const FREED_KEPT = 20;

/** A person lets a version out. Heard before the rollback above it, the word counts all the same when that is heard (promise P7). */
export function onUnquarantined(
  lane: EnvironmentLane,
  event: Unquarantined,
  minutes: Minutes,
): EnvironmentLane {
  const { word, environment, version, at } = event;
  if (isKnown(lane, word.name)) return lane;
  const { by, commentId, ordinal } = word;
  const freed: Freed = { commentId, ordinal, version };
  const heard: EnvironmentLane = {
    ...withKnown(lane, word.name),
    freed: [...(lane.freed ?? []), freed].slice(-FREED_KEPT),
  };
  const pin = lane.pin ?? null;
  react(word, "eyes", minutes);
  const isMeant = pin !== null && !isLater(pin.word, word) && pin.bad.some((one) => one.version === version);
  record(minutes, `user:${by.id}`, isMeant ? "release.unquarantined" : "unquarantine.in-vain", environment, {
    version,
  });
  if (!isMeant) {
    react(word, "-1", minutes);
    const bad = (pin?.bad ?? []).map((one) => one.version).join(", ");
    const command = `/unquarantine ${environment} ${version}`;
    refuseInWords(
      { ...word, command },
      { code: "not-quarantined", detail: { environment, version, bad } },
      minutes,
    );
    return heard;
  }
  react(word, "rocket", minutes);
  return withPin(heard, environment, letOut(pin, version), at, minutes, word.name);
}

/** Also out of the pin that stands again should this rollback be taken back before it has begun. */
function letOut({ before, ...pin }: Pin, version: string): Pin {
  return {
    ...pin,
    bad: without(pin.bad, version),
    ...(before === undefined ? {} : { before: { ...before, bad: without(before.bad, version) } }),
  };
}
