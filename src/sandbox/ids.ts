/** Where each kind of id starts: at the sizes that GitHub has today, so that a 32-bit assumption breaks here first. */
const STARTS = {
  account: 90_000_101,
  repository: 810_000_001,
  installation: 52_000_001,
  issue: 2_700_000_001,
  pull: 2_200_000_001,
  comment: 3_100_000_001,
  reaction: 270_000_001,
  label: 7_800_000_001,
  release: 180_000_001,
  deployment: 2_600_000_001,
  deploymentStatus: 4_900_000_001,
  environment: 3_800_000_001,
  team: 9_400_001,
  commitStatus: 33_000_000_001,
  asset: 210_000_001,
  workflow: 140_000_001,
  run: 19_300_000_001,
  job: 54_000_000_001,
  checkRun: 54_900_000_001,
  delivery: 18_000_000_001,
  call: 1,
} as const;

export type IdKind = keyof typeof STARTS;

/** Hands out ids, ascending per kind; `offset` keeps them apart from those of another stand-in. */
export class Ids {
  readonly #next = new Map<IdKind, number>();
  readonly #offset: number;

  constructor(offset = 0) {
    this.#offset = offset;
  }

  next(kind: IdKind): number {
    const id = this.#next.get(kind) ?? STARTS[kind] + this.#offset;
    this.#next.set(kind, id + 1);
    return id;
  }
}

/** An opaque node id in the style of GitHub's older ones: its kind and number, in base64. */
export function nodeId(kind: string, id: number | string): string {
  return Buffer.from(`0${kind.length}:${kind}${id}`).toString("base64");
}
