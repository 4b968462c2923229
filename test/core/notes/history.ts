/** Small histories for the tests of the notes: commits by their messages, newest first. */
import type { Commit, PullRequest, ReleaseNotesModel } from "../../../src/core/notes/index.ts";

/** A full SHA that begins with a name's digits, so that a test can say which commit it means. */
export function shaOf(name: string | number): string {
  return Array.from(String(name), (character) => character.charCodeAt(0).toString(16).padStart(2, "0"))
    .join("")
    .padEnd(40, "0")
    .slice(0, 40);
}

export function commit(name: string | number, message: string, more: Partial<Commit> = {}): Commit {
  return { sha: shaOf(name), message, ...more };
}

/** Commits in one line, newest first, numbered from 1. */
export function line(...messages: string[]): Commit[] {
  return messages.map((message, at) => commit(at + 1, message));
}

/** A merge of `branch` onto `before`, as git records it. */
export function merge(name: string, message: string, before: string, branch: string): Commit {
  return commit(name, message, { parents: [shaOf(before), shaOf(branch)] });
}

export function pull(number: number, more: Partial<PullRequest> = {}): PullRequest {
  return {
    number,
    title: `pull request ${number}`,
    url: `https://github.com/acme/shop/pull/${number}`,
    author: { login: "ada", id: 7, bot: false },
    body: null,
    ...more,
  };
}

/** The sections as `title: text, text`. */
export function sectionsOf(model: ReleaseNotesModel): Record<string, string[]> {
  return Object.fromEntries(
    model.sections.map(({ title, entries }) => [title, entries.map(({ text }) => text)]),
  );
}

/** Every SHA of the model with the places it stands in; an entry of a section is "listed". */
export function placesOf(model: ReleaseNotesModel): Map<string, string[]> {
  const places = new Map<string, Set<string>>();
  const put = (sha: string, place: string) => places.set(sha, (places.get(sha) ?? new Set()).add(place));
  for (const section of model.sections) for (const { sha } of section.entries) put(sha, "listed");
  for (const sha of model.reverted) put(sha, "reverted");
  for (const sha of model.hidden) put(sha, "hidden");
  for (const { sha } of model.unclassified) put(sha, "unclassified");
  return new Map([...places].map(([sha, found]) => [sha, [...found]]));
}
