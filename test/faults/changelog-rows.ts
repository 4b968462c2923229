/** The row of the effect that keeps CHANGELOG.md, and how it comes about (`github-rows.ts`). */
import type { Bench, Shop } from "./github-bench.ts";
import type { Of } from "./github-given.ts";
import type { Row } from "./github-rows.ts";

const CONFIG = "environments: { prod: {} }\nrelease: { changelog: true }\n";
const FILE = "# Changelog\n\n## 1.4.2\n\n* what was there\n";

/** 1.5.0 is released, and the file does not list it. */
function keep(shop: Shop, bench: Bench): Of<"keepChangelog"> {
  const files = { ".github/waybill.yml": CONFIG, "CHANGELOG.md": FILE };
  shop.repository.commit({ branch: "main", message: "chore: keep a changelog", files, author: "wes" });
  return {
    type: "keepChangelog",
    path: "CHANGELOG.md",
    branch: "main",
    releases: [{ version: "1.5.0", tag: "v1.5.0", sha: shop.sha("v1.5.0"), at: bench.now() }],
    proposed: null,
    unreleased: [],
    hotfixes: { lines: [], made: [], versions: [] },
  };
}

/** Its pull request is open, and 1.6.0 is released. */
async function further(shop: Shop, bench: Bench): Promise<Of<"keepChangelog">> {
  const first = keep(shop, bench);
  const end = await shop.arrange(first);
  const [event] = end.kind === "done" ? end.result : [];
  if (event?.type !== "ChangelogKept" || event.proposed === null)
    throw new Error("the pull request was not opened");
  const files = { "api/more.txt": "more" };
  shop.repository.commit({ branch: "main", message: "feat: more", files, author: "wes" });
  shop.repository.tag("v1.6.0", { by: "ana" });
  const next = { version: "1.6.0", tag: "v1.6.0", sha: shop.sha("v1.6.0"), at: bench.now() };
  return { ...first, releases: [...first.releases, next], proposed: event.proposed };
}

export const CHANGELOG_ROWS: { readonly keepChangelog: Row<"keepChangelog"> } = {
  keepChangelog: {
    scenes: [
      { name: "new", given: keep },
      { name: "proposed, but nobody heard", again: true, given: keep },
      { name: "with a further release", given: further },
    ],
    // The release's facts are read as for its tag; objects that nothing names are nobody's loss.
    only: [
      "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
      "GET /repos/{owner}/{repo}/pulls",
      "POST /repos/{owner}/{repo}/git/refs",
      "PATCH /repos/{owner}/{repo}/git/refs/{ref}",
      "POST /repos/{owner}/{repo}/pulls",
      "PATCH /repos/{owner}/{repo}/pulls/{pull_number}",
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["ChangelogKept"],
  },
};
