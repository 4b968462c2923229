/** What a scene is: what people write, in which kind of repository, and how far it is searched by default. */
import type { Bounds } from "../bounds.ts";
import type { Workflows } from "./octokit.ts";
import type { Word } from "./words.ts";

export const ENVIRONMENTS = ["staging", "prod"] as const;

export interface Scene {
  readonly name: string;
  readonly about: string;
  readonly words: readonly Word[];
  readonly workflows: Omit<Workflows, "lag">;
  readonly bounds: Bounds;
  /** Its `.github/waybill.yml`; absent: two environments that ask for nothing. */
  readonly config?: string;
  /** What was delivered to prod before, oldest first; absent: nothing. */
  readonly delivered?: readonly string[];
  /** The release whose check may change, which has failed at first; absent: nobody asks for one. */
  readonly checked?: string;
  /**
   * People's words race with what is going on, so that what is delivered in the end hangs on which comes first, as it has to: P7 says nothing then.
   */
  readonly races?: true;
  /** What is known to go wrong may happen, and counts. The scene is there to show that gap, and is left out by default. */
  readonly isStrict?: boolean;
}

export const CLAIMS = { claims: true, adopts: true };
export const DOES_NOT_CLAIM = { claims: false, adopts: true };
export const RECORDS = { claims: true, adopts: false };

export const NOTHING: Bounds = {
  replicas: 2,
  crashes: 0,
  lost: 0,
  duplicates: 1,
  lag: 3,
  slow: 0,
  failures: 0,
  revokes: 0,
  moves: 0,
  flips: 0,
  reruns: 0,
  resolves: 0,
};

export const staging = (commentId: number, version: string): Word => ({
  say: "promote",
  commentId,
  lane: 0,
  version,
});
export const prod = (commentId: number, version: string): Word => ({
  say: "promote",
  commentId,
  lane: 1,
  version,
});
