/** The issue about a broken config: one for each repository, opened, edited inside of Waybill's own block alone, closed, and opened again. */
import { withBlock } from "../../core/block.ts";
import type { Performer } from "./effect.ts";
import { place } from "./effect.ts";
import { createIssue, findIssue, readIssue } from "./issues.ts";

export const drawConfigIssue: Performer<"drawConfigIssue"> = async ({ client, clock, text }, effect) => {
  const { issue, view } = effect;
  const page = text.configIssue(view);
  const drawn = (number: number | null) =>
    number === issue ? [] : ([{ type: "ConfigIssueDrawn", at: clock.now(), issue: number }] as const);
  const found =
    (issue === null ? null : await readIssue(client, issue)) ?? (await findIssue(client, page.body.begin));
  const isOpen = view.end === null;
  // Broken and mended before anything was written, or deleted by hand: nobody has to be told that it is over.
  if (found === null) return drawn(isOpen ? await createIssue(client, page.title, page.body.text) : null);
  const body = withBlock(found.body, page.body);
  const state = isOpen
    ? ({ state: "open", state_reason: "reopened" } as const)
    : ({ state: "closed", state_reason: "completed" } as const);
  // It may be broken in another file by now.
  const title = isOpen && page.title !== found.title ? { title: page.title } : {};
  const change = {
    ...title,
    ...(body === found.body ? {} : { body }),
    ...(isOpen === found.open ? {} : state),
  };
  if (Object.keys(change).length > 0)
    await client.octokit.rest.issues.update({ ...place(client), issue_number: found.number, ...change });
  return drawn(found.number);
};
