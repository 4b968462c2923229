/** A server in a process of its own, for the memory test. Says its port, and on any message how much memory it ever held. */
import { createServer } from "../../src/http/server.ts";

const quiet = (): void => {};
const server = createServer({
  receive: () => Promise.resolve("accepted"),
  secrets: [String(process.env["TEST_SECRET"])],
  ready: () => Promise.resolve(true),
  logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
});
const { port } = await server.listen("127.0.0.1", 0);
process.on("message", () => {
  // maxRSS is the kernel's high-water mark, so nothing between two samples is missed.
  process.send?.({ peakMegabytes: process.resourceUsage().maxRSS / 1_024 });
});
process.on("disconnect", () => process.exit(0));
process.send?.({ port });
