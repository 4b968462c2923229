/** Why nothing goes, for templates: each promotion as its live comment shows it, and the commands that lead on. */
import type { Nothing, WhyIn } from "../core/foresight/why.ts";
import type { LiveView } from "../core/views.ts";
import { heldPage, WHAT } from "./held.ts";
import { headline, livePage } from "./live.ts";
import { problemPage } from "./problem.ts";
import { stepPage } from "./steps.ts";
import { summaryPage } from "./standing.ts";

/** What `why.hbs` shows of an environment. */
export function whyPage({ name, active, waiting, nothing, standing, ...why }: WhyIn): object {
  const isQuiet = nothing !== null && (nothing.why === "newest" || nothing.why === "none");
  // What holds it, or would, is said there.
  const isSaid = waiting.length > 0 || nothing?.why === "held" || nothing?.why === "refused";
  return {
    ...why,
    name,
    active: active === null ? null : activePage(active),
    waiting: waiting.map(livePage),
    nothing: nothing === null ? null : nothingPage(nothing, name),
    standing: isSaid ? null : summaryPage(standing),
    // Where nobody knows what runs, a cancel does not tell either.
    cancel: active === null || active.stage === "needs-human" ? null : `/cancel ${name}`,
    retry: `/retry ${name}`,
    asksForRight: !isQuiet || why.failed !== null,
  };
}

/** Stages of a step in which it is what the others wait for. */
const GOING: ReadonlySet<string> = new Set([
  "recording",
  "dispatching",
  "tracing",
  "running",
  "proving",
  "needs-human",
]);

function activePage(view: LiveView): object {
  const going = view.steps.filter(({ stage }) => GOING.has(stage));
  return { ...livePage(view), headline: headline(view), going: going.map(stepPage) };
}

function nothingPage(nothing: Nothing, environment: string): object {
  const empty = { why: nothing.why, version: null, held: null, problem: null, looks: [], promote: null };
  if (nothing.why === "none") return { ...empty, before: nothing.before };
  if (nothing.why === "newest" || nothing.why === "build") return { ...empty, environment };
  const { version } = nothing;
  const page = { ...empty, version, promote: `/promote ${environment} ${version}` };
  if (nothing.why === "refused") return { ...page, problem: problemPage(nothing.problem) };
  const looks = nothing.looks.map((what) => WHAT[what]);
  if (nothing.why === "unasked") return { ...page, looks };
  // It does not go on by itself, as nobody has asked for it.
  return { ...page, looks, held: { ...heldPage(nothing.held, { environment, version }), only: false } };
}
