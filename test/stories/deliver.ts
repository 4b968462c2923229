/** Sending a webhook by hand, as GitHub would. */
import { createHmac, randomUUID } from "node:crypto";
import type { Story } from "../support/story.ts";

/** Delivers a payload, signed, under a GUID of choice. Answers the status. */
export async function deliver(
  story: Pick<Story, "waybillUrl" | "webhookSecret">,
  delivery: { readonly event: string; readonly payload: string },
  guid: string = randomUUID(),
): Promise<number> {
  const signature = createHmac("sha256", story.webhookSecret).update(delivery.payload).digest("hex");
  const answer = await fetch(`${story.waybillUrl}/api/github/webhooks`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "x-github-delivery": guid,
      "x-github-event": delivery.event,
      "x-hub-signature-256": `sha256=${signature}`,
    },
    body: delivery.payload,
  });
  await answer.arrayBuffer();
  return answer.status;
}
