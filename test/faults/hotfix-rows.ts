/** The rows of the effects of hotfixes (`github-rows.ts`). */
import type { Row } from "./github-rows.ts";
import * as hotfix from "./hotfix-given.ts";

type HotfixEffect = "openHotfix" | "lookAtHotfix" | "openForwardPort" | "lookAtForwardPort";

export const HOTFIX_ROWS: { readonly [Type in HotfixEffect]: Row<Type> } = {
  openHotfix: {
    scenes: [
      { name: "new", given: (shop, bench) => hotfix.open(shop, bench) },
      { name: "made, but nobody heard", again: true, given: (shop, bench) => hotfix.open(shop, bench) },
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["HotfixRefused"],
  },
  lookAtHotfix: {
    scenes: [{ name: "that has moved on", given: (shop, bench) => hotfix.look(shop, bench) }],
    transient: [],
    permanent: ["given up", "let go"],
  },
  openForwardPort: {
    scenes: [
      { name: "new", given: (shop, bench) => hotfix.port(shop, bench) },
      { name: "opened, but nobody heard", again: true, given: (shop, bench) => hotfix.port(shop, bench) },
      { name: "opened for an earlier patch", given: (shop, bench) => hotfix.portOfAnother(shop, bench) },
    ],
    transient: [],
    permanent: ["said", "given up"],
    says: ["ForwardPortSeen"],
  },
  lookAtForwardPort: {
    scenes: [{ name: "that is open", given: (shop, bench) => hotfix.ported(shop, bench) }],
    transient: [],
    permanent: ["said", "given up"],
    says: ["ForwardPortSeen"],
  },
};
