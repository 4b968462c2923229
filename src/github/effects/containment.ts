/** Whether what runs in an environment carries a release's commit. */
import { relationOf } from "../history.ts";
import type { Performer } from "./effect.ts";

export const lookForCommit: Performer<"lookForCommit"> = async ({ client, clock }, effect) => {
  const found = await relationOf(client, effect.sha, effect.running);
  const contained = found !== null && (found.relation === "ahead" || found.relation === "identical");
  return [
    {
      type: "ContainmentSeen",
      at: clock.now(),
      version: effect.version,
      environment: effect.environment,
      contained,
    },
  ];
};
