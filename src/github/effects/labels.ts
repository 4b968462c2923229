/** Labels on issues and pull requests. One that is there already stays there, so putting it there twice is putting it there once. */
import type { Performer } from "./effect.ts";
import { isBelieved, place } from "./effect.ts";
import { TAKES_NONE } from "./comments.ts";

/** https://docs.github.com/en/rest/issues/labels#add-labels-to-an-issue, which makes a label that there is not. */
export const label: Performer<"label"> = async (context, effect) => {
  const { client } = context;
  try {
    const wanted = { ...place(client), issue_number: effect.issue, labels: [effect.label] };
    await client.octokit.rest.issues.addLabels(wanted);
  } catch (error) {
    // The thread is gone, locked or elsewhere by now: nobody's delivery hangs on it.
    if (!isBelieved(context, error, TAKES_NONE)) throw error;
  }
  return [];
};
