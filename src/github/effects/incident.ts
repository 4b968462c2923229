/** The issue of an incident: opened once, edited inside of Waybill's own block alone, left to people otherwise. */
import { withBlock } from "../../core/block.ts";
import type { Performer } from "./effect.ts";
import { place } from "./effect.ts";
import { createIssue, findIssue, readIssue } from "./issues.ts";

export const drawIncident: Performer<"drawIncident"> = async ({ client, clock, text }, effect) => {
  const { incident, view } = effect;
  const page = text.incident(view, incident);
  const drawn = (issue: number | null) =>
    issue === effect.issue && issue !== null
      ? []
      : ([{ type: "IncidentDrawn", at: clock.now(), incident, issue }] as const);
  const found =
    (effect.issue === null ? null : await readIssue(client, effect.issue)) ??
    (await findIssue(client, page.body.begin));
  if (found === null) return drawn(await createIssue(client, page.title, page.body.text));
  const body = withBlock(found.body, page.body);
  if (body !== found.body)
    await client.octokit.rest.issues.update({ ...place(client), issue_number: found.number, body });
  return drawn(found.number);
};
