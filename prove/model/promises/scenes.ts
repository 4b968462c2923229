/** The scenes. To add one: a row here, or in a file of its own for a new feature. */
import { GATES_SCENES } from "./scenes-gates.ts";
import { GOING_ON_SCENES } from "./scenes-going-on.ts";
import { HOTFIX_SCENES } from "./scenes-hotfix.ts";
import { ROLLBACK_SCENES } from "./scenes-rollback.ts";
import { CLAIMS, DOES_NOT_CLAIM, NOTHING, prod, RECORDS, staging, type Scene } from "./scene.ts";

export const SCENES: readonly Scene[] = [
  {
    name: "in-order",
    about: "1.5.0 and then 1.6.0 to prod, by workflows that claim",
    words: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, crashes: 1, lost: 1 },
  },
  {
    name: "two-crashes",
    about: "the same, while two workers die or stall",
    words: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, crashes: 2 },
  },
  {
    name: "two-lost",
    about: "the same, while two answers are lost",
    words: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, lost: 2 },
  },
  {
    name: "older-second",
    about: "1.6.0 and then 1.5.0 to prod: the older one must not land after the newer one",
    words: [prod(101, "1.6.0"), prod(102, "1.5.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, lost: 1, failures: 1 },
  },
  {
    name: "three-in-line",
    about: "1.4.2, 1.5.0 and 1.6.0 to prod: first in, first out",
    words: [prod(101, "1.4.2"), prod(102, "1.5.0"), prod(103, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, failures: 1 },
  },
  {
    name: "side-by-side",
    about: "1.5.0 to staging and 1.6.0 to prod at once",
    words: [staging(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, lost: 1 },
  },
  {
    name: "unclaimed",
    about: "1.5.0 and then 1.6.0 to prod, by workflows that do not claim: what is lost needs a person",
    words: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: DOES_NOT_CLAIM,
    bounds: { ...NOTHING, crashes: 1, lost: 1, resolves: 1 },
  },
  {
    name: "gates",
    about: "1.5.0 to prod, while the right is taken away and the tag is moved",
    words: [prod(101, "1.5.0")],
    workflows: RECORDS,
    bounds: { ...NOTHING, duplicates: 0, slow: 1, revokes: 1, moves: 1 },
  },
  {
    name: "records",
    about: "1.5.0 to prod, by a workflow that makes no deployment record itself",
    words: [prod(101, "1.5.0")],
    workflows: RECORDS,
    bounds: { ...NOTHING, crashes: 2, lost: 1 },
  },
  {
    name: "moved-tag",
    about: "1.5.0 and then 1.6.0 to prod, while the tag is moved",
    words: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: CLAIMS,
    bounds: { ...NOTHING, moves: 1 },
  },
  {
    name: "run-again",
    about: "1.5.0 and then 1.6.0 to prod, of which one run is run again by hand",
    words: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: DOES_NOT_CLAIM,
    bounds: { ...NOTHING, failures: 1, reruns: 1 },
  },
  {
    name: "resolved-unseen",
    about: "1.5.0 and then 1.6.0 to prod, of which one lands unseen before a person gives prod free",
    words: [prod(101, "1.5.0"), prod(102, "1.6.0")],
    workflows: DOES_NOT_CLAIM,
    bounds: { ...NOTHING, lost: 1, resolves: 1 },
  },
  ...GATES_SCENES,
  ...ROLLBACK_SCENES,
  ...HOTFIX_SCENES,
  ...GOING_ON_SCENES,
  {
    name: "recorded-late",
    about:
      "an open gap, left out by default: a worker that stood still over a deployment record makes a second one",
    words: [prod(101, "1.5.0")],
    workflows: RECORDS,
    bounds: { ...NOTHING, crashes: 1 },
    isStrict: true,
  },
];
