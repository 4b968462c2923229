/** What is kept of an owner's defaults, and when GitHub is asked for them. */
import { expect, it } from "vitest";
import type { InstallationId } from "../../src/core/ids.ts";
import type { Octokit } from "../../src/github/client.ts";
import { readDefaults } from "../../src/core/config/parse.ts";
import { createDefaultsBook } from "../../src/github/defaults.ts";

const MINUTE = 60_000;
const ONE = 1 as InstallationId;

type Answer =
  | { readonly text: string; readonly etag: string; readonly size?: number; readonly type?: string }
  | { readonly status: number };

/** An owner's `.github` that answers so, and what it was asked. */
function owner(answers: () => Answer, isInstalled = true) {
  const clock = { at: 0, now: () => clock.at };
  const asked: (string | null)[] = [];
  const getContent = async ({ headers }: { headers: Readonly<Record<string, string>> }) => {
    asked.push(headers["if-none-match"] ?? null);
    const answer = answers();
    await Promise.resolve();
    if ("status" in answer) throw Object.assign(new Error("no"), { status: answer.status });
    if (answer.etag === headers["if-none-match"]) throw Object.assign(new Error("same"), { status: 304 });
    const content = Buffer.from(answer.text).toString("base64");
    return {
      data: {
        type: answer.type ?? "file",
        size: answer.size ?? answer.text.length,
        content,
        sha: answer.etag,
      },
      headers: { etag: answer.etag },
    };
  };
  const octokit = { rest: { repos: { getContent } } } as unknown as Octokit;
  const book = createDefaultsBook(clock, () => Promise.resolve(isInstalled ? octokit : null));
  const read = async () => (await book.of(ONE, "acme"))?.text ?? null;
  return { clock, asked, book, read };
}

it("is asked once, however many want to know, and after ten minutes only whether they are still the same", async () => {
  let answer: Answer = { text: "a: 1", etag: "e1" };
  const { clock, asked, read } = owner(() => answer);
  expect(await Promise.all([read(), read(), read()])).toEqual(["a: 1", "a: 1", "a: 1"]);
  clock.at = 9 * MINUTE;
  await read();
  expect(asked).toEqual([null]);
  clock.at = 11 * MINUTE;
  expect(await read()).toBe("a: 1");
  answer = { text: "a: 2", etag: "e2" };
  clock.at = 22 * MINUTE;
  expect(await read()).toBe("a: 2");
  expect(asked).toEqual([null, "e1", "e1"]);
});

it("is asked anew after a push, and where there is none any more there is none", async () => {
  let answer: Answer = { text: "a: 1", etag: "e1" };
  const { book, read } = owner(() => answer);
  await read();
  answer = { status: 404 };
  expect(await read()).toBe("a: 1");
  book.forget(ONE);
  expect(await read()).toBeNull();
});

it.each([
  ["is larger than GitHub gives out", { text: "", etag: "e1", size: 1_048_577 }, "larger than 64 KiB"],
  ["is a link to elsewhere", { text: "../else", etag: "e1", type: "symlink" }, "map"],
])("what %s is refused, and not taken for no defaults at all", async (_name, answer, why) => {
  const { book } = owner(() => answer);
  const defaults = await book.of(ONE, "acme");
  if (defaults === null) throw new Error("it was taken for none");
  const reading = readDefaults(defaults);
  expect(reading.ok ? [] : reading.problems.map(({ message }) => message)).toEqual([
    expect.stringContaining(why),
  ]);
});

it("does not keep what was asked for before the push", async () => {
  let answer: Answer = { text: "a: 1", etag: "e1" };
  const { book, read } = owner(() => answer);
  const before = read();
  await Promise.resolve();
  await Promise.resolve();
  answer = { text: "a: 2", etag: "e2" };
  book.forget(ONE);
  expect([await before, await read()]).toEqual(["a: 1", "a: 2"]);
});

it("is none where the App is not installed there; and nobody decides without them where GitHub does not say", async () => {
  const { asked, read } = owner(() => ({ status: 500 }), false);
  expect([await read(), asked]).toEqual([null, []]);
  let answer: Answer = { status: 500 };
  const there = owner(() => answer);
  await expect(there.read()).rejects.toThrow("no");
  answer = { text: "a: 1", etag: "e1" };
  expect(await there.read()).toBe("a: 1");
});
