/** Numbers as the commands on the store say them. */

const KIB = 1_024;

/** `1,204`. */
export function grouped(count: number): string {
  return count.toLocaleString("en");
}

/** `4.2 MiB`. */
export function size(bytes: number): string {
  if (bytes < KIB) return `${bytes} bytes`;
  const units = ["KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(Math.floor(Math.log(bytes) / Math.log(KIB)), units.length);
  return `${(bytes / KIB ** power).toFixed(1)} ${units[power - 1]}`;
}

/** `1 pack`, `1,204 packs`. */
function counted(count: number, word: string): string {
  return `${grouped(count)} ${word}${count === 1 ? "" : "s"}`;
}

/** Rows of a word and what is said of it, in two columns. */
export function listing(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([word]) => word.length));
  return rows.map(([word, said]) => `  ${word.padEnd(width)}  ${said}\n`).join("");
}

/** What was moved, in the words of the docs. */
export function describeRows(rows: Readonly<Record<string, number>>): string {
  const count = (name: string): number => rows[name] ?? 0;
  const of = (name: string): string => grouped(count(name));
  return listing([
    ["lanes", of("lane")],
    ["promotions", of("promotion")],
    ["jobs", `${of("job")} (those that are done stay behind)`],
    ["deliveries", `${of("inbox")}, with ${counted(count("pack"), "pack")} of payloads`],
    ["receipts", of("receipt")],
    ["looks", of("look")],
    ["parked repositories", of("parked")],
    ["audit records", `${of("audit")} of ${counted(count("audit_head"), "installation")}, unbroken`],
  ]);
}
