/** For whom, besides the team, the notes are worded, as the config says it. */
import { expect, it } from "vitest";
import { audienceNotes, partOf } from "../../../src/core/audiences.ts";
import { parseConfig } from "../../../src/core/config/index.ts";
import { beginNotes } from "../../../src/core/notes/index.ts";

function read(audiences: string) {
  const components = "{ api: { paths: [api/**] }, web: { paths: [web/**] } }";
  const text = `components: ${components}\nenvironments: { prod: }\nrelease: { audiences: ${audiences} }\n`;
  return parseConfig(text, { repositoryName: "shop", path: ".github/waybill.yml" });
}

function said(audiences: string): readonly string[] {
  const reading = read(audiences);
  return reading.ok ? [] : reading.problems.map((one) => `${one.at}: ${one.message}; ${one.mend}`);
}

it("audiences are named, with the components that they use, or with nothing", () => {
  const reading = read("{ partners: { components: [api] }, support: }");
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  expect(reading.config.release.audiences).toEqual([
    { name: "partners", components: ["api"] },
    { name: "support", components: null },
  ]);
  const none = read("{}");
  expect(none.ok && none.config.release).not.toHaveProperty("audiences");
});

it("a component that there is not, a name that is none, and too many are refused", () => {
  expect(said("{ partners: { components: [apo] } }")[0]).toMatch(
    /^release\.audiences\.partners\.components\[0\]: .*did you mean `api`/i,
  );
  expect(said("{ partners: { components: [] } }")).toHaveLength(1);
  expect(said('{ "the partners": }')).toHaveLength(1);
  expect(said("{ partners: { paths: [x] } }")).toHaveLength(1);
  const many = Array.from({ length: 11 }, (_none, at) => `a${at}:`).join(", ");
  expect(said(`{ ${many} }`)).toEqual(["release.audiences: more than 10 audiences; name fewer"]);
});

it("an audience is told all that touches its components, whatever else that touches, and what nobody can tell", () => {
  const components = [
    { name: "api", paths: ["api/**"] },
    { name: "web", paths: ["web/**"] },
    { name: "docs", paths: ["docs/**"] },
  ];
  const both = { name: "partners", components: ["api", "docs"] };
  const all = { name: "support", components: null };
  const part = partOf(both, components);
  expect(part).toEqual({ name: "for partners", paths: ["api/**", "docs/**"] });
  expect(partOf(all, components)).toBeNull();
  expect(partOf({ name: "x", components: ["whole"] }, [{ name: "whole", paths: [] }])).toMatchObject({
    paths: [],
  });
  const reading = beginNotes({ components });
  const commit = (at: number, message: string, paths?: readonly string[]) =>
    reading.add({ sha: String(at).padStart(40, "0"), message, ...(paths === undefined ? {} : { paths }) });
  commit(1, "feat: of both", ["api/a", "web/a"]);
  commit(2, "feat: of web", ["web/a"]);
  commit(3, "feat!: of docs", ["docs/a"]);
  commit(4, "feat: of nobody knows what");
  const { parts } = reading.endWith(part === null ? [] : [part]);
  const [partners, support] = audienceNotes([both, all], parts);
  expect(partners?.model?.sections.flatMap(({ entries }) => entries.map(({ text }) => text))).toEqual([
    "of both",
    "of docs",
    "of nobody knows what",
  ]);
  expect(partners?.model?.breaking.map(({ text }) => text)).toEqual(["of docs"]);
  expect(support).toEqual(all);
});
