/**
 * A strict reader of Prometheus's text format, for tests: what it takes, Prometheus takes, and more than that it wants to see families whole
 * and in one place. https://prometheus.io/docs/instrumenting/exposition_formats/#text-format-details
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly samples: readonly Sample[];
}

const NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const HELP = new RegExp(`^# HELP (${NAME}) (.+)$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram|summary)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`);
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const NUMBER = /^(?:[+-]?Inf|NaN|[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;

/** Reads a scrape. Throws, with the line, on whatever is not as it should be. */
export function readExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families = new Map<string, Family & { samples: Sample[] }>();
  let current: (Family & { samples: Sample[] }) | null = null;
  let help: RegExpExecArray | null = null;
  const seen = new Set<string>();
  for (const line of text.slice(0, -1).split("\n")) {
    if (line === "") continue;
    const [, helped, words = ""] = (help = HELP.exec(line) ?? help) ?? [];
    if (line.startsWith("# HELP")) {
      if (HELP.exec(line) === null) throw new Error(`no help: ${line}`);
      continue;
    }
    if (line.startsWith("#")) {
      const [, name, type] = TYPE.exec(line) ?? fail(line);
      if (name === undefined || name !== helped || families.has(name)) return fail(line);
      current = { name, help: words, type: type as Family["type"], samples: [] };
      families.set(name, current);
      continue;
    }
    const sample = readSample(line);
    if (current === null || !belongs(sample, current)) return fail(line);
    const series = `${sample.name} ${JSON.stringify(sample.labels, Object.keys(sample.labels).toSorted())}`;
    if (seen.has(series)) throw new Error(`a series stands there twice: ${line}`);
    seen.add(series);
    current.samples.push(sample);
  }
  for (const family of families.values()) if (family.type === "histogram") checkHistogram(family);
  return families;
}

/** How many series a scrape has. */
export function seriesOf(families: ReadonlyMap<string, Family>): number {
  return [...families.values()].reduce((sum, { samples }) => sum + samples.length, 0);
}

/** The value of the one sample with these labels (others may be there too); null where there is none. */
export function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | null {
  const samples = [...families.values()].flatMap((family) => family.samples);
  const found = samples.filter(
    (one) =>
      one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value),
  );
  return found.length === 0 ? null : found.reduce((sum, { value }) => sum + value, 0);
}

function readSample(line: string): Sample {
  const [, name = "", inside = "", value = ""] = SAMPLE.exec(line) ?? fail(line);
  if (!NUMBER.test(value)) return fail(line);
  const labels: Record<string, string> = {};
  for (LABEL.lastIndex = 0; LABEL.lastIndex < inside.length;) {
    const [, label = "", text = ""] = LABEL.exec(inside) ?? fail(line);
    if (Object.hasOwn(labels, label) || label.startsWith("__")) return fail(line);
    labels[label] = text.replaceAll(/\\(.)/g, (_all, sign: string) => (sign === "n" ? "\n" : sign));
  }
  return {
    name,
    labels,
    value: value.endsWith("Inf") ? (value.startsWith("-") ? -Infinity : Infinity) : Number(value),
  };
}

function belongs({ name, value }: Sample, family: Family): boolean {
  if (family.type === "histogram")
    return ["_bucket", "_sum", "_count"].some((ending) => name === `${family.name}${ending}`);
  if (family.type === "summary")
    return ["", "_sum", "_count"].some((ending) => name === `${family.name}${ending}`);
  if (family.type === "counter" && !(value >= 0)) return false;
  return name === family.name;
}

/** Buckets grow, end in +Inf, and that is the count. */
function checkHistogram({ name, samples }: Family): void {
  const bySeries = Map.groupBy(samples, ({ labels: { le: _le, ...others } }) => JSON.stringify(others));
  for (const group of bySeries.values()) {
    const buckets = group.filter((one) => one.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => (labels["le"] === "+Inf" ? Infinity : Number(labels["le"])));
    const counts = buckets.map(({ value }) => value);
    const grows = (list: readonly number[]): boolean =>
      list.every((one, at) => at === 0 || one >= (list[at - 1] ?? 0));
    const count = group.find((one) => one.name === `${name}_count`)?.value;
    if (!grows(bounds) || !grows(counts) || bounds.at(-1) !== Infinity || counts.at(-1) !== count)
      throw new Error(`the buckets of ${name} do not fit`);
  }
}

function fail(line: string): never {
  throw new Error(`not in Prometheus's text format: ${line}`);
}
