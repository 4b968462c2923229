/** `measure`: numbers that tell how the system performs, asked for around a rollout. */
import { z } from "zod";
import type { MeasureConfig, MeasuresConfig } from "../measures.ts";
import { durationField, jsonPathField, ruled, urlField } from "./fields.ts";
import type { Findings } from "./findings.ts";
import { headersField } from "./header-fields.ts";
import type { Path } from "./located.ts";
import { durationMs } from "./names.ts";
import type { PipelinePlace } from "./pipeline.ts";
import { checkSentHeaders, warnOfInnerHost } from "./probes.ts";

const MOST_NUMBERS = 8;
/** Where Prometheus' answer to an instant query has its one number. https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
const PROMETHEUS_NUMBER = "$.data.result[0].value[1]";

const wordField = (most: number) =>
  ruled((text) =>
    /^[\p{L}\p{N}%/][\p{L}\p{N} %/._()-]*$/u.test(text) && text.length <= most
      ? null
      : {
          message: `no name of up to ${most} letters, digits, spaces and \`% / . _ ( ) -\``,
          mend: "write it shorter and plainer, such as `p95 latency`",
        },
  );

const numberSchema = z
  .strictObject({
    name: wordField(40).describe("What it is called in the receipt."),
    unit: wordField(12).optional().describe("What it is counted in, such as `ms`."),
    url: urlField.optional().describe("The address that is asked by GET for a JSON answer."),
    json: jsonPathField
      .optional()
      .describe("Where the number stands in the answer to `url`: `$.latency.p95`."),
    prometheus: urlField
      .optional()
      .describe(
        "In place of `url`: a Prometheus, such as `https://prometheus.example`, which is asked `query`.",
      ),
    query: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe("What Prometheus is asked; its first number counts: `sum(rate(http_errors_total[5m]))`."),
    headers: headersField
      .optional()
      .describe(
        "Headers to send along, each with a literal value, or `{ secret: NAME }` for a secret that whoever runs Waybill has set.",
      ),
    timeout: durationField("1s", "30s").default("10s").describe("How long its answer may take."),
  })
  .describe("One number.");

export const measureField = z
  .strictObject({
    numbers: z.array(numberSchema).min(1).max(MOST_NUMBERS).describe("The numbers."),
    after: durationField("1s", "30m")
      .optional()
      .describe(
        "How long after the release was seen to run the last numbers are taken; it is delivered then. Default: at once.",
      ),
  })
  .optional()
  .describe(
    "Numbers of the team's own, taken before a rollout, when all is out, and when it was seen: how the system performed stands in the receipt (docs/verification.md). Left out: none.",
  );

type WrittenNumber = z.output<typeof numberSchema>;

/** What the config says of it; undefined where it says nothing. */
export function resolveMeasures({ name, own }: PipelinePlace, found: Findings): MeasuresConfig | undefined {
  const { measure } = own;
  if (measure === undefined) return undefined;
  const at: Path = ["environments", name, "measure", "numbers"];
  const numbers = measure.numbers.map((number, index) => resolveNumber(number, [...at, index], found));
  for (const [index, { name: called }] of numbers.entries())
    if (numbers.findIndex((one) => one.name === called) < index)
      found.refuse(
        [...at, index, "name"],
        `another number here is called \`${called}\`, too`,
        "name it otherwise",
      );
  return { numbers, afterMs: measure.after === undefined ? 0 : (durationMs(measure.after) ?? 0) };
}

function resolveNumber(written: WrittenNumber, at: Path, found: Findings): MeasureConfig {
  const { name, unit = "", url, json, prometheus, query, headers, timeout } = written;
  const isPrometheus = prometheus !== undefined || query !== undefined;
  const isWhole = isPrometheus
    ? prometheus !== undefined && query !== undefined && url === undefined && json === undefined
    : url !== undefined && json !== undefined;
  if (!isWhole)
    found.refuse(
      at,
      "a number is asked for either by `url` and `json`, or by `prometheus` and `query`",
      "write both of the one, and none of the other",
    );
  const asked = url ?? prometheus;
  if (asked !== undefined) {
    warnOfInnerHost(asked, [...at, url === undefined ? "prometheus" : "url"], found);
    checkSentHeaders(headers, [asked], at, found);
  }
  return {
    name,
    unit,
    url: isPrometheus ? queryAddress(prometheus ?? "", query ?? "") : (url ?? ""),
    json: isPrometheus ? PROMETHEUS_NUMBER : (json ?? ""),
    ...(headers === undefined ? {} : { headers }),
    timeoutMs: durationMs(timeout) ?? 0,
  };
}

function queryAddress(prometheus: string, query: string): string {
  return `${prometheus.replace(/\/+$/, "")}/api/v1/query?query=${encodeURIComponent(query)}`;
}
