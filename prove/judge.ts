/**
 * The judge of a story: what GitHub's own record shows, held against the promises of PROMISES.md. Where only Waybill can know (who was accepted before
 * whom), its audit log is asked, which has to verify first.
 */
import semver from "semver";
import type { InstallationId } from "../src/core/ids.ts";
import type { ChainedAuditRecord, Store } from "../src/core/ports.ts";
import type { DeployRecord, Sandbox, SandboxRepository } from "../src/sandbox/index.ts";
import { verifyChain } from "../src/store/index.ts";

const MOST_RECORDS = 100_000;

/** A command that was given: the id of its comment, and its words. */
export interface Command {
  readonly id: number;
  readonly text: string;
}

/** What is judged: a story in which nothing is to come any more. */
export interface Evidence {
  readonly environments: readonly string[];
  readonly sandbox: Pick<Sandbox, "record">;
  readonly shop: Pick<SandboxRepository, "comments" | "reactions">;
  /** What Waybill has to answer: given by people who have a say. */
  readonly commands: readonly Command[];
  /** The markers of Waybill's comments that somebody has deleted. */
  readonly deleted: readonly string[];
  /** Whether something may hold a promotion while others pass it. */
  readonly mayHold: boolean;
  /** Where somebody else than whoever asks for a promotion must have approved it; null where nobody must. */
  readonly approvedIn: string | null;
  readonly store: Pick<Store, "auditRecords" | "jobCounts">;
  readonly installation: InstallationId;
}

/** Which promises have been broken, in words. */
export async function judge(evidence: Evidence): Promise<string[]> {
  const audit = await evidence.store.auditRecords(evidence.installation, 0, MOST_RECORDS);
  const chain = verifyChain(audit);
  const { dead, running } = await evidence.store.jobCounts();
  return [
    ...brokenByOverlap(evidence),
    ...brokenByRepetition(evidence),
    ...brokenByOrder(evidence, audit),
    ...evidence.commands.flatMap((command) => brokenByEnd(evidence, command)),
    ...brokenByCommit(evidence, audit),
    ...brokenByApproval(evidence),
    ...(chain.intact ? [] : [`P8: the audit log does not verify: ${JSON.stringify(chain)}`]),
    ...(dead > 0 ? [`P4: ${dead} jobs were given up`] : []),
    ...(running > 0 ? [`P4: ${running} jobs are in nobody's hand`] : []),
    ...brokenByRest(evidence),
  ];
}

/** What ran for Waybill; a re-run is somebody's own doing. */
export function own({ sandbox }: Pick<Evidence, "sandbox">): readonly DeployRecord[] {
  return sandbox.record.deployments.filter((one) => one.correlation_id !== null && one.attempt === 1);
}

/** `c12` of `again-c12-api`: promotions' ids have no dash. */
export function promotionOf({ correlation_id: id }: Pick<DeployRecord, "correlation_id">): string {
  return (id ?? "").replace(/^([a-z]{2,}\d*-)*/, "").split("-", 1)[0] ?? "";
}

interface Rollout {
  readonly promotion: string;
  readonly environment: string;
  readonly from: number;
  readonly to: number;
  readonly runs: readonly DeployRecord[];
}

/** Rollouts as they were: from the first deployment of a promotion to the last, in the order in which they began. */
function rollouts(evidence: Evidence): Rollout[] {
  const groups = Map.groupBy(own(evidence), (one) => `${one.environment} ${promotionOf(one)}`);
  const all = [...groups.values()].map((runs) => ({
    promotion: promotionOf(runs[0] ?? { correlation_id: null }),
    environment: runs[0]?.environment ?? "",
    from: Math.min(...runs.map(({ started }) => started)),
    to: Math.max(...runs.map(({ finished }) => finished ?? Infinity)),
    runs,
  }));
  return all.toSorted((one, other) => one.from - other.from);
}

function brokenByOverlap(evidence: Evidence): string[] {
  const all = rollouts(evidence);
  return all.flatMap((one, index) =>
    all
      .slice(index + 1)
      .filter((other) => other.environment === one.environment && other.from < one.to)
      .map((other) => `P1: ${one.promotion} and ${other.promotion} run in ${one.environment} at a time`),
  );
}

function brokenByRepetition(evidence: Evidence): string[] {
  const names = own(evidence)
    .filter(({ outcome }) => outcome === "succeed" || outcome === null)
    .map((one) => `${promotionOf(one)} in ${one.environment}, ${one.component}`);
  const deployed = repeated(names).map((name) => `P2: ${name} was deployed twice`);
  const claimed = evidence.sandbox.record.runs
    .filter((run) => run.claimed === true)
    .map((run) => run.inputs["correlation_id"] ?? "");
  return [...deployed, ...repeated(claimed).map((id) => `P2: ${id} was claimed twice`)];
}

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

/** The final words of a promotion, by its id; its receipt among them is what counts as delivered. */
function saidOf({ shop }: Evidence, id: string): readonly string[] {
  const marker = new RegExp(`^<!-- waybill:comment:([a-z]+)-${id.replace(".", String.raw`\.`)}(?: .*)?-->`);
  return shop
    .comments()
    .filter(({ byApp }) => byApp)
    .flatMap(({ body }) => marker.exec(body)?.[1] ?? []);
}

function brokenByOrder(evidence: Evidence, audit: readonly ChainedAuditRecord[]): string[] {
  const broken: string[] = [];
  for (const environment of evidence.environments) {
    const delivered = new Set(
      audit
        .filter(
          ({ type, scope }) =>
            type === "promotion.delivered" && scope.endsWith(`/environment:${environment}`),
        )
        .map(({ ref }) => ref),
    );
    const landed = rollouts(evidence).filter(
      (one) => one.environment === environment && delivered.has(one.promotion),
    );
    const byLanding = landed.toSorted((one, other) => one.to - other.to);
    for (const [index, { promotion, runs }] of byLanding.entries()) {
      const before = byLanding[index - 1]?.runs[0]?.version;
      const version = runs[0]?.version;
      const isOlder = isRelease(before) && isRelease(version) && semver.lt(version, before);
      if (isOlder && !isRollback(evidence, promotion))
        broken.push(`P3: ${promotion} brought ${version} to ${environment} after ${before}`);
    }
    if (!evidence.mayHold) broken.push(...brokenByTurn(audit, environment));
  }
  return broken;
}

/** Whether somebody asked for a rollback, by which alone an older release may land after a newer one. */
function isRollback({ commands }: Evidence, promotion: string): boolean {
  return commands.some(({ id, text }) => `c${id}` === promotion && text.startsWith("/rollback "));
}

function isRelease(version: string | null | undefined): version is string {
  return typeof version === "string" && semver.prerelease(version) === null;
}

/** First in, first out: whoever starts leaves no command behind that was given earlier, is known, and could go too. */
function brokenByTurn(audit: readonly ChainedAuditRecord[], environment: string): string[] {
  const waiting = new Set<number>();
  const broken: string[] = [];
  for (const { type, ref, scope } of audit) {
    if (!scope.endsWith(`/environment:${environment}`) || !/^c\d+$/.test(ref)) continue;
    const id = Number(ref.slice(1));
    if (type === "promotion.accepted") waiting.add(id);
    else if (type.startsWith("promotion.")) waiting.delete(id);
    const earlier = [...waiting].filter((other) => other < id);
    if (type === "promotion.started" && earlier.length > 0)
      broken.push(`P3: ${ref} started in ${environment} before c${earlier.join(", c")}`);
  }
  return broken;
}

/** Every command ends once, visibly: by a reaction, and a promotion by its last comment too. */
function brokenByEnd(evidence: Evidence, { id, text }: Command): string[] {
  const { shop, deleted } = evidence;
  const ends = shop
    .reactions(id)
    .map(({ content }) => content)
    .filter((content) => content === "rocket" || content === "-1");
  const name = `${text} (c${id})`;
  if (ends.length !== 1) return [`P4: ${name} has ended ${ends.length} times`];
  if (!text.startsWith("/promote ")) return [];
  const said = [...saidOf(evidence, `c${id}`), ...saidOf(evidence, String(id))];
  const finals = said.filter((word) => FINALS.has(word));
  const isDeleted = deleted.some((marker) => marker.includes(String(id)));
  if (finals.length !== 1 && !isDeleted)
    return [`P4: ${name} ended with ${ends[0]} and ${finals.length} last words (${said.join()})`];
  const isDelivered = finals[0] === "receipt";
  return isDelivered === (ends[0] === "rocket") || isDeleted || finals[0] === "cancelled"
    ? []
    : [`P4: ${name} ended with ${ends[0]}, and its last word is ${finals[0]}`];
}

const FINALS: ReadonlySet<string> = new Set(["receipt", "failure", "refusal", "answers", "cancelled"]);

/** What is dispatched is the commit that was accepted and shown; and what counts as delivered ran at it. */
function brokenByCommit(evidence: Evidence, audit: readonly ChainedAuditRecord[]): string[] {
  const accepted = new Map(
    audit.flatMap(({ type, ref, data }) =>
      type === "promotion.accepted" ? [[ref, (data as { sha: string }).sha] as const] : [],
    ),
  );
  const delivered = new Set(audit.flatMap(({ type, ref }) => (type === "promotion.delivered" ? [ref] : [])));
  return evidence.sandbox.record.runs.flatMap(({ inputs, head_sha: headSha, attempt, conclusion }) => {
    const { correlation_id: id = "", sha } = inputs;
    const promotion = promotionOf({ correlation_id: id });
    const wanted = accepted.get(promotion);
    if (id === "" || attempt > 1) return [];
    // A hook's workflow need not be told the commit.
    if (sha !== undefined && sha !== wanted)
      return [`P5: ${id} was dispatched for ${sha}, and accepted for ${wanted ?? "nothing"}`];
    return delivered.has(promotion) && conclusion === "success" && headSha !== wanted
      ? [`P5: ${id} counts as delivered, and ran at ${headSha}, not at ${wanted}`]
      : [];
  });
}

/** Nothing begins for which nobody else has said yes before; a rollback needs nobody. */
function brokenByApproval(evidence: Evidence): string[] {
  const { approvedIn, shop } = evidence;
  const wanted = rollouts(evidence).filter(
    ({ environment, promotion }) => environment === approvedIn && !isRollback(evidence, promotion),
  );
  const comments = shop.comments();
  return wanted.flatMap(({ promotion, from, runs }) => {
    const asker = comments.find(({ id }) => `c${id}` === promotion)?.author;
    const word = `/approve ${approvedIn} ${runs[0]?.version}`;
    const isApproved = comments.some(
      ({ author, body, createdAt }) => body === word && author !== asker && createdAt <= from,
    );
    return isApproved ? [] : [`P5: ${promotion} began in ${approvedIn}, and nobody had approved it`];
  });
}

/** What landed last in each environment: what P7 compares. */
export function landedVersions(evidence: Pick<Evidence, "sandbox">): string {
  const last = new Map<string, string>();
  for (const one of own(evidence)) {
    const place = `${one.component} in ${one.environment}`;
    if (one.outcome === "succeed") last.set(place, one.version ?? "nothing");
  }
  return [...last]
    .map(([place, version]) => `${version} of ${place}`)
    .sort()
    .join(", ");
}

/** Where nothing is to come any more, nothing is under way. */
function brokenByRest({ sandbox }: Evidence): string[] {
  const left = sandbox.record.deployments.filter(({ outcome }) => outcome === null);
  return left.map(({ correlation_id: id }) => `P1: ${id} never came to its end`);
}
