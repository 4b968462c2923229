#!/usr/bin/env node
// The installed command `waybill`: the guard, then the command line.
process.argv.splice(2, 0, "src/cli/main.ts");
await import("./guard.mjs");
