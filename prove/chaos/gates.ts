/**
 * Gates: where the code meets the store, GitHub or a webhook, it waits until the teller of the case lets it pass. So who goes when is chosen, and
 * whoever dies at a gate has died there.
 */
import type { Being } from "./surroundings.ts";

export type GateKind =
  /** Before and after an operation of the store. */
  | "store"
  | "stored"
  /** Before a call reaches GitHub, and before its answer is heard. */
  | "call"
  | "answer"
  /** Before a webhook arrives. */
  | "webhook"
  /** Before a call of a workflow's job reaches GitHub. */
  | "job";

export interface Gate {
  readonly kind: GateKind;
  /** Who waits; null for GitHub. */
  readonly being: Being | null;
  /** What for: `transaction`, `POST /repos/…`. */
  readonly what: string;
  /** Lets pass; `how` is told to whoever waits. */
  readonly open: (how: unknown) => void;
  readonly shut: (error: Error) => void;
}

/**
 * What a process meets at every gate once it is dead. It waits no more, because others may wait for it in what all processes of a case share, unlike real
 * ones: the memory of their libraries.
 */
class DeadError extends Error {
  override readonly name = "DeadError";
}

export class Gates {
  readonly waiting: Gate[] = [];

  /** Waits until it is opened, and answers how: what the teller has chosen. */
  pass<How>(kind: GateKind, being: Being | null, what: string): Promise<How> {
    return new Promise((resolve, reject) => {
      if (being !== null && !being.alive) reject(new DeadError("this process is dead"));
      else this.waiting.push({ kind, being, what, open: resolve as (how: unknown) => void, shut: reject });
    });
  }

  open(gate: Gate, how?: unknown): void {
    const at = this.waiting.indexOf(gate);
    if (at === -1) throw new Error("nobody waits at this gate");
    this.waiting.splice(at, 1);
    gate.open(how);
  }

  /** Whoever waits and is dead gets no further. */
  bury(): void {
    const all = this.waiting.splice(0);
    for (const gate of all) {
      if (gate.being === null || gate.being.alive) this.waiting.push(gate);
      else gate.shut(new DeadError("this process is dead"));
    }
  }
}
