/**
 * Between a lane as it is stored and a lane as it is decided on. The environment's row keeps the order of the queue;
 * each open promotion has a row of its own.
 */
import { newLane, type LaneState } from "../core/decide.ts";
import type { EnvironmentLane } from "../core/environment.ts";
import type { LaneKey, StoredLane, StoredPromotion, StoreTransaction } from "../core/ports.ts";
import { hasEnded, type Promotion } from "../core/promotion.ts";
import type { RepositoryLane } from "../core/repository.ts";

/** All of the lane but its promotions, of which it keeps the ids. */
interface EnvironmentRow extends Omit<EnvironmentLane, "active" | "waiting" | "ended" | "left"> {
  /** Absent in what an earlier Waybill stored. */
  readonly left?: EnvironmentLane["left"];
  readonly active: string | null;
  readonly waiting: readonly string[];
}

/** The lane's state for `decide`, put together from its row and its open promotions. */
export function toLaneState(key: LaneKey, stored: StoredLane): LaneState {
  if (stored.state === null) return newLane(key.environment);
  // What a newer version of the code has added to the lane has its first value then.
  if (key.environment === "") return { ...newLane(""), ...(stored.state as RepositoryLane) };
  const row = stored.state as EnvironmentRow;
  const byId = new Map(
    stored.promotions.map((promotion) => [promotion.id as string, promotion.data as Promotion]),
  );
  const promotion = (id: string): Promotion => {
    const found = byId.get(id);
    if (found === undefined)
      throw new Error(`promotion ${id} is in the lane ${laneName(key)} but has no row`);
    return found;
  };
  return {
    ...newLane(key.environment),
    ...row,
    active: row.active === null ? null : promotion(row.active),
    waiting: row.waiting.map(promotion),
    ended: [],
    left: row.left ?? { kind: hasBegunHere(row) ? "none" : "unseen" },
  };
}

/** Whether a lane that was stored before anybody looked for what was left has begun or delivered something of its own. */
function hasBegunHere({ active, delivered }: EnvironmentRow): boolean {
  return active !== null || delivered.length > 0;
}

/** Writes what a decision changed: the lane's row, and each promotion's where it differs. */
export async function saveLaneState(
  tx: StoreTransaction,
  key: LaneKey,
  stored: StoredLane,
  state: LaneState,
): Promise<void> {
  if (state.kind === "repository") {
    if (differs(state, stored.state)) await tx.saveLane(key, stored.rev, state);
    return;
  }
  const { active, waiting, ended, ...rest } = state;
  const row: EnvironmentRow = {
    ...rest,
    active: active?.id ?? null,
    waiting: waiting.map((promotion) => promotion.id),
  };
  const before = new Map(stored.promotions.map((promotion) => [promotion.id as string, promotion]));
  const now = [...(active === null ? [] : [active]), ...waiting, ...ended];
  for (const promotion of now) {
    const known = before.get(promotion.id);
    if (known === undefined || differs(promotion, known.data))
      await tx.savePromotion(key, rowOf(promotion, known));
  }
  if (differs(row, stored.state)) await tx.saveLane(key, stored.rev, row);
}

function rowOf(promotion: Promotion, known: StoredPromotion | undefined): StoredPromotion {
  return { id: promotion.id, rev: known?.rev ?? 0, open: !hasEnded(promotion), data: promotion };
}

function differs(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** A lane in words, for keys, logs and audit scopes: `12/34/prod`; the repository's own lane ends in a slash. */
export function laneName(key: LaneKey): string {
  return `${key.installation}/${key.repository}/${key.environment}`;
}
