/** What comments say of a rollout that differs from its rehearsals (`rehearsal.hbs`). */
import type { RehearsalWords } from "../core/rehearsal-views.ts";

const NO_NAMES = { names: [], more: 0 } as const;

/** Every field that a line may name; no line where nothing differs. */
export function rehearsalPage({ rehearsal }: RehearsalWords): object {
  const lines = rehearsal?.lines ?? [];
  return {
    differences: lines.map(({ components, needs, file, fileThere, refThere, ...line }) => ({
      ...line,
      components,
      count: components.names.length + components.more,
      needs: needs ?? NO_NAMES,
      file: file ?? null,
      fileThere: fileThere ?? null,
      refThere: refThere ?? null,
    })),
    moreDifferences: rehearsal?.more ?? 0,
  };
}
