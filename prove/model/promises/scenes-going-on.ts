/** Scenes of what people do about what is under way: they take it back, or go on from where it failed. */
import { CLAIMS, DOES_NOT_CLAIM, NOTHING, prod, type Scene } from "./scene.ts";

const TWO_COMPONENTS = `
components:
  api: { workflow: deploy.yml }
  web: { workflow: deploy.yml, needs: [api] }
environments:
  staging: {}
  prod: {}
`;

export const GOING_ON_SCENES: readonly Scene[] = [
  {
    name: "cancelled",
    about: "1.5.0 and then 1.6.0 to prod, of which 1.5.0 is cancelled",
    words: [
      prod(101, "1.5.0"),
      prod(102, "1.6.0"),
      { say: "cancel", commentId: 103, lane: 1, version: "1.5.0" },
    ],
    workflows: DOES_NOT_CLAIM,
    bounds: { ...NOTHING, duplicates: 0, lost: 1 },
    races: true,
  },
  {
    name: "retried",
    about:
      "1.5.0 to prod, two components one after the other, of which one fails; then a retry, which may fail, too",
    words: [
      prod(101, "1.5.0"),
      { say: "retry", commentId: 102, lane: 1, version: "1.5.0", of: "c101", after: "failure-c101" },
    ],
    config: TWO_COMPONENTS,
    workflows: CLAIMS,
    bounds: { ...NOTHING, failures: 2 },
  },
];
