/** Looking how a repository stands, and catching up with what happened in it while nobody could act. */
import type { WaybillEvent } from "../../core/events.ts";
import type { ParkReason } from "../../core/standing.ts";
import type { Clock, LaneKey } from "../../core/ports.ts";
import { missedEvents } from "../catch-up.ts";
import type { GitHub } from "../client.ts";
import type { Performer } from "./effect.ts";

/** Asks GitHub how the lane's repository stands: as the App, since the installation may not be able to say anything. */
export async function lookAtStanding(
  github: GitHub,
  { installation, repository }: LaneKey,
  hint: ParkReason | null,
  clock: Clock,
): Promise<readonly WaybillEvent[]> {
  const standing = await github.standingOf({ installation, repository }, hint);
  return [{ type: "StandingSeen", at: clock.now(), standing, hint, environments: [] }];
}

export const catchUp: Performer<"catchUp"> = ({ client }, effect) =>
  missedEvents(client, effect.known ?? [], effect.unreleased, effect.hotfixes);
