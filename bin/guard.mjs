#!/usr/bin/env node
// Every script of this repository starts here, so that an unsuitable Node says so in one sentence instead of failing
// somewhere inside. Plain JavaScript on purpose: an older Node must be able to read it.
//
//   node bin/guard.mjs FILE [ARGUMENT …]         runs a TypeScript file of ours
//   node bin/guard.mjs --run PACKAGE [ARGUMENT …] runs the command of an installed package
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major, minor] = process.versions.node.split(".").map(Number);

// node:sqlite is a release candidate from 24.15 on, and type stripping needs no flag there.
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `Waybill needs Node 24.15 or newer; this is ${process.versions.node} (${process.execPath}).\n` +
      "Run `npm ci`, which brings a fitting one for Linux, macOS and Windows, and start Waybill by an npm script " +
      "(`npm start`, `npm run demo`, `npm test`), which uses it.\n" +
      `If an npm script says this after \`npm ci\`, there is none for this platform (${process.platform} ${process.arch}): install Node 24.15 or newer yourself.\n`,
  );
  process.exit(2);
}

// Compiled code is kept beside the packages it belongs to: half of the start of a short command is compiling. Imported only now,
// because an older Node does not export it.
const { enableCompileCache, flushCompileCache } = await import("node:module");
enableCompileCache(join(root, "node_modules", ".cache", "waybill"));

const [, , target, ...rest] = process.argv;
if (target === "--run") {
  const name = rest.shift();
  const home = join(root, "node_modules", name ?? "");
  if (!name || !existsSync(join(home, "package.json"))) {
    process.stderr.write(`The package ${name ?? "(none named)"} is not installed: run \`npm ci\` first.\n`);
    process.exit(2);
  }
  const { bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  const script = resolve(home, typeof bin === "string" ? bin : bin[name]);
  process.argv.splice(1, process.argv.length, script, ...rest);
  await import(pathToFileURL(script).href);
} else {
  const script = resolve(root, target ?? "src/cli/main.ts");
  process.argv.splice(1, process.argv.length, script, ...rest);
  await import(pathToFileURL(script).href);
}
// Node itself writes it when the process ends of its own accord; a server that is killed never does, and would be compiled anew each time.
flushCompileCache();
