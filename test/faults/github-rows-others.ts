/** The rows of effects that are about runs which Waybill did not start; see github-rows.ts. */
import { byHand, dispatched, runAgain } from "./github-given.ts";
import type { Row } from "./github-rows.ts";

export const OTHERS: { readonly lookAtOutOfBand: Row<"lookAtOutOfBand"> } = {
  lookAtOutOfBand: {
    scenes: [
      {
        name: "that goes on",
        given: async (shop, bench) => byHand(shop, await dispatched(shop, bench, "hang")),
      },
      {
        name: "that was run again",
        async given(shop, bench) {
          const run = await dispatched(shop, bench, "hang");
          shop.repository.finishRun(run, "fail");
          await bench.sandbox.settled();
          await runAgain(shop, bench, run);
          return byHand(shop, run);
        },
      },
      {
        name: "that has ended, of which nobody knows where",
        async given(shop, bench) {
          const run = await dispatched(shop, bench, "hang");
          shop.repository.finishRun(run, "succeed");
          await bench.sandbox.settled();
          return byHand(shop, run);
        },
      },
    ],
    // One that is not found any more is not waited for.
    transient: [],
    permanent: ["said", "given up"],
    attempts: 8,
    says: ["OutOfBandSeen"],
  },
};
