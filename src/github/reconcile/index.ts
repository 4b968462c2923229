/**
 * Level-triggered: what webhooks should have told is asked for, and told in the same words. Each look compares what GitHub shows with what
 * the lanes know and with what the last look saw, and hands what was lost to the translation of webhooks.
 */
import type { LaneReader, RepositoryKey, Reconciler } from "../../core/ports.ts";
import type { GitHub } from "../client.ts";
import { patience } from "../failure.ts";
import { lookAtDeliveries } from "./deliveries.ts";
import { lookAtInstallations } from "./installations.ts";
import { lookAtRepository } from "./repository.ts";

export interface ReconcilerOptions {
  readonly github: GitHub;
  readonly lanes: LaneReader;
  /** Whether a delivery is in the inbox, by its GUID. */
  readonly isStored: (guid: string) => Promise<boolean>;
  readonly now: () => number;
  readonly logger: LookLogger;
}

/** The little that looks have to say. */
export interface LookLogger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export function createReconciler(options: ReconcilerOptions): Reconciler {
  return {
    async look(subject, memory) {
      try {
        switch (subject.kind) {
          case "deliveries":
            return await lookAtDeliveries(options, memory);
          case "installations":
            return await lookAtInstallations(options, memory);
          case "repository":
            return await lookAtRepository(options, keyOf(subject), memory);
        }
      } catch (error) {
        throw patience(error, options.now());
      }
    },
  };
}

function keyOf({ installation, repository }: RepositoryKey): RepositoryKey {
  return { installation, repository };
}
