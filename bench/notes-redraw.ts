/** Redrawing the notice of a release after one more merge, in one process: from its commits to the text that is written. */
import { beginNotes, type Commit } from "../src/core/notes/index.ts";
import type { CommitSha } from "../src/core/ids.ts";
import type { NoticeView } from "../src/core/release.ts";
import { createTextRenderer } from "../src/render/text.ts";
import { median } from "./timing.ts";

const TYPES = ["feat", "fix", "perf", "feat", "fix"];

function commitOf(number: number): Commit {
  const type = TYPES[number % TYPES.length] ?? "fix";
  return {
    sha: number.toString(16).padStart(40, "a"),
    message: `${type}(api): change number ${number} (#${number})\n\nA paragraph of what it was about, over a line or two, as people write them.\n`,
    author: { name: "Ana", login: "ana", id: "1" },
    parents: [(number - 1).toString(16).padStart(40, "a")],
  };
}

function viewOf(commits: readonly Commit[]): NoticeView {
  const reading = beginNotes();
  for (const commit of commits) reading.add(commit);
  return {
    version: "2.0.0",
    commitCount: commits.length,
    notes: {
      base: null,
      head: (commits[0]?.sha ?? "") as CommitSha,
      model: reading.end(),
      commitCount: commits.length,
      unreadCount: 0,
      compareUrl: null,
    },
    places: [],
    tag: "git tag v2.0.0 && git push origin v2.0.0",
    pipeline: ["dev", "prod"],
    released: null,
    closed: false,
  };
}

/** Redraws a notice of so many changes `rounds` times after some that warm up, each with one more of them, and prints how long it takes. */
export function measureRedraw(changes: number, rounds: number): void {
  const renderer = createTextRenderer();
  const commits = Array.from({ length: changes }, (_none, at) => commitOf(changes - at));
  const times: { model: number; text: number }[] = [];
  for (let round = -rounds; round < rounds; round += 1) {
    commits.unshift(commitOf(changes + rounds + round + 1));
    commits.pop();
    const start = performance.now();
    const view = viewOf(commits);
    const between = performance.now();
    renderer.notice(view, 1, []);
    if (round >= 0) times.push({ model: between - start, text: performance.now() - between });
  }
  const [model, text] = [median(times.map((one) => one.model)), median(times.map((one) => one.text))];
  process.stdout.write(
    `redraw of a notice of ${changes} changes after one merge: ${(model + text).toFixed(2)} ms: the model ${model.toFixed(2)}, the text ${text.toFixed(2)}; goal: 1 ms\n`,
  );
}
