/** Reads request bodies within two limits: one for each, and one for all that are held at a time. */
import type { IncomingMessage } from "node:http";

export type BodyReading =
  | { readonly kind: "whole"; readonly bytes: Buffer }
  | { readonly kind: "tooLarge" }
  | { readonly kind: "overloaded" }
  | { readonly kind: "aborted" };

/** The bytes of bodies that are held in memory, all requests together. */
export interface BodyBudget {
  /** Takes `bytes` more for a body that then has `own`; false if that is too much. */
  take(bytes: number, own: number): boolean;
  giveBack(bytes: number): void;
}

const SMALL_BODY = 1_024 * 1_024;

/**
 * Makes a budget. Bodies over 1 MiB may fill three quarters of it: a few large ones, which anybody can begin to send, then never
 * keep out the usual deliveries of some kilobytes.
 */
export function createBodyBudget(most: number): BodyBudget {
  let held = 0;
  return {
    take(bytes, own) {
      const limit = own > SMALL_BODY ? most * 0.75 : most;
      if (held + bytes > limit) return false;
      held += bytes;
      return true;
    },
    giveBack(bytes) {
      held -= bytes;
    },
  };
}

/** The announced length of a body in bytes; null without one (chunked). Node has already refused malformed ones. */
export function announcedLength(request: IncomingMessage): number | null {
  const text = request.headers["content-length"];
  return text === undefined ? null : Number(text);
}

/**
 * Reads a body, stopping (not reading on) as soon as it is over `maxBytes` or the budget. What was taken from the budget is
 * recorded through `onTaken`, for the caller to give back once it no longer holds the body.
 */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
  budget: BodyBudget,
  onTaken: (bytes: number) => void,
): Promise<BodyReading> {
  return new Promise((answer) => {
    let chunks: Buffer[] = [];
    let length = 0;
    const finish = (reading: BodyReading): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      request.pause();
      if (reading.kind !== "whole") chunks.forEach(release);
      chunks = [];
      answer(reading);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > maxBytes) {
        release(chunk);
        return finish({ kind: "tooLarge" });
      }
      if (!budget.take(chunk.length, length)) return finish({ kind: "overloaded" });
      onTaken(chunk.length);
      chunks.push(chunk);
    };
    const onEnd = (): void => {
      const [only] = chunks;
      finish({ kind: "whole", bytes: chunks.length === 1 && only ? only : Buffer.concat(chunks, length) });
    };
    const onClose = (): void => finish({ kind: "aborted" });
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    // "close" follows; without a listener the error would end the process.
    request.on("error", ignore);
  });
}

/**
 * Frees a chunk's memory now instead of at some later garbage collection: at the speed of a fast sender, waiting for it let some 90 MB
 * of dropped chunks pile up (measured, 300 MB body). The chunk must not be used afterwards.
 */
export function release(chunk: Buffer): void {
  const { buffer } = chunk;
  // Only memory that is this chunk's alone.
  const own = buffer instanceof ArrayBuffer && chunk.byteLength === buffer.byteLength;
  if (own && !buffer.detached) buffer.transfer(0);
}

function ignore(): void {}
