import type { IncomingMessage } from "node:http";

/** A body that grew beyond its limit. */
export class BodyTooLarge extends Error {}

/** Reads a request's body up to a number of bytes. @throws BodyTooLarge, or the connection's error. */
export async function readBody(incoming: IncomingMessage, maximum: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maximum) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
