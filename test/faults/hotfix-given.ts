/** How the effects of hotfixes come about in a shop: production runs 1.5.0, and the release branch has gone on. */
import type { UserId } from "../../src/core/ids.ts";
import type { HotfixLook, WantedHotfix } from "../../src/core/hotfix-model.ts";
import type { Bench, Shop } from "./github-bench.ts";
import { cut, prepare, type Of } from "./github-given.ts";

const BRANCH = "hotfix/1.5.1";

function wantedIn(shop: Shop, bench: Bench): WantedHotfix {
  const { id, login } = bench.sandbox.user("ana");
  return {
    branch: BRANCH,
    base: { version: "1.5.0", tag: "v1.5.0", sha: shop.sha("v1.5.0") },
    environment: "prod",
    releaseBranch: "main",
    asked: {
      by: { id: id as UserId, login },
      commentId: 77,
      ordinal: 1,
      issue: 1,
      text: "/hotfix",
      permission: { role: "maintain", users: [] },
    },
  };
}

export const open = (shop: Shop, bench: Bench): Of<"openHotfix"> => ({
  type: "openHotfix",
  hotfix: wantedIn(shop, bench),
});

/** The branch as Waybill makes it, with a fix on it. */
async function opened(shop: Shop, bench: Bench): Promise<HotfixLook> {
  await shop.perform(shop.connect(), open(shop, bench), 1);
  const files = { "api/prices.txt": "round\n" };
  shop.repository.commit({ branch: BRANCH, message: "fix: round prices", files, author: "wes" });
  const { branch, base } = wantedIn(shop, bench);
  return { branch, base, released: null };
}

export const look = async (shop: Shop, bench: Bench): Promise<Of<"lookAtHotfix">> => ({
  type: "lookAtHotfix",
  hotfix: await opened(shop, bench),
  unreleased: [],
  hotfixes: { lines: [], made: [], versions: [] },
});

export async function port(shop: Shop, bench: Bench): Promise<Of<"openForwardPort">> {
  await opened(shop, bench);
  return {
    type: "openForwardPort",
    branch: BRANCH,
    to: "main",
    sha: shop.sha(BRANCH),
    view: {
      version: "1.5.1",
      tag: "v1.5.1",
      base: "1.5.0",
      branch: BRANCH,
      releaseBranch: "main",
      environment: "prod",
      thread: 1,
    },
  };
}

/** A second patch on the branch, whose pull request was opened with the first. */
export async function portOfAnother(shop: Shop, bench: Bench): Promise<Of<"openForwardPort">> {
  const first = await port(shop, bench);
  await shop.perform(shop.connect(), first, 1);
  return { ...first, view: { ...first.view, version: "1.5.2", tag: "v1.5.2" } };
}

/** The pull request as it was opened before. */
export async function ported(shop: Shop, bench: Bench): Promise<Of<"lookAtForwardPort">> {
  const end = await shop.perform(shop.connect(), await port(shop, bench), 1);
  const [event] = end.kind === "done" ? end.result : [];
  const seen = event?.type === "ForwardPortSeen" ? event.port : null;
  if (seen?.state !== "open") throw new Error("the pull request was not opened");
  return { type: "lookAtForwardPort", branch: BRANCH, number: seen.number };
}

/** The tag of the patch. */
export async function patch(shop: Shop, bench: Bench): Promise<Of<"cutTag">> {
  await opened(shop, bench);
  const { base } = wantedIn(shop, bench);
  return {
    ...cut(shop, bench),
    cut: {
      version: "1.5.1",
      tag: "v1.5.1",
      sha: shop.sha(BRANCH),
      branch: BRANCH,
      cause: { kind: "hotfix" },
    },
    after: { tag: base.tag, sha: base.sha },
  };
}

/** A release that comes after a hotfix, whose forward-port was merged without a word. */
export async function prepareAfterHotfix(shop: Shop, bench: Bench): Promise<Of<"prepareRollout">> {
  const { number } = await ported(shop, bench);
  shop.repository.mergePullRequest(number, { by: "ana", method: "squash" });
  const sha = shop.sha("main");
  shop.repository.tag("v1.6.0", { by: "ana" });
  return {
    ...prepare(shop, bench, "1.4.2"),
    cargo: { version: "1.6.0", sha, tag: "v1.6.0", ref: "v1.6.0" },
    fixes: [{ version: "1.5.1", sha: shop.sha(BRANCH), pull: number, port: null, delivered: true }],
  };
}
