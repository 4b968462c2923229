/** What the pages for people say of each other and of the code: every link leads somewhere, and every command stands in the list as it is written. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { usageOf } from "../src/core/commands/grammar.ts";
import { commands } from "../src/core/commands/index.ts";

const ROOT = join(import.meta.dirname, "..");
const PAGES = ["README.md", ...readdirSync(join(ROOT, "docs")).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith(".md"),
);

/** Without what stands in code, where brackets are no links and `#` begins no heading. */
function prose(page: string): string {
  return readFileSync(join(ROOT, page), "utf8").replace(/^( *)```[^]*?^\1```/gm, "");
}

/** As GitHub names headings: lower case, without punctuation, spaces as hyphens; the second of a name gets `-1`. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  return new Set(
    [...prose(page).matchAll(/^#{1,6} +(.+?) *$/gm)].map(([, heading = ""]) => {
      const slug = heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "")
        .replaceAll(" ", "-");
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      return times === 0 ? slug : `${slug}-${times}`;
    }),
  );
}

function deadLinks(page: string): string[] {
  const links = [
    ...prose(page)
      .replace(/`[^`\n]*`/g, "``")
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, to = ""]) => to);
  return links
    .filter((to) => !/^[a-z]+:/.test(to))
    .filter((to) => {
      const [path = "", anchor] = to.split("#");
      const target = path === "" ? page : relative(ROOT, join(ROOT, dirname(page), path));
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor);
    });
}

describe("every link in the pages leads somewhere", () => {
  it.each(PAGES)("%s", (page) => {
    expect(deadLinks(page)).toEqual([]);
  });
});

/** Commands in the first cells of a table's rows, as they are shown. */
function listed(page: string): string[] {
  return [...prose(page).matchAll(/^\| (`\/.*?[^\\]) \|/gm)].flatMap(([, cell = ""]) =>
    [...cell.replaceAll("\\|", "|").matchAll(/`(\/[^`]+)`/g)].map(([, command = ""]) => command),
  );
}

describe("the pages list the commands that there are, as they are written", () => {
  const names = commands.map(({ name }) => `/${name}`).toSorted();
  const nameOf = (command: string): string => command.split(" ")[0] ?? "";
  const named = (page: string): string[] => [...new Set(listed(page).map(nameOf))].toSorted();

  it("docs/commands.md has all of them and no others, each with its words", () => {
    expect(named("docs/commands.md")).toEqual(names);
    // Of a place for a word its name, of an option its own; a page may say more about either.
    const wordsOf = (usage: string): string[] => usage.match(/[<[][a-z]+|--[a-z]+/g) ?? [];
    const lacking = commands.flatMap((command) => {
      const own = listed("docs/commands.md").filter((one) => nameOf(one) === `/${command.name}`);
      return wordsOf(usageOf(command)).filter((word) => !own.some((one) => one.includes(word)));
    });
    expect(lacking).toEqual([]);
  });

  it("the README's list has all of them and no others", () => {
    expect(named("README.md")).toEqual(names);
  });
});
