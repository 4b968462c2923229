import { describe } from "vitest";
import { openStore } from "../../src/store/index.ts";
import { storeContract } from "./contract.ts";
import { temporaryFolder } from "./given.ts";

describe("the store on SQLite", () => {
  storeContract({
    createDatabase: async () => `sqlite:${temporaryFolder()}/data/waybill.db`,
    open: (address, clock) => openStore(address, { cwd: "/", clock }),
  });
});
