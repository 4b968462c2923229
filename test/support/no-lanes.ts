import type { LaneReader } from "../../src/core/ports.ts";

/** Lanes of which nobody knows anything: nothing has happened in any environment. */
export const NO_LANES: LaneReader = {
  repositories: () => Promise.resolve([]),
  environments: () => Promise.resolve([]),
  repository: () => Promise.resolve(null),
  environment: () => Promise.resolve(null),
  promotion: () => Promise.resolve(null),
};
