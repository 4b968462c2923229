import type { IncomingMessage, ServerResponse } from "node:http";

/** Several changes close together are told once. */
const TOGETHER_MS = 150;

/** Tells a page by server-sent events that something changed; the page then fetches itself anew. */
export function eventStream(
  listeners: Set<() => void>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): void {
  outgoing.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  outgoing.write("retry: 1000\n\n");
  let timer: NodeJS.Timeout | undefined;
  const listener = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      outgoing.write("data: changed\n\n");
    }, TOGETHER_MS);
  };
  listeners.add(listener);
  incoming.once("close", () => {
    listeners.delete(listener);
    clearTimeout(timer);
  });
}
