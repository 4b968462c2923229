/**
 * `waybill status|why|plan … --on OWNER/NAME --as LOGIN`: what the slash commands that only ask would answer, for who sits at the server. It is read by the very
 * translation that reads comments, with the rights that GitHub says that person has, from the store of the running server; nothing is written, neither there
 * nor at GitHub. There is no such way to the commands that do something: they are given where everybody sees them.
 *
 * Exit codes: 0 answered; 1 refused; 2 usage, or settings; 3 the store or GitHub is unavailable.
 */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { readEnvironment, type Settings } from "../environment.ts";
import type { Question } from "../asking.ts";
import type { CommandIo } from "./main.ts";
import { Refusal, refusing } from "./store/refusal.ts";

const QUESTIONS = {
  status: { args: "", most: 0, says: "what runs where, what is on its way, and what waits" },
  why: { args: " [ENVIRONMENT]", most: 1, says: "everything that holds up what waits, and who can clear it" },
  plan: { args: " ENVIRONMENT [VERSION]", most: 2, says: "exactly what /promote would do now" },
} as const;

type Name = keyof typeof QUESTIONS;

function usageOf(question: Name): string {
  const { args, says } = QUESTIONS[question];
  return `Usage: waybill ${question}${args} --on OWNER/NAME --as LOGIN [--json]

What \`/${question}\` would be answered as a comment there: ${says}.
Read with the server's settings, from its store, also beside the running server. Nothing is written and nothing is done.

  --on OWNER/NAME  the repository
  --as LOGIN       whose question it is: who has no role above \`read\` there gets no answer
  --json           JSON instead of Markdown

Ends with 0 where there is an answer, and 1 where it is refused.
`;
}

/** The command of that name, as a person types it on the server. */
export function asking(question: Name): (argv: readonly string[], io: CommandIo) => Promise<number> {
  return (argv, io) =>
    refusing(question, usageOf(question), io, async () => {
      const asked = askedIn(question, argv);
      if (asked === "help") {
        io.stdout(usageOf(question));
        return 0;
      }
      const settings = serverSettings();
      // Only now: whoever asks for help waits for no package of the server.
      const { answerTo, markdownOf } = await import("./asking/answer.ts");
      const answer = await answerTo(asked, settings, process.cwd());
      io.stdout(asked.json ? `${JSON.stringify(answer, null, 2)}\n` : markdownOf(asked.login, answer));
      return answer.kind === "refusal" ? 1 : 0;
    });
}

interface Asked extends Question {
  readonly json: boolean;
}

/** Secrets by which others' messages are checked: nobody sends any here. */
const NOT_NEEDED = new Set(["WEBHOOK_SECRET"]);

/** The server's settings. @throws Refusal where one of those that are needed is missing or wrong */
export function serverSettings(notNeeded: ReadonlySet<string> = NOT_NEEDED): Settings {
  const reading = readEnvironment(process.env, process.cwd());
  if (reading.ok) return reading.settings;
  const wrong = reading.problems.filter(({ variable }) => !notNeeded.has(variable));
  const [first] = wrong;
  if (first === undefined) return reading.incomplete;
  const others = wrong.slice(1).map(({ variable }) => variable);
  const more = others.length === 0 ? "" : ` So it is with ${others.join(", ")}; \`waybill doctor\` says how.`;
  throw new Refusal(2, `${first.variable}: ${first.problem}${more}`, first.mend);
}

/** https://docs.github.com/en/repositories: what GitHub lets a repository be called. */
const REPOSITORY = /^([A-Za-z0-9](?:[A-Za-z0-9_-]{0,38}))\/([\w.-]{1,100})$/;
const LOGIN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/;
/** One word of a command's line: nothing that would be a second line, or a second command. */
const WORD = /^[^\s"'`<>\\\p{Cc}\p{Cf}]{1,200}$/u;

/** The repository that `--on` names. @throws Refusal where it names none */
export function repositoryIn(on: string | undefined): { readonly owner: string; readonly repo: string } {
  const [, owner, repo] = REPOSITORY.exec(on ?? "") ?? [];
  if (owner !== undefined && repo !== undefined) return { owner, repo };
  throw new Refusal(
    2,
    on === undefined ? "Name the repository: --on OWNER/NAME." : `--on: “${on}” is no OWNER/NAME.`,
  );
}

function askedIn(question: Name, argv: readonly string[]): Asked | "help" {
  const { values, words } = typed(argv, OPTIONS);
  if (values.help === true) return "help";
  const { owner, repo } = repositoryIn(values.on);
  const login = values.as ?? "";
  if (!LOGIN.test(login))
    throw new Refusal(
      2,
      login === "" ? "Say whose question it is: --as LOGIN." : `--as: “${login}” is nobody's login.`,
    );
  const wrong = words.find((word) => !WORD.test(word));
  if (wrong !== undefined) throw new Refusal(2, `“${wrong}” is no environment and no version.`);
  const { most } = QUESTIONS[question];
  if (words.length > most) throw new Refusal(2, `“${words[most] ?? ""}” is one word too many.`);
  return { line: [`/${question}`, ...words].join(" "), owner, repo, login, json: values.json === true };
}

const OPTIONS = {
  on: { type: "string" },
  as: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

type Typed<Options extends ParseArgsOptionsConfig> = ReturnType<
  typeof parseArgs<{ options: Options; strict: true; allowPositionals: true }>
>;

/** Reads options, and words beside them. @throws Refusal that says which of them is wrong */
export function typed<const Options extends ParseArgsOptionsConfig>(
  argv: readonly string[],
  options: Options,
): { readonly values: Typed<Options>["values"]; readonly words: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options,
      strict: true,
      allowPositionals: true,
    });
    return { values, words: positionals };
  } catch (error) {
    throw new Refusal(2, error instanceof Error ? error.message : String(error));
  }
}
