/** What an act is: something that people may do in a case. */
import type { Random } from "../../random.ts";
import type { People } from "../people.ts";
import type { Setting } from "../setting.ts";

/** Something that is done at its time. */
export interface Deed {
  /** In words, for the story. */
  readonly say: string;
  readonly do: (people: People) => void;
  /** What was written for what there was before may be read amiss: somebody has to compare GitHub with the store for it to be found. */
  readonly needsLooks?: true;
}

/** What deeds are drawn from: chance, the place, and what there will be by then. */
export interface Draft {
  readonly random: Random;
  readonly setting: Setting;
  /** Every release that will have been made, oldest first. */
  readonly versions: string[];
}

export interface Act {
  readonly name: string;
  /** How often it is drawn, against the others. */
  readonly weight: number;
  /**
   * Only order, number and time of webhooks may differ between two tellings that must come to the same versions (P7): an act may be in them whose
   * outcome does not hang on when it is heard of.
   */
  readonly isTimeless?: (setting: Setting) => boolean;
  /** Draws what exactly is done; null where it makes no sense here. */
  readonly draw: (draft: Draft) => Deed | null;
}

/** A deed that is a command. */
export function commandDeed(text: string, by = "ana"): Deed {
  return { say: `${by}: ${text}`, do: (people) => people.command(text, by) };
}

/** A deed that is a command, by which something may be held while others pass it, and another that lifts it before the case ends at the latest. */
export function holdingDeed(text: string, lifting: string): Deed {
  const deed = commandDeed(text);
  return {
    ...deed,
    do(people) {
      people.mayHold = true;
      deed.do(people);
      people.amend(() => people.command(lifting));
    },
  };
}

/** An environment to which people promote: none that takes every merge by itself. */
export function environmentFrom({ random, setting }: Draft): string {
  return random.of(setting.environments.filter((name) => name !== "dev"));
}
