/** Scenes that the effects' rows do not have. */
import { deployWorkflow, shopConfig } from "../../src/cli/demo/shop.ts";
import type { Scene } from "../../test/faults/effect-scenes.ts";
import { prodConfig } from "../../test/support/shop.ts";

/** As people work who do not wait for what they asked for before they ask for more. */
const SHORT_MS = 10;

/** A merge, its tag, and a command for whatever staging has by then, and one for the new version: the first may find it not there yet. */
export const rounds: Scene = {
  options: { config: (url) => shopConfig(url) },
  async play({ merge, shop }, settle) {
    const minor = 4 + Object.keys(shop.refs()).filter((ref) => ref.startsWith("refs/tags/")).length;
    const thread = merge(`feat(api): change ${minor}`);
    await settle(SHORT_MS);
    shop.tag(`v1.${minor}.0`, { by: "ana" });
    shop.comment(thread, "/promote prod", "ana");
    await settle();
    shop.comment(thread, `/promote prod 1.${minor}.0`, "ana");
    await settle();
  },
};

/** Runs do not claim: nobody can know whether a dispatch of which no answer was heard will begin, so that a person is asked. */
export const unclaimed: Scene = {
  options: { config: () => prodConfig(), workflow: deployWorkflow({ claims: false }) },
  async play({ merge, shop }, settle) {
    merge("feat(api): accept vouchers");
    await settle();
    shop.tag("v1.5.0", { by: "ana" });
    await settle();
    shop.comment(1, "/promote prod", "ana");
    await settle();
  },
};
