/** A seeded bug: what is replaced in the real code, and where it should be noticed. */
export interface Patch {
  /** From the root of the repository. */
  readonly file: string;
  /** Must stand there exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Bug {
  readonly name: string;
  readonly about: string;
  /** The search that is begun with; the others follow, should it find nothing. */
  readonly scene: string;
  readonly patches: readonly Patch[];
  /** Whether `npm run chaos` finds it, too. */
  readonly chaos?: true;
  /** Whether `npm run kill` finds it, too. */
  readonly kill?: true;
}
