#!/usr/bin/env node
// The installed command `waybill`: the guard, then the command line. Where the machine's Node is too old, by the one that `npm ci` has brought.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split(".").map(Number);
const brought = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");

if ((major < 24 || (major === 24 && minor < 15)) && existsSync(brought)) {
  const args = [join(root, "bin", "guard.mjs"), "src/cli/main.ts", ...process.argv.slice(2)];
  const { status } = spawnSync(brought, args, { stdio: "inherit" });
  process.exit(status ?? 1);
}
process.argv.splice(2, 0, "src/cli/main.ts");
await import("./guard.mjs");
