/** Go: the requirements of go.mod, those in turn (`// indirect`) too. https://go.dev/ref/mod#go-mod-file */
import { Packages, type Ecosystem } from "./ecosystem.ts";

export const go: Ecosystem = {
  files: ["go.mod"],
  read(_file, text) {
    const direct = new Packages();
    const installed = new Packages();
    const lines = directivesIn(text);
    if (!lines.some(({ verb }) => verb === "module")) return null;
    const replaced = new Map(lines.flatMap(replacementOf));
    for (const { verb, words, comment } of lines) {
      const [name, version] = words;
      if (verb !== "require" || name === undefined || version === undefined) continue;
      const used = replaced.get(name) ?? replaced.get(`${name} ${version}`) ?? version;
      installed.add(name, used);
      if (!/^indirect\b/.test(comment)) direct.add(name, used);
    }
    return { direct: direct.all(), installed: installed.all() };
  },
};

interface Directive {
  readonly verb: string;
  readonly words: readonly string[];
  readonly comment: string;
}

/** The lines of a file, those in brackets with the word that stands before the bracket. */
function directivesIn(text: string): Directive[] {
  const found: Directive[] = [];
  let block: string | null = null;
  for (const line of text.split("\n")) {
    const cut = line.indexOf("//");
    const comment = cut === -1 ? "" : line.slice(cut + 2).trim();
    const words = (cut === -1 ? line : line.slice(0, cut)).trim().split(/\s+/).map(unquoted);
    const [first = "", second] = words;
    if (block !== null && first === ")") block = null;
    else if (block !== null) found.push({ verb: block, words, comment });
    else if (second === "(") block = first;
    else found.push({ verb: first, words: words.slice(1), comment });
  }
  return found;
}

/** `replace old [version] => new [version]`. */
function replacementOf({ verb, words }: Directive): [string, string][] {
  const arrow = words.indexOf("=>");
  if (verb !== "replace" || arrow < 1) return [];
  return [[words.slice(0, arrow).join(" "), words.slice(arrow + 1).join("@")]];
}

function unquoted(word: string): string {
  return /^(["`]).*\1$/.test(word) && word.length > 1 ? word.slice(1, -1) : word;
}
