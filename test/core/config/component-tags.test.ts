/** Components with versions of their own, as the config says it. */
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/index.ts";

function read(components: string, release = "") {
  const text = `components: ${components}\nenvironments: { prod: }\n${release}`;
  return parseConfig(text, { repositoryName: "shop", path: ".github/waybill.yml" });
}

function said(components: string, release = ""): readonly string[] {
  const reading = read(components, release);
  return reading.ok ? [] : reading.problems.map((one) => `${one.at}: ${one.message}; ${one.mend}`);
}

describe("a component with versions of its own", () => {
  it("has the pattern of its tags, and may be linked to others that have", () => {
    const reading = read(
      '{ api: { tag: "api-v{version}" }, client: { tag: "client/{version}" }, web: }',
      "release: { linked: [[api, client]] }",
    );
    if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
    const { components, release } = reading.config;
    expect(components.map(({ name, tag }) => [name, tag])).toEqual([
      ["api", "api-v{version}"],
      ["client", "client/{version}"],
      ["web", undefined],
    ]);
    expect(release.linked).toEqual([["api", "client"]]);
  });

  it("cannot have tags that would be another's", () => {
    expect(said('{ api: { tag: "v{version}" } }')).toEqual([
      "components.api.tag: a tag of the release (`v{version}`) and one of this component could be the same; write one with the component's name, such as `api-v{version}`",
    ]);
    expect(said('{ api: { tag: "x-{version}" }, web: { tag: "x-{version}" } }')).toEqual([
      "components.web.tag: a tag of the component `api` (`x-{version}`) and one of this component could be the same; write one with the component's name, such as `web-v{version}`",
    ]);
    expect(said('{ api: { tag: "api" } }')[0]).toContain("holds `{version}` exactly once");
  });

  it("is linked once, by a name that there is, and only to what has versions of its own", () => {
    const components = '{ api: { tag: "api-v{version}" }, web: { tag: "web-v{version}" }, docs: }';
    expect(said(components, "release: { linked: [[api, wep]] }")).toEqual([
      "release.linked[0][1]: there is no component `wep`; did you mean `web`?",
    ]);
    expect(said(components, "release: { linked: [[api, docs]] }")).toEqual([
      "release.linked[0][1]: `docs` has no version of its own; give it one by `tag: docs-v{version}`, or leave it out here",
    ]);
    expect(said(components, "release: { linked: [[api, web], [web, api]] }")).toEqual([
      "release.linked[1][0]: `web` is linked already; name each component once, or join the two groups",
      "release.linked[1][1]: `api` is linked already; name each component once, or join the two groups",
    ]);
  });
});
