/** The answer to what `waybill status|why|plan` asks, or why there is none. */
import { ask, type Question, type Reply } from "../../asking.ts";
import type { CommandAnswer } from "../../core/commands/command.ts";
import type { Spoken } from "../../core/spoken.ts";
import type { Settings } from "../../environment.ts";
import { createTextRenderer } from "../../render/text.ts";
import { openStore } from "../../store/index.ts";
import { Refusal, sentence } from "../store/refusal.ts";

/** An answer, with the word that commands begin with in that repository. */
type Answer = CommandAnswer & Spoken;

/**
 * Asks with the server's settings; its store is opened for reading only.
 *
 * @param cwd the folder that relative paths in the settings start from
 * @throws Refusal where there is no answer; StoreConfigError, StoreUnavailableError as `openStore` does
 */
export async function answerTo(question: Question, settings: Settings, cwd: string): Promise<Answer> {
  const clock = { now: () => Date.now() };
  const store = await openStore(settings.databaseUrl, { cwd, clock, readOnly: true });
  try {
    const reply = await ask(question, { settings, store, clock });
    if (reply.kind === "answer")
      return { ...reply.answer, ...(reply.prefix === undefined ? {} : { prefix: reply.prefix }) };
    throw noAnswer(question, reply);
  } finally {
    await store.close();
  }
}

/** The answer in words, as Markdown: what the comment would say below its mark. */
export function markdownOf(login: string, answer: Answer): string {
  const view = { template: "answers", by: login, answers: [answer] } as const;
  const text = createTextRenderer();
  const { body, marker } = (answer.prefix === undefined ? text : text.withPrefix(answer.prefix)).comment(
    view,
    "asked",
  );
  return `${body.slice(marker.length).trim()}\n`;
}

function noAnswer(
  { owner, repo, login, line }: Question,
  reply: Exclude<Reply, { kind: "answer" }>,
): Refusal {
  const place = `${owner}/${repo}`;
  switch (reply.kind) {
    case "stranger":
      return new Refusal(
        1,
        `${login} has no role above \`read\` in ${place}, so \`${line}\` would get no answer.`,
        "Name with --as somebody who works there.",
      );
    case "no config":
      return new Refusal(
        1,
        `There is no .github/waybill.yml on the default branch of ${place}, so Waybill answers nothing there.`,
        "docs/quickstart.md says how to begin.",
      );
    case "not installed":
      return new Refusal(
        1,
        `Waybill is not installed in ${place}, or there is no such repository.`,
        "`waybill doctor` says where it is installed.",
      );
    case "nobody":
      return new Refusal(1, `GitHub knows nobody called ${login}.`);
    case "unavailable":
      return new Refusal(
        3,
        sentence(reply.message),
        reply.until === null
          ? "`waybill doctor` says which of key, permissions and network is at fault."
          : `Ask again after ${new Date(reply.until).toISOString()}.`,
      );
  }
}
