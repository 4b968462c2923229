/** The scenes of the leases: how many webhooks come, and how far each is searched by default. */
import type { Bounds } from "../bounds.ts";

export interface LeasesScene {
  readonly name: string;
  readonly about: string;
  readonly deliveries: number;
  readonly bounds: Bounds;
}

const NOTHING: Bounds = {
  replicas: 2,
  crashes: 0,
  lost: 0,
  duplicates: 1,
  lag: 0,
  slow: 0,
  failures: 0,
  revokes: 0,
  moves: 0,
  flips: 0,
  reruns: 0,
  resolves: 0,
};

export const LEASES_SCENES: readonly LeasesScene[] = [
  {
    name: "leases",
    about:
      "one webhook, while the server dies, and workers die, stand still (slow) and do not hear that they got a job (lost)",
    deliveries: 1,
    bounds: { ...NOTHING, crashes: 1, lost: 1, slow: 4 },
  },
  {
    name: "lost-claims",
    about: "two webhooks at once, while a worker does not hear that it got a job",
    deliveries: 2,
    bounds: { ...NOTHING, duplicates: 0, lost: 1 },
  },
];
