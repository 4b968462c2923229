import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { callsProblems } from "../support/openapi.ts";
import type { Shop } from "./support.ts";
import { openShop, refusal } from "./support.ts";

const here = { owner: "acme", repo: "shop" };
let shop: Shop;

beforeEach(async () => {
  shop = await openShop();
});

afterEach(async () => {
  expect(callsProblems(shop.sandbox.record.calls)).toEqual([]);
  await shop.sandbox.close();
});

async function draft(tag_name: string): Promise<number> {
  const { data } = await shop.bot.rest.repos.createRelease({ ...here, tag_name, draft: true });
  return data.id;
}

function upload(release_id: number, name: string) {
  return shop.bot.rest.repos.uploadReleaseAsset({
    ...here,
    release_id,
    name,
    data: "the very bytes",
    baseUrl: `${shop.sandbox.url}/api/uploads`,
    headers: { "content-type": "text/plain" },
  });
}

const publish = (release_id: number) =>
  shop.bot.rest.repos.updateRelease({ ...here, release_id, draft: false });

describe("files of a release", () => {
  test("are uploaded under a name once, listed, and deleted", async () => {
    const release_id = await draft("v1.0.0");
    const { data: asset } = await upload(release_id, "receipt.txt");
    expect(asset).toMatchObject({
      name: "receipt.txt",
      size: 14,
      content_type: "text/plain",
      state: "uploaded",
    });
    expect((await refusal(upload(release_id, "receipt.txt"))).status).toBe(422);
    const { data } = await shop.bot.rest.repos.listReleaseAssets({ ...here, release_id });
    expect(data.map(({ name }) => name)).toEqual(["receipt.txt"]);
    const asset_id = asset.id;
    expect((await shop.bot.rest.repos.getReleaseAsset({ ...here, asset_id })).data.digest).toContain(
      "sha256:",
    );
    await shop.bot.rest.repos.deleteReleaseAsset({ ...here, asset_id });
    expect((await shop.bot.rest.repos.getRelease({ ...here, release_id })).data.assets).toEqual([]);
  });
});

describe("immutable releases", () => {
  let release_id: number;
  let asset_id: number;

  beforeEach(async () => {
    shop.repository.setImmutableReleases();
    release_id = await draft("v1.0.0");
    asset_id = (await upload(release_id, "notes.txt")).data.id;
    await publish(release_id);
  });

  test("a published one takes no file and gives none away, but its text may change", async () => {
    const { data } = await shop.bot.rest.repos.getRelease({ ...here, release_id });
    expect(data.immutable).toBe(true);
    expect(await refusal(upload(release_id, "late.txt"))).toMatchObject({
      status: 422,
      message: expect.stringContaining("Cannot upload assets to an immutable release.") as string,
    });
    const gone = shop.bot.rest.repos.deleteReleaseAsset({ ...here, asset_id });
    expect((await refusal(gone)).status).toBe(422);
    const moved = shop.bot.rest.repos.updateRelease({ ...here, release_id, tag_name: "v1.0.1" });
    expect((await refusal(moved)).status).toBe(422);
    expect((await shop.bot.rest.repos.updateRelease({ ...here, release_id, body: "Better" })).status).toBe(
      200,
    );
  });

  test("its tag neither moves nor goes, whoever tries", async () => {
    const before = shop.repository.sha("v1.0.0");
    const sha = shop.repository.commit({ message: "fix: later", files: { a: "1" } });
    const move = shop.bot.rest.git.updateRef({ ...here, ref: "tags/v1.0.0", sha, force: true });
    expect(await refusal(move)).toMatchObject({
      status: 422,
      message: expect.stringContaining("Repository rule violations found") as string,
    });
    expect((await refusal(shop.bot.rest.git.deleteRef({ ...here, ref: "tags/v1.0.0" }))).status).toBe(422);
    expect(() => shop.repository.moveTag("v1.0.0", sha)).toThrow("protected ref");
    expect(shop.repository.sha("v1.0.0")).toBe(before);
  });

  test("when it is deleted its tag may go, and its name is burned for ever", async () => {
    await shop.bot.rest.repos.deleteRelease({ ...here, release_id });
    shop.repository.deleteTag("v1.0.0");
    expect(() => shop.repository.tag("v1.0.0")).toThrow("creations being restricted");
    const again = await draft("v1.0.0");
    const { status, message } = await refusal(publish(again));
    expect([status, message]).toEqual([
      422,
      expect.stringContaining("tag_name was used by an immutable release"),
    ]);
    expect(shop.repository.sha("v1.0.0")).toBeNull();
    await publish(await draft("v1.0.1"));
    expect(shop.repository.sha("v1.0.1")).not.toBeNull();
  });
});
