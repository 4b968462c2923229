/** The table and the worst disagreements, for people. */
import type { RepositoryScore } from "./repository.ts";
import type { Score } from "./score.ts";

/** The sums of a repository's sections; the rates are between 0 and 1, or null where there was nothing to count. */
export interface Totals {
  readonly sections: number;
  readonly exact: number;
  /** Exact, or different only by a rule of Waybill's own. */
  readonly explained: number;
  readonly commits: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly sectionRight: number | null;
  readonly textRight: number | null;
  readonly fromLists: number;
  readonly versions: number;
  readonly versionsRight: number;
}

/** Adds up a repository's sections. */
export function totalsOf(scores: readonly Score[]): Totals {
  const sum = (of: (score: Score) => number) => scores.reduce((total, score) => total + of(score), 0);
  const common = sum((score) => score.common);
  const rate = (part: number, whole: number) => (whole === 0 ? null : part / whole);
  return {
    sections: scores.length,
    exact: sum((score) => Number(score.exact)),
    explained: sum((score) => Number(score.explained)),
    commits: sum((score) => score.commits),
    precision: rate(
      common,
      sum((score) => score.predicted),
    ),
    recall: rate(
      common,
      sum((score) => score.written),
    ),
    sectionRight: rate(
      sum((score) => score.sectionRight),
      common,
    ),
    textRight: rate(
      sum((score) => score.textRight),
      common,
    ),
    fromLists: sum((score) => score.fromLists),
    versions: sum((score) => Number(score.version !== null)),
    versionsRight: sum((score) => Number(score.version?.right === true)),
  };
}

const COLUMNS = [
  "sections",
  "exact",
  "",
  "precision",
  "recall",
  "section",
  "text",
  "lists",
  "versions",
  "",
] as const;

/** One line a repository. */
export function tableOf(repositories: readonly RepositoryScore[]): string {
  const rows = repositories.map(({ asked, scores }) => {
    const totals = totalsOf(scores);
    return [
      nameOf(asked),
      String(totals.sections),
      String(totals.exact),
      percent(totals.exact / totals.sections),
      String(totals.explained),
      percent(totals.explained / totals.sections),
      ...[totals.precision, totals.recall, totals.sectionRight, totals.textRight].map(percent),
      `+${totals.fromLists}`,
      `${totals.versionsRight}/${totals.versions}`,
      percent(totals.versionsRight / totals.versions),
    ];
  });
  const all = [["repository", ...COLUMNS], ...rows];
  const widths = all[0]?.map((_cell, at) => Math.max(...all.map((row) => row[at]?.length ?? 0))) ?? [];
  return all
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function nameOf({ folder, path }: RepositoryScore["asked"]): string {
  return path === "" ? folder : `${folder}:${path}`;
}

function percent(rate: number | null): string {
  return rate === null || Number.isNaN(rate) ? "-" : `${(rate * 100).toFixed(1)} %`;
}

/** The `most` sections that differ most, each with what differs and why; then what could not be scored. */
export function worstOf({ asked, scores, left, unlinked }: RepositoryScore, most: number): string {
  const differing = scores
    .filter(({ exact }) => !exact)
    .toSorted((one, other) => other.differences.length - one.differences.length);
  const lines = [`${nameOf(asked)}: ${differing.length} of ${scores.length} sections differ`];
  for (const { section, differences, written, predicted, ownBase } of differing.slice(0, most)) {
    lines.push(
      `  ${section.from}...${section.to}${ownBase ? " (from Waybill's own base)" : ""}: ${written} written, ${predicted} predicted`,
    );
    for (const { kind, sha, theirs, ours, header, why, rule } of differences)
      lines.push(
        `    ${kind.padEnd(7)} ${sha.slice(0, 7).padEnd(7)} ${plain(header).slice(0, 90)}${kind === "section" ? ` [${theirs} / ours ${ours}]` : ` [${theirs ?? ours}]: ${why}`}${rule === null ? "" : ` (by rule: ${rule})`}`,
      );
  }
  const versions = scores.filter(({ version }) => version?.right === false).slice(0, most);
  if (versions.length > 0) lines.push("  versions that differ:");
  for (const { section, version } of versions)
    lines.push(`    ${section.from} -> ${version?.written}: predicted ${version?.predicted}`);
  if (left.length + unlinked > 0)
    lines.push(
      `  not scored: ${unlinked} headers without a compare link, ${left.length} sections${reasons(left)}`,
    );
  return lines.join("\n");
}

function reasons(left: RepositoryScore["left"]): string {
  const counts = new Map<string, number>();
  for (const { why } of left) {
    const kind = why.replace(/no tag .*/, "no such tag");
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts.size === 0 ? "" : ` (${[...counts].map(([why, count]) => `${count}: ${why}`).join("; ")})`;
}

/** Text of others on a terminal: no control characters. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}
