/** The effects that Waybill performs at GitHub: one line each. */
import type { Reach } from "../../core/config/addresses.ts";
import type { Effect, EffectType } from "../../core/effects.ts";
import type { WaybillEvent } from "../../core/events.ts";
import {
  ofNewer,
  type AskGate,
  type Clock,
  type EffectPerformer,
  type LaneReader,
} from "../../core/ports.ts";
import type { Spoken } from "../../core/spoken.ts";
import type { KeepReceipt } from "../../core/receipt/ports.ts";
import type { TextRenderer } from "../../core/wording.ts";
import type { GitHub } from "../client.ts";
import { patience } from "../failure.ts";
import { lookAtGates } from "../gates/index.ts";
import { refusalsOf } from "../refusals.ts";
import { lookAtAssets } from "./assets.ts";
import { keepChangelog } from "./changelog.ts";
import { comment, liveComment, react } from "./comments.ts";
import { drawConfigIssue } from "./config-issue.ts";
import { lookForCommit } from "./containment.ts";
import { adoptDeployment, recordDeployment, retireDeployments, setDeploymentStatus } from "./deployments.ts";
import type { EffectContext, Performer } from "./effect.ts";
import { lookAtEnvironment } from "./environment.ts";
import { lookAtForwardPort, openForwardPort } from "./forward-port.ts";
import { lookAtHotfix, openHotfix } from "./hotfix.ts";
import { drawIncident } from "./incident.ts";
import { drawDraft, drawNotice, publishRelease } from "./notices.ts";
import { label } from "./labels.ts";
import { lookAtOutOfBand } from "./out-of-band.ts";
import { drawPreview } from "./preview.ts";
import { answerProtectionRule } from "./protection.ts";
import { keepReceipt } from "./receipts.ts";
import { prepareRollout } from "./prepare.ts";
import { readRecoveryPoint } from "./recovery.ts";
import { cutTag, lookAtTag } from "./tag.ts";
import { cancelRun, dispatchRun, lookAtRun, notSent, removeClaim, takeClaim, traceRun } from "./runs.ts";
import { catchUp, lookAtStanding } from "./standing.ts";

/** What is not done at GitHub: the running system is asked by the probe, channels have their own, lanes and timers are the engine's. */
export type ElsewhereEffect = "askMeasures" | "askVersion" | "tellChannel" | "tellLane" | "wake";
/** Asked as the App, for there may be no token to be had for the repository. */
type AppEffect = "lookAtStanding";
export type GitHubEffect = Exclude<Effect, { type: ElsewhereEffect | AppEffect }>;

const performers: { readonly [Type in GitHubEffect["type"]]: Performer<Type> } = {
  react,
  comment,
  liveComment,
  label,
  drawNotice,
  drawIncident,
  drawConfigIssue,
  drawDraft,
  drawPreview,
  publishRelease,
  lookAtAssets,
  cutTag,
  lookAtTag,
  openHotfix,
  lookAtHotfix,
  openForwardPort,
  lookAtForwardPort,
  keepChangelog,
  lookForCommit,
  lookAtEnvironment,
  lookAtGates,
  lookAtOutOfBand,
  answerProtectionRule,
  prepareRollout,
  recordDeployment,
  setDeploymentStatus,
  retireDeployments,
  keepReceipt,
  adoptDeployment,
  dispatchRun,
  traceRun,
  takeClaim,
  lookAtRun,
  cancelRun,
  removeClaim,
  readRecoveryPoint,
  catchUp,
};

/** Where little is left of GitHub's limits, these wait, so that promotions go on. */
const YIELDING: ReadonlySet<EffectType> = new Set([
  "drawNotice",
  "drawDraft",
  "drawPreview",
  "drawConfigIssue",
  "keepChangelog",
  "retireDeployments",
  "label",
  "keepReceipt",
  "removeClaim",
  "catchUp",
]);

export interface GitHubPerformerOptions {
  readonly github: GitHub;
  readonly lanes: LaneReader;
  readonly text: TextRenderer;
  readonly clock: Clock;
  readonly lostAnswerWaitMs: number;
  /** Default: no service is asked whether something may begin. */
  readonly askGate?: AskGate;
  /** Default: no receipt is kept. */
  readonly keepReceipt?: KeepReceipt;
  /** Default: of no address is it known whether it would be asked. */
  readonly reach?: Reach;
}

/** Performs the effects that belong to GitHub. @throws RetryLaterError for those that it does not know */
export function createGitHubPerformer(options: GitHubPerformerOptions): EffectPerformer {
  return {
    async perform(lane, effect, attempt) {
      if (effect.type === "lookAtStanding")
        return lookAtStanding(options.github, lane, effect.hint, options.clock);
      const performer = Object.hasOwn(performers, effect.type)
        ? performers[effect.type as GitHubEffect["type"]]
        : undefined;
      if (performer === undefined) throw ofNewer(effect, options.clock);
      const { github, askGate = askNobody, keepReceipt: keep = null, reach = knowsNone, ...others } = options;
      const { lanes, text, clock, lostAnswerWaitMs } = others;
      const connect = github.forRepository(lane.installation, lane.repository, YIELDING.has(effect.type));
      const client = await connect.catch((error: unknown) => {
        throw effect.type === "dispatchRun"
          ? notSent(error, effect, clock.now())
          : patience(error, clock.now());
      });
      try {
        const { prefix }: Spoken = effect;
        const said = prefix === undefined ? text : text.withPrefix(prefix);
        const shared = { lanes, clock, text: said, askGate, keepReceipt: keep, reach, lostAnswerWaitMs };
        const refusals = refusalsOf({ memory: client.memory, clock }, lane.environment, effect);
        const context: EffectContext = { ...shared, client, lane, attempt, refusals };
        const seen = await (performer as AnyPerformer)(context, effect);
        refusals.end();
        return seen;
      } catch (error) {
        throw patience(error, clock.now());
      }
    },
  };
}

const askNobody: AskGate = () => Promise.resolve({ kind: "barred", reason: "no service is asked here" });

const knowsNone: Reach = () => ({ kind: "unknown" });

/** The table above pairs each type with its own performer, which TypeScript cannot follow through a look-up. */
type AnyPerformer = (
  context: EffectContext,
  effect: Extract<Effect, { type: EffectType }>,
) => Promise<readonly WaybillEvent[]>;
