/** Probes, from the config's `verify`. */
import { BY_HTTPS_ALONE, isOpenToOthers, namesInnerHost } from "./addresses.ts";
import type { Findings } from "./findings.ts";
import type { Path } from "./located.ts";
import type { ProbeConfig } from "./model.ts";
import { checkInputCount } from "./inputs.ts";
import { durationMs } from "./names.ts";
import { ASKED, type WrittenProbe } from "./probe-schema.ts";
import type { HookConfig } from "./rollout-model.ts";

/** One probe, a list of them, or none. */
export function resolveProbes(
  written: WrittenProbe | WrittenProbe[] | undefined,
  at: Path,
  found: Findings,
): ProbeConfig[] {
  if (written === undefined) return [];
  const places = Array.isArray(written)
    ? written.map((probe, index) => ({ probe, path: [...at, index] }))
    : [{ probe: written, path: at }];
  // Workflows are run, and not asked (`resolveVerifyRuns`).
  return places.flatMap(({ probe, path }) =>
    probe.workflow === undefined ? [resolveProbe(probe, path, found)] : [],
  );
}

/** The workflows under an environment's `verify`, each with its own inputs laid over the environment's; at a component they are refused. */
export function resolveVerifyRuns(
  written: WrittenProbe | WrittenProbe[] | undefined,
  at: Path,
  environment: HookConfig["inputs"] | null,
  found: Findings,
): HookConfig[] {
  const places = Array.isArray(written)
    ? written.map((probe, index) => ({ probe, path: [...at, index] }))
    : [{ probe: written, path: at }];
  return places.flatMap(({ probe, path }): HookConfig[] => {
    if (probe?.workflow === undefined) {
      if (probe?.inputs !== undefined)
        found.refuse([...path, "inputs"], "`inputs` are those of a `workflow`", "remove them", "key");
      return [];
    }
    checkAddress(probe, path, found);
    checkHeaders(probe, path, found);
    checkPlace(probe, path, found);
    if (environment === null)
      found.refuse(
        [...path, "workflow"],
        "a workflow verifies an environment, not one component of it",
        "move it to the environment's `verify`",
        "key",
      );
    if (probe.settle !== undefined)
      found.refuse(
        [...path, "settle"],
        "a workflow waits by itself, where it has to",
        "remove `settle`",
        "key",
      );
    const inputs = { ...environment, ...probe.inputs };
    if (probe.inputs !== undefined) checkInputCount(inputs, [...path, "inputs"], found);
    const timeoutMs = durationMs(probe.deadline) ?? 0;
    return [{ workflow: probe.workflow, inputs, settings: { timeoutMs } }];
  });
}

function resolveProbe(written: WrittenProbe, at: Path, found: Findings): ProbeConfig {
  const {
    interval,
    deadline,
    timeout,
    settle,
    matches,
    url,
    urls,
    atLeast,
    tcp,
    headers,
    report,
    workflow: _workflow,
    inputs: _inputs,
    ...probe
  } = written;
  const settleMs = settle === undefined ? null : durationMs(settle);
  const [intervalMs = 0, deadlineMs = 0, timeoutMs = 0] = [interval, deadline, timeout].map(
    (text) => durationMs(text) ?? 0,
  );
  checkPlace(written, at, found);
  checkAddress(written, at, found);
  checkHeaders(written, at, found);
  if (report === undefined && (probe.confirmations - 1) * intervalMs >= deadlineMs) {
    found.refuse(
      [...at, "deadline"],
      `${probe.confirmations} confirmations with pauses of ${interval} take longer than the deadline of ${deadline}`,
      "set a later `deadline`, or a shorter `interval`",
    );
  }
  const socket = tcp === undefined ? undefined : `tcp://${tcp}`;
  warnOf({ url, tcp: socket }, at, found);
  for (const [index, one] of (urls ?? []).entries()) warnOfInnerHost(one, [...at, "urls", index], found);
  return {
    ...probe,
    url: url ?? urls?.[0] ?? socket ?? `report:${report?.secret ?? ""}`,
    ...(urls === undefined ? {} : { urls }),
    ...(atLeast === undefined ? {} : { atLeast }),
    ...(report === undefined ? {} : { report: { secret: report.secret }, confirmations: report.nodes }),
    json: probe.json ?? null,
    header: probe.header ?? null,
    ...(matches === undefined ? {} : { matches }),
    ...(headers === undefined ? {} : { headers }),
    intervalMs,
    deadlineMs,
    timeoutMs,
    ...(settleMs === null ? {} : { settleMs }),
  };
}

function warnOf(asked: Readonly<Record<string, string | undefined>>, at: Path, found: Findings): void {
  for (const [key, address] of Object.entries(asked))
    if (address !== undefined) warnOfInnerHost(address, [...at, key], found);
}

/** One thing is asked. */
function checkAddress(written: WrittenProbe, at: Path, found: Findings): void {
  const { urls, atLeast } = written;
  const [first, second] = ASKED.filter((key) => written[key] !== undefined);
  if (second !== undefined)
    found.refuse(
      [...at, second],
      `a probe has either \`${first}\` or \`${second}\``,
      "write two probes",
      "key",
    );
  if (atLeast !== undefined && urls === undefined)
    found.refuse(
      [...at, "atLeast"],
      "`atLeast` says how many of `urls` are enough",
      "remove it, or write `urls`",
      "key",
    );
  if (atLeast !== undefined && urls !== undefined && atLeast > urls.length)
    found.refuse([...at, "atLeast"], `there are ${urls.length} addresses`, `write at most ${urls.length}`);
  const again = urls?.findIndex((url, index) => urls.indexOf(url) < index) ?? -1;
  if (again >= 0)
    found.refuse(
      [...at, "urls", again],
      "this address stands there twice",
      "remove it: it would count twice",
    );
}

/** A secret goes only where nobody on the way can read it. */
function checkHeaders(
  { headers, tcp, report, workflow, url, urls }: WrittenProbe,
  at: Path,
  found: Findings,
): void {
  if (headers === undefined) return;
  if (tcp !== undefined || report !== undefined || workflow !== undefined)
    found.refuse([...at, "headers"], "nothing is sent here", "remove `headers`", "key");
  checkSentHeaders(headers, [url ?? [], urls ?? []].flat(), at, found);
}

/** Refuses a secret that would be sent where anybody on the way can read it. */
export function checkSentHeaders(
  headers: ProbeConfig["headers"],
  addresses: readonly string[],
  at: Path,
  found: Findings,
): void {
  const hasSecret = Object.values(headers ?? {}).some((value) => typeof value !== "string");
  const open = addresses.find(isOpenToOthers);
  if (hasSecret && open !== undefined)
    found.refuse([...at, "headers"], BY_HTTPS_ALONE, "write the address with https://", "key");
}

/** What says where the version stands, where none is told. */
const PLACES = ["json", "header", "matches"] as const;

/** The version stands at one place of an answer. */
function checkPlace(written: WrittenProbe, at: Path, found: Findings): void {
  const { json, header, matches, tcp, report, workflow, expect } = written;
  if ((report !== undefined || workflow !== undefined) && expect === "answer")
    found.refuse([...at, "expect"], "`expect: answer` is about a `url`", "remove `expect`");
  if ([tcp, report, workflow].some((one) => one !== undefined) || expect === "answer") {
    for (const place of PLACES.filter((one) => written[one] !== undefined))
      found.refuse(
        [...at, place],
        expect === "answer" ? "`expect: answer` reads no version" : "no answer is read here",
        `remove \`${place}\``,
        "key",
      );
    return;
  }
  if (json === undefined) return;
  const second = header === undefined ? "matches" : "header";
  if (header === undefined && matches === undefined) return;
  found.refuse(
    [...at, second],
    `the version stands either in \`json\` or in ${second === "header" ? "a `header`" : "what `matches`"}`,
    "remove one of the two",
    "key",
  );
}

/** Says where an address is inside a private network, which nothing is asked in unless the operator allows it. */
export function warnOfInnerHost(url: string, path: Path, found: Findings): void {
  const verdict = found.reach(url);
  if (verdict.kind === "barred") {
    const message = `this address will not be asked: ${verdict.reason}`;
    const mend = "write one that Waybill may ask; whoever runs it can allow one by WAYBILL_ALLOW_PRIVATE";
    found.doubtful.push({ path, part: "value", message, mend, isInTheWay: true });
    return;
  }
  if (verdict.kind === "open" || !namesInnerHost(url)) return;
  found.doubtful.push({
    path,
    part: "value",
    message: "this address is inside a private network, which Waybill does not ask by default",
    mend: isLocalhost(url)
      ? "write its address: the name `localhost` is never asked; whoever runs Waybill can allow the address by WAYBILL_ALLOW_PRIVATE"
      : "whoever runs Waybill can allow it by WAYBILL_ALLOW_PRIVATE",
  });
}

function isLocalhost(url: string): boolean {
  return /^(https?|tcp):\/\/([^/@]*@)?([^/:]+\.)?localhost\.?(?=[:/?#]|$)/i.test(url);
}

/** Whether a probe, as it is written, can tell the version (`core/reachability.ts`). */
export function namesVersion({ tcp, workflow, expect }: WrittenProbe): boolean {
  return tcp === undefined && workflow === undefined && expect !== "answer";
}
