/**
 * The command line: `waybill <command> …`. Each command is a file of its own, loaded only when it is asked for, so that `notes` and
 * `validate` start without Probot. Exit codes: 0 yes, 1 no or invalid, 2 usage, 3 store or GitHub unavailable.
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { typedFolder } from "./typed.ts";

/** Where a command writes. Standard output carries only what was asked for; everything else goes to standard error. */
export interface CommandIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

type CommandMain = (argv: readonly string[], io: CommandIo) => Promise<number>;

interface CliCommand {
  readonly usage: string;
  readonly summary: string;
  /** Whether it has a help of its own, longer than its line here. */
  readonly ownHelp?: true;
  /** Whether its arguments are paths as they were typed: npm runs scripts in Waybill's folder, not in the reader's. */
  readonly typedPaths?: true;
  /** Whether half of its output is worse than none: it says itself when its reader goes away, and fails. */
  readonly wholeOutput?: true;
  readonly load: () => Promise<CommandMain>;
}

const USAGE_ERROR = 2;

const cliCommands: Readonly<Record<string, CliCommand>> = {
  audit: {
    usage: "audit verify|export|checkpoint|QUESTION …",
    summary: "check the audit log, and ask it questions",
    ownHelp: true,
    load: async () => (await import("./audit.ts")).audit,
  },
  backup: {
    usage: "backup [FILE] [--force]",
    summary: "save a checked copy of the SQLite store, also beside the running server",
    ownHelp: true,
    load: async () => (await import("./backup.ts")).backup,
  },
  changelog: {
    usage: "changelog [--repo DIR] [--write] [OPTION …]",
    summary: "add the releases to the CHANGELOG.md of a local clone",
    ownHelp: true,
    typedPaths: true,
    load: async () => (await import("./changelog.ts")).changelog,
  },
  demo: {
    usage: "demo [--once] [--json] [--repo PATH]",
    summary: "play the whole road on a local stand-in for GitHub",
    ownHelp: true,
    typedPaths: true,
    load: async () => (await import("./demo.ts")).demo,
  },
  doctor: {
    usage: "doctor [--json] [--installation ID] [--ping]",
    summary: "check this installation: settings, key, permissions, webhooks, database",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  export: {
    usage: "export FILE|- [--final] [--force]",
    summary: "write all that must survive of the store, for another store",
    ownHelp: true,
    wholeOutput: true,
    load: async () => (await import("./export.ts")).exportCommand,
  },
  import: {
    usage: "import FILE|- [--rehearsal]",
    summary: "bring an export into an empty store, SQLite or PostgreSQL",
    ownHelp: true,
    load: async () => (await import("./import.ts")).importCommand,
  },
  keys: {
    usage: "keys new|list|rotate [FILE]",
    summary: "make, list and rotate the keys by which receipts are signed",
    ownHelp: true,
    load: async () => (await import("./keys.ts")).keys,
  },
  notes: {
    usage: "notes [--repo DIR] [OPTION …]",
    summary: "print the release notes of a local clone",
    ownHelp: true,
    typedPaths: true,
    load: async () => (await import("./notes.ts")).notes,
  },
  notify: {
    usage: "notify --test CHANNEL --on OWNER/NAME [FILE]",
    summary: "send one test message by a channel of the config",
    ownHelp: true,
    typedPaths: true,
    load: async () => (await import("./notify.ts")).notify,
  },
  plan: {
    usage: "plan ENVIRONMENT [VERSION] --on OWNER/NAME --as LOGIN",
    summary: "say exactly what /promote would do there now",
    ownHelp: true,
    load: async () => (await import("./asking.ts")).asking("plan"),
  },
  preview: {
    usage: "preview --title TITLE [OPTION …]",
    summary: "say what merging a pull request of this title would do",
    ownHelp: true,
    typedPaths: true,
    load: async () => (await import("./preview.ts")).preview,
  },
  simulate: {
    usage: "simulate --event FILE [OPTION …]",
    summary: "say what Waybill would do on a webhook, without doing it",
    ownHelp: true,
    typedPaths: true,
    load: async () => (await import("./simulate.ts")).simulate,
  },
  status: {
    usage: "status --on OWNER/NAME --as LOGIN",
    summary: "say what runs where, and what waits",
    ownHelp: true,
    load: async () => (await import("./asking.ts")).asking("status"),
  },
  validate: {
    usage: "validate FILE [--json]",
    summary: "check a .github/waybill.yml",
    typedPaths: true,
    load: async () => {
      const { validate } = await import("./validate.ts");
      return (argv) => validate(argv, process);
    },
  },
  verify: {
    usage: "verify FILE|URL|- [--key FILE …]",
    summary: "say what a receipt proves, and what it does not",
    ownHelp: true,
    load: async () => (await import("./verify.ts")).verify,
  },
  why: {
    usage: "why [ENVIRONMENT] --on OWNER/NAME --as LOGIN",
    summary: "say why nothing goes, who can clear it, and when",
    ownHelp: true,
    load: async () => (await import("./asking.ts")).asking("why"),
  },
};

function help(): string {
  const width = Math.max(...Object.values(cliCommands).map((command) => command.usage.length));
  const lines = Object.values(cliCommands).map(
    (command) => `  waybill ${command.usage.padEnd(width)}  ${command.summary}`,
  );
  return `Waybill moves releases through environments, in order, and proves that they arrived.\n\n${lines.join("\n")}\n\nThe server is started by \`npm start\`.\n`;
}

async function main(argv: readonly string[]): Promise<number> {
  const io: CommandIo = {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
  };
  const asksForHelp = (word: string | undefined): boolean => word === "--help" || word === "-h";
  const isHelp = argv[0] === "help" || asksForHelp(argv[0]);
  const [name = "", ...rest] = isHelp && argv[1] !== undefined ? [argv[1], "--help"] : argv;
  if (isHelp && argv[1] === undefined) {
    io.stdout(help());
    return 0;
  }
  if (name === "--version") {
    io.stdout(`${version()}\n`);
    return 0;
  }
  const command = Object.hasOwn(cliCommands, name) ? cliCommands[name] : undefined;
  if (command === undefined) {
    io.stderr(name === "" ? help() : `There is no command "${name}".\n\n${help()}`);
    return USAGE_ERROR;
  }
  if (command.ownHelp !== true && asksForHelp(rest[0])) {
    io.stdout(`usage: waybill ${command.usage}\n\n${capitalised(command.summary)}.\n`);
    return 0;
  }
  if (command.typedPaths === true) process.chdir(typedFolder());
  isWholeOutput = command.wholeOutput === true;
  return (await command.load())(rest, io);
}

function version(): string {
  const text = readFileSync(join(import.meta.dirname, "..", "..", "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

// `waybill notes | head` closes the pipe early: that is the reader's right and no failure of ours, but for what is only of use whole.
let isWholeOutput = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (isWholeOutput) return;
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2));
