import { expect, it } from "vitest";
import { summarise } from "../../src/core/notes/index.ts";
import { renderHistory, renderNotes } from "../../src/render/notes.ts";

it("notes on a terminal are as long as the history, also where GitHub would take no more", () => {
  const words = "word ".repeat(100);
  const commits = Array.from({ length: 2_500 }, (_none, at) => ({
    sha: at.toString(16).padStart(40, "0"),
    message: `fix: ${at} ${words}`,
  }));
  const model = summarise(commits);
  expect(renderNotes(model).length).toBeGreaterThan(1_200_000);
  expect(
    renderHistory([{ tag: null, notes: renderNotes(model) }]).startsWith("## Unreleased\n\n### Bug Fixes\n"),
  ).toBe(true);
});
