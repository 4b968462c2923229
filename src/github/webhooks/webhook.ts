/** What a webhook's translation needs, and what it gives. */
import type { WaybillEvent } from "../../core/events.ts";
import type { LaneReader } from "../../core/ports.ts";
import type { RepositoryClient } from "../client.ts";

/** An event for one environment's lane, or, with the empty name, for the repository's own. */
export interface AddressedEvent {
  readonly environment: string;
  readonly event: WaybillEvent;
  /** The comment whose command it is; absent for what no comment commands. */
  readonly comment?: number;
}

export interface WebhookContext {
  /** Connects to the repository: only when the payload turns out to matter, because it may cost calls. */
  readonly connect: () => Promise<RepositoryClient>;
  readonly defaultBranch: string;
  readonly lanes: LaneReader;
  readonly installation: RepositoryClient["installation"];
  readonly repository: RepositoryClient["repository"];
  readonly now: () => number;
  /** The owner's defaults have changed. Absent where nothing is remembered of any. */
  readonly forgetDefaults?: () => void;
  /** Set where commands are written without the config's prefix, as they are on the command line. */
  readonly saysNoPrefix?: true;
}

/** Translates one kind of webhook. `payload` is JSON that GitHub signed; its shape is checked all the same. */
export type Webhook = (payload: unknown, context: WebhookContext) => Promise<readonly AddressedEvent[]>;
