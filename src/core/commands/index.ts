/** The commands that Waybill knows: one line each. `/help` is made from this very list. */
import { isAllowed } from "../permission.ts";
import type { CommandDefinition } from "./command.ts";
import { approve } from "./approve.ts";
import { cancel } from "./cancel.ts";
import { freeze } from "./freeze.ts";
import { usageOf } from "./grammar.ts";
import { hold } from "./hold.ts";
import { hotfix } from "./hotfix.ts";
import { notes } from "./notes.ts";
import { plan } from "./plan.ts";
import { promote } from "./promote.ts";
import { reject } from "./reject.ts";
import { release } from "./release.ts";
import { resolve } from "./resolve.ts";
import { retry } from "./retry.ts";
import { rollback } from "./rollback.ts";
import { status } from "./status.ts";
import { unapprove } from "./unapprove.ts";
import { unfreeze } from "./unfreeze.ts";
import { unhold } from "./unhold.ts";
import { unpin } from "./unpin.ts";
import { unquarantine } from "./unquarantine.ts";
import { why } from "./why.ts";

const withoutHelp: readonly CommandDefinition[] = [
  promote,
  cancel,
  retry,
  rollback,
  unpin,
  unquarantine,
  approve,
  reject,
  unapprove,
  release,
  hotfix,
  notes,
  status,
  why,
  plan,
  freeze,
  unfreeze,
  hold,
  unhold,
  resolve,
];

/** `/help [command]`: the commands, and what the asking person may do in each environment. */
const help: CommandDefinition = {
  name: "help",
  args: [{ name: "command", required: false }],
  flags: [],
  summary: "this list",
  wants: () => null,
  run: (request, facts) => {
    const topic = request.args[0]?.replace(/^\//, "") ?? null;
    const known = topic !== null && commands.some((command) => command.name === topic) ? topic : null;
    return {
      kind: "answer",
      answer: {
        kind: "help",
        command: request.text,
        topic: known,
        commands: commands
          .filter((command) => known === null || command.name === known)
          .map((command) => ({ usage: usageOf(command), summary: command.summary })),
        environments: facts.config.environments.map((environment) => ({
          name: environment.name,
          promote: environment.promote,
          mayPromote: isAllowed(environment.permission, request.by, facts.role),
          needs: environment.permission.role ?? "listed",
        })),
        release: {
          on: facts.config.release.on,
          mayRelease: isAllowed(facts.config.release.permission, request.by, facts.role),
          needs: facts.config.release.permission.role,
        },
      },
    };
  },
};

export const commands: readonly CommandDefinition[] = [...withoutHelp, help];

/** The command of that name, or null. */
export function commandNamed(name: string): CommandDefinition | null {
  return commands.find((command) => command.name === name) ?? null;
}
