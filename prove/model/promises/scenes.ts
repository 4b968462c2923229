/** The scenes: what people ask for, in which kind of repository, and how far each is searched by default. */
import type { Bounds } from "../bounds.ts";
import type { Workflows } from "./octokit.ts";

export const ENVIRONMENTS = ["staging", "prod"] as const;

export interface Command {
  readonly commentId: number;
  /** Its place in ENVIRONMENTS. */
  readonly lane: number;
  readonly version: string;
}

export interface Scene {
  readonly name: string;
  readonly about: string;
  readonly commands: readonly Command[];
  readonly workflows: Omit<Workflows, "lag">;
  readonly bounds: Bounds;
  /** What is known to go wrong may happen, and counts. The scene is there to show that gap, and is left out by default. */
  readonly isStrict?: boolean;
}

const CLAIMS = { claims: true, adopts: true };
const DOES_NOT_CLAIM = { claims: false, adopts: true };
const RECORDS = { claims: true, adopts: false };

const NOTHING: Bounds = {
  replicas: 2,
  crashes: 0,
  lost: 0,
  duplicates: 1,
  lag: 3,
  slow: 0,
  failures: 0,
  revokes: 0,
  moves: 0,
  reruns: 0,
  resolves: 0,
};

const staging = (commentId: number, version: string): Command => ({ commentId, lane: 0, version });
const prod = (commentId: number, version: string): Command => ({ commentId, lane: 1, version });

export const SCENES: readonly Scene[] = [
  {
    name: "in-order",
    about: "1.5.0 and then 1.6.0 to prod, by workflows that claim",
    commands: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, crashes: 1, lost: 1 },
  },
  {
    name: "two-crashes",
    about: "the same, while two workers die or stall",
    commands: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, crashes: 2 },
  },
  {
    name: "two-lost",
    about: "the same, while two answers are lost",
    commands: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, lost: 2 },
  },
  {
    name: "older-second",
    about: "1.6.0 and then 1.5.0 to prod: the older one must not land after the newer one",
    commands: [prod(101, "1.6.0"), prod(102, "1.5.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, lost: 1, failures: 1 },
  },
  {
    name: "three-in-line",
    about: "1.4.2, 1.5.0 and 1.6.0 to prod: first in, first out",
    commands: [prod(101, "1.4.2"), prod(102, "1.5.0"), prod(103, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, failures: 1 },
  },
  {
    name: "side-by-side",
    about: "1.5.0 to staging and 1.6.0 to prod at once",
    commands: [staging(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, lost: 1 },
  },
  {
    name: "unclaimed",
    about: "1.5.0 and then 1.6.0 to prod, by workflows that do not claim: what is lost needs a person",
    commands: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: DOES_NOT_CLAIM,
    bounds: { ...NOTHING, crashes: 1, lost: 1, resolves: 1 },
  },
  {
    name: "gates",
    about: "1.5.0 to prod, while the right is taken away and the tag is moved",
    commands: [prod(101, "1.5.0")],
    workflows: RECORDS,
    bounds: { ...NOTHING, duplicates: 0, slow: 1, revokes: 1, moves: 1 },
  },
  {
    name: "records",
    about: "1.5.0 to prod, by a workflow that makes no deployment record itself",
    commands: [prod(101, "1.5.0")],
    workflows: RECORDS,
    bounds: { ...NOTHING, crashes: 2, lost: 1 },
  },
  {
    name: "moved-tag",
    about: "1.5.0 and then 1.6.0 to prod, while the tag is moved",
    commands: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, moves: 1 },
  },
  {
    name: "run-again",
    about: "1.5.0 and then 1.6.0 to prod, of which one run is run again by hand",
    commands: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: DOES_NOT_CLAIM,
    bounds: { ...NOTHING, failures: 1, reruns: 1 },
  },
  {
    name: "resolved-unseen",
    about: "1.5.0 and then 1.6.0 to prod, of which one lands unseen before a person gives prod free",
    commands: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: DOES_NOT_CLAIM,
    bounds: { ...NOTHING, lost: 1, resolves: 1 },
  },
  {
    name: "recorded-late",
    about:
      "an open gap, left out by default: a worker that stood still over a deployment record makes a second one",
    commands: [prod(101, "1.5.0")],
    workflows: RECORDS,
    bounds: { ...NOTHING, crashes: 1 },
    isStrict: true,
  },
];
