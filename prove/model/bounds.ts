/** How far the search goes. Each is an argument of the command; the scenes say what is usual for them. */
export const BOUNDS = {
  replicas: "workers that each have one job in hand",
  crashes: "times that a worker dies or stalls with a job in hand",
  lost: "answers of GitHub that nobody hears",
  duplicates: "times that each webhook comes once more",
  lag: "looks at the list of runs that may miss a new run",
  slow: "ticks (of a minute) that pass although work is due",
  failures: "runs that fail",
  revokes: "times that a person's right is taken away",
  moves: "times that the release's tag is moved, or moved back",
  flips: "times that the release's check is run again and ends otherwise",
  reruns: "times that somebody runs a run again",
  resolves: "times that a person resolves what needs one",
} as const;

export type BoundName = keyof typeof BOUNDS;
export type Bounds = Readonly<Record<BoundName, number>>;

/** What is used up as things happen; the others hold at any time. In the order in which a state keeps them. */
export const SPENT = [
  "crashes",
  "lost",
  "slow",
  "failures",
  "revokes",
  "moves",
  "flips",
  "reruns",
  "resolves",
] as const;
export type SpentName = (typeof SPENT)[number];
