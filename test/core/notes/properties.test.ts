import { readdirSync, readFileSync } from "node:fs";
import { CommitParser } from "conventional-commits-parser";
import createPreset from "conventional-changelog-conventionalcommits";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { summarise, type Commit } from "../../../src/core/notes/index.ts";
import { parseMessage, wholeMessage } from "../../../src/core/notes/message.ts";
import { commit, placesOf, pull, shaOf } from "./history.ts";

/** Pieces that mean something to some parser, in any order, between pieces that mean nothing. */
const piece = fc.oneof(
  fc.constantFrom(
    ...'feat: |fix(a): |chore: |feat!: |wip: |Revert |revert: |"|(#1)|(#2)| |\n|\n\n|* |- |> |```|~~~|<details>|</details>|<!--|-->'.split(
      "|",
    ),
    ..."BREAKING CHANGE: |BREAKING-CHANGE: |Release-As: 2.0.0|Refs: |-notes-|-hash-|-references-|#1 |Reverts #1|---------".split(
      "|",
    ),
    ..."Merge pull request #1 from a/b|Merge branch 'x'|BEGIN_COMMIT_OVERRIDE|END_COMMIT_OVERRIDE|This reverts commit |\r\n".split(
      "|",
    ),
    ...[1, 2, 3, 4].map((name) => shaOf(name).slice(0, 12)),
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
);
const message = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));

const history: fc.Arbitrary<Commit[]> = fc
  .array(
    fc.record({
      message,
      body: fc.option(message),
      number: fc.option(fc.integer({ min: 1, max: 3 })),
      parents: fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }),
      bot: fc.boolean(),
      graph: fc.boolean(),
    }),
    { maxLength: 8 },
  )
  .map((items) =>
    items.map(({ message: text, body, number, parents, bot, graph }, at) =>
      commit(at + 1, text, {
        ...(graph ? { parents: parents.map((step) => shaOf(at + 1 + step)) } : {}),
        ...(number === null ? {} : { pull: pull(number, { body, author: { login: "a", id: 1, bot } }) }),
      }),
    ),
  );

describe("any history", () => {
  it("has every commit in exactly one place, and nothing else", () => {
    fc.assert(
      fc.property(history, (commits) => {
        const places = placesOf(summarise(commits));
        expect([...places.keys()].toSorted()).toEqual(commits.map(({ sha }) => sha).toSorted());
        for (const found of places.values()) expect(found).toHaveLength(1);
      }),
      { numRuns: 2_000 },
    );
  });

  it("gives the same model every time, and leaves its input alone", () => {
    fc.assert(
      fc.property(history, (commits) => {
        const before = structuredClone(commits);
        expect(summarise(commits)).toEqual(summarise(commits));
        expect(commits).toEqual(before);
      }),
    );
  });

  it("has a bump exactly where something is worth a release, and a reason for all that is unclassified", () => {
    fc.assert(
      fc.property(history, (commits) => {
        const model = summarise(commits);
        expect(model.bump !== null).toBe(model.sections.length + model.breaking.length > 0);
        expect(model.bump === "major").toBe(model.breaking.length > 0);
        for (const { reason } of model.unclassified) expect(reason).not.toBe("");
        for (const { entries } of model.sections)
          for (const { text } of entries) expect(text.trim()).not.toBe("");
      }),
    );
  });

  it("of random text never throws", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 2_000 }),
        (text) => void summarise([commit(1, text)]),
      ),
      { numRuns: 500 },
    );
  });
});

describe("a plain message", () => {
  it("says by the short way what it says by the whole one", () => {
    const types = new Set(["feat", "fix", "chore", "revert"]);
    const isKnownType = (type: string) => types.has(type);
    fc.assert(
      fc.property(message, fc.boolean(), (text, ignoreBody) => {
        const options = { isKnownType, ignoreBody };
        expect(parseMessage(text, options)).toEqual(wholeMessage(text, options));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("time", () => {
  const messages: Record<string, (size: number) => string> = {
    references: (size) => `fix: x\n\nBREAKING CHANGE: y\n${"#1 ".repeat(size / 3)}`,
    notes: (size) => `fix: x\n\n${"BREAKING CHANGE: y\n".repeat(size / 19)}`,
    fences: (size) => `fix: x\n\n${"```a\n".repeat(size / 5)}`,
    folds: (size) => `fix: x\n\n${"<details>\n".repeat(size / 10)}`,
    parentheses: (size) => `fix${"(".repeat(size)}`,
    spaces: (size) => `revert: "${" ".repeat(size)}"\n\nThis reverts commit ${" ".repeat(size)}`,
    words: (size) => `fix: x\n\nBREAKING CHANGE: ${"fix a/".repeat(size / 6)}`,
    bullets: (size) => `fix: x\n\n${"* fix: y\n".repeat(size / 9)}`,
    shas: (size) => `revert: x\n\nRefs: ${"abcdef1 ".repeat(size / 8)}`,
  };

  it.each(Object.keys(messages))("for a message full of %s is bounded, however long it is", (kind) => {
    const text = messages[kind]?.(1_000_000) ?? "";
    summarise([commit(1, text)]);
    const started = performance.now();
    summarise([commit(1, text)]);
    // Measured 1 to 40 ms on one busy core; quadratic time would be seconds.
    expect(performance.now() - started).toBeLessThan(400);
  });

  it("for many commits grows with their number: reverts and merges too", () => {
    const commits = Array.from({ length: 20_000 }, (_none, at) =>
      commit(
        `c${at}`,
        at % 3 === 0 ? `Revert "feat: ${at}"\n\nThis reverts commit ${shaOf(`c${at + 7}`)}.` : `feat: ${at}`,
        {
          parents: at % 5 === 0 ? [shaOf(`c${at + 1}`), shaOf(`c${at + 2}`)] : [shaOf(`c${at + 1}`)],
        },
      ),
    );
    const started = performance.now();
    summarise(commits);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("next to the conventional-changelog family", () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/);
  const header = fc
    .record({
      type: fc.constantFrom("feat", "fix", "perf", "docs", "chore"),
      scope: fc.option(word),
      breaking: fc.boolean(),
      text: fc.array(word, { minLength: 1, maxLength: 4 }),
    })
    .map(
      ({ type, scope, breaking, text }) =>
        `${type}${scope === null ? "" : `(${scope})`}${breaking ? "!" : ""}: ${text.join(" ")}`,
    );
  const plain = fc
    .record({ header, note: fc.option(fc.array(word, { minLength: 1, maxLength: 3 })) })
    .map(({ header: first, note }) =>
      note === null ? first : `${first}\n\nBREAKING CHANGE: ${note.join(" ")}`,
    );

  it("says the same of messages that hold no trap: type, scope, text, notes, bump", () => {
    const preset = createPreset() as {
      parser: object;
      whatBump: (commits: unknown[]) => { level: number } | null;
    };
    const parser = new CommitParser(preset.parser);
    fc.assert(
      fc.property(
        fc.uniqueArray(plain, { minLength: 1, maxLength: 6, selector: (text) => text.split(": ")[1] }),
        (texts) => {
          const theirs = texts.map((text) => parser.parse(text));
          const model = summarise(texts.map((text, at) => commit(at + 1, text)));
          const level = preset.whatBump(theirs)?.level;
          expect(model.bump).toBe(level === undefined ? null : ["major", "minor", "patch"][level]);
          for (const entry of model.sections.flatMap((section) => section.entries)) {
            const other = theirs[texts.findIndex((_text, at) => shaOf(at + 1) === entry.sha)];
            expect([entry.type, entry.scope, entry.text]).toEqual([
              other?.["type"],
              other?.["scope"],
              other?.["subject"],
            ]);
          }
          expect(model.breaking.map(({ text }) => text).toSorted()).toEqual(
            theirs.flatMap(({ notes }) => notes.map(({ text }) => text)).toSorted(),
          );
        },
      ),
    );
  });
});

it("is pure: no module of it imports anything of Node's", () => {
  const home = new URL("../../../src/core/notes/", import.meta.url);
  for (const file of readdirSync(home)) {
    const imports = [...readFileSync(new URL(file, home), "utf8").matchAll(/from "([^"]+)"/g)].map(
      (match) => match[1] ?? "",
    );
    expect(
      imports
        .filter((name) => !name.startsWith("./") && name !== "../secrets.ts")
        .filter((name) => !/^(?:semver|conventional-)/.test(name)),
      file,
    ).toEqual([]);
  }
});
