/**
 * The rollback floor: an environment does not go back past migrations that running an older release cannot take back, unless a person says why. What
 * its database has seen is more than what was delivered last: what may have landed unseen counts, and what was rolled back, too.
 */
import lt from "semver/functions/lt.js";
import valid from "semver/functions/valid.js";
import type { ComponentConfig } from "../config/index.ts";
import type { RestoreOffer, RestoreOrder } from "../database/model.ts";
import { floorOf, migrationsIn, type MigrationSeen } from "../migrations.ts";
import type { Problem } from "../promotion.ts";
import type { Bad } from "./pin.ts";
import type { Ground } from "./rollback.ts";
import { isSameRelease } from "../release.ts";

/** Something that the database of an environment may have been migrated by. Its version may be none, where it was deployed by hand. */
export type Landed = Bad;

/** A migration that a rollback goes past, and what brought it. */
export interface MigrationPassed extends MigrationSeen {
  readonly version: string;
}

/** What a rollback goes past: `known` is false where GitHub could not tell all files that changed. */
export interface MigrationsPassed {
  readonly known: boolean;
  readonly seen: readonly MigrationPassed[];
}

/** What the last look before a rollback is made by. */
export interface RoadBack {
  readonly landed: readonly Landed[];
  /** Whether whoever asked for it has said why. */
  readonly reasoned: boolean;
  /** What could be restored, and what is; absent where nothing. */
  readonly offer?: RestoreOffer;
  readonly restore?: RestoreOrder;
}

/** So many commits are compared with the one that is gone back to: what may run now comes first, then what ran since, newest first. */
const MOST_LANDED = 12;

/** What the database may have seen that the release which is gone back to does not know. */
export function landedBeyond(target: Bad, ground: Ground): readonly Landed[] {
  const { delivered, disturbed = null, pin = null, active } = ground;
  const last = delivered.findLastIndex((one) => isSameRelease(one, target));
  const all: readonly Landed[] = [
    delivered.at(-1) ?? [],
    disturbed ?? [],
    disturbed?.byHand ?? [],
    active?.sha === undefined ? [] : { version: active.version, sha: active.sha },
    (pin?.bad ?? []).toReversed(),
    delivered.slice(last + 1).toReversed(),
  ].flat();
  return all
    .filter(
      ({ version, sha }, index) =>
        sha !== target.sha &&
        !isLower(version, target.version) &&
        all.findIndex((other) => other.sha === sha) === index,
    )
    .slice(0, MOST_LANDED)
    .map(({ version, sha }) => ({ version, sha }));
}

/** What was deployed by hand may have no version: then it may be anything. */
function isLower(version: string, target: string): boolean {
  return valid(version) !== null && lt(version, target);
}

/**
 * The migrations that are gone past, each by the oldest of what brought it.
 *
 * @param compared the files in which each of them differs from what is gone back to; null where that is not known
 * @returns null where there are none
 */
export function migrationsPassed(
  components: readonly ComponentConfig[],
  compared: readonly { readonly landed: Landed; readonly files: readonly string[] | null }[],
): MigrationsPassed | null {
  const found = new Map<string, MigrationPassed & { readonly known: boolean }>();
  for (const { landed, files } of compared) {
    const { known } = migrationsIn(components, files);
    for (const seen of floorOf(migrationsIn(components, files)))
      // What is only feared says less than what is known.
      if (known || !found.has(seen.component))
        found.set(seen.component, { ...seen, version: landed.version, known });
  }
  if (found.size === 0) return null;
  const passed = [...found.values()];
  return { known: passed.every(({ known }) => known), seen: passed.map(({ known: _known, ...one }) => one) };
}

/** Whether somebody has said why: dots and dashes say nothing. */
export function isReason(reason: string | null | undefined): boolean {
  return /[\p{L}\p{N}]/u.test(reason ?? "");
}

/** Why a rollback past such migrations is not done without a reason. */
export function pastMigrations(
  environment: string,
  { version }: Pick<Bad, "version">,
  { known, seen }: MigrationsPassed,
  offer: RestoreOffer | null = null,
): Problem {
  const named = (kind: MigrationSeen["kind"]): string =>
    seen.flatMap((one) => (one.kind === kind ? [`${one.component} with ${one.version}`] : [])).join(", ");
  return {
    code: "past-migrations",
    detail: {
      environment,
      version,
      known,
      irreversible: named("irreversible"),
      contract: named("contract"),
      ...(offer === null ? {} : { restore: offer.workflow, point: offer.point }),
    },
  };
}
