/** The lanes as the store has them, for whoever needs to know of them without deciding anything. */
import type { LaneKey, LaneReader, Store } from "../core/ports.ts";
import type { Promotion } from "../core/promotion.ts";
import { toLaneState } from "./lanes.ts";

export function createLaneReader(store: Store): LaneReader {
  const read = async (key: LaneKey) => {
    const stored = await store.readLane(key);
    return stored === null ? null : toLaneState(key, stored);
  };
  return {
    async repositories(installation) {
      return (await store.repositories(installation)).map(({ repository }) => repository);
    },
    environments: (repository) => store.environments(repository),
    async repository(installation, repository) {
      const lane = await read({ installation, repository, environment: "" });
      return lane?.kind === "repository" ? lane : null;
    },
    async environment(installation, repository, environment) {
      const lane = await read({ installation, repository, environment });
      return lane?.kind === "environment" ? lane : null;
    },
    async promotion({ installation, repository }, id) {
      const stored = await store.readPromotion(installation, repository, id);
      return stored === null ? null : (stored.data as Promotion);
    },
  };
}
