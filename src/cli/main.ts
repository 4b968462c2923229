/**
 * The command line: `waybill <command> …`. Each command is a file of its own, loaded only when it is asked for, so that `notes` and
 * `validate` start without Probot. Exit codes: 0 yes, 1 no or invalid, 2 usage, 3 store or GitHub unavailable.
 */

/** Where a command writes. Standard output carries only what was asked for; everything else goes to standard error. */
export interface CommandIo {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

type CommandMain = (argv: readonly string[], io: CommandIo) => Promise<number>;

interface CliCommand {
  readonly usage: string;
  readonly summary: string;
  readonly load: () => Promise<CommandMain>;
}

const USAGE_ERROR = 2;

const cliCommands: Readonly<Record<string, CliCommand>> = {
  demo: {
    usage: "demo [--once] [--json] [--repo PATH]",
    summary: "play the whole road on a local stand-in for GitHub",
    load: async () => (await import("./demo.ts")).demo,
  },
  doctor: {
    usage: "doctor [--json] [--installation ID] [--ping]",
    summary: "check this installation: settings, key, permissions, webhooks, database",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  notes: {
    usage: "notes --repo DIR [--from REF] [--to REF] [--all] [--json]",
    summary: "print the release notes of a local clone",
    load: async () => (await import("./notes.ts")).notes,
  },
  validate: {
    usage: "validate FILE [--json]",
    summary: "check a .github/waybill.yml",
    load: async () => {
      const { validate } = await import("./validate.ts");
      return (argv) => validate(argv, process);
    },
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
  const [name = "", ...rest] = argv;
  if (["help", "--help", "-h"].includes(name)) {
    io.stdout(help());
    return 0;
  }
  const command = Object.hasOwn(cliCommands, name) ? cliCommands[name] : undefined;
  if (command === undefined) {
    io.stderr(name === "" ? help() : `There is no command "${name}".\n\n${help()}`);
    return USAGE_ERROR;
  }
  return (await command.load())(rest, io);
}

// `waybill notes | head` closes the pipe early: that is the reader's right and no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});

process.exitCode = await main(process.argv.slice(2));
