/** What channels are told of a version that nobody promoted. Who is told is settled when the watch begins, as the promotion's plan goes with it. */
import type { Minutes } from "../decision.ts";
import type { PromotionId } from "../ids.ts";
import type { PlanSnapshot } from "../promotion.ts";
import type { DriftView } from "../watch.ts";
import { passMessage, placeOf, recipientsOf, type Recipient } from "./telling.ts";

/** For the watch; nothing where nobody is told. `components`: those that are asked for their versions, null where the environment as a whole is. */
export function toldOfDrift(
  plan: PlanSnapshot,
  components: readonly string[] | null,
): { readonly recipients?: readonly Recipient[] } {
  const recipients = recipientsOf(plan.channels, { event: "drifted", place: placeOf(plan), components });
  return recipients.length === 0 ? {} : { recipients };
}

/** Tells that another version runs, that the right one does again, or that nobody knows any more. */
export function tellOfDrift(
  recipients: readonly Recipient[],
  promotionId: PromotionId,
  issue: number | null,
  { template: _template, ...view }: DriftView,
  minutes: Minutes,
): void {
  const name = `drifted:${view.environment}:${promotionId}-${view.what}-${view.at}`;
  passMessage(recipients, { about: "drift", event: "drifted", name, issue, ...view }, minutes);
}
