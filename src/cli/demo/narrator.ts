/** Who speaks on the terminal: the story in plain words, or one JSON object a step. */

export interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** How a step ended. `detail` is one line with the facts, or what was expected and what was seen. */
export interface StepResult {
  readonly step: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface Narrator {
  /** A paragraph of the story. */
  say(text: string): void;
  /** Begins a step: what happens now. */
  begin(title: string, text: string): void;
  /** Ends a step. `look` is the address of what it brought about. */
  end(result: StepResult, look?: string): void;
}

/** With `json` standard output carries the results alone, and the story goes to standard error. */
export function createNarrator(io: Io, json: boolean): Narrator {
  const tell = json ? io.stderr : io.stdout;
  let count = 0;
  return {
    say: (text) => tell(`${text}\n`),
    begin(title, text) {
      count += 1;
      tell(`\n${count}. ${title}\n${indented(text)}`);
    },
    end(result, look) {
      if (json) io.stdout(`${JSON.stringify(result)}\n`);
      tell(indented(`${result.ok ? "ok:" : "FAILED:"} ${result.detail}`));
      if (result.ok && look !== undefined) tell(indented(`see ${look}`));
    },
  };
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `   ${line}\n`)
    .join("");
}

/** Text of others on a terminal: no control characters, and not endless. */
export function plain(text: string, most = 600): string {
  const safe = text.replaceAll(/[^\P{Cc}\n]/gu, "?");
  return safe.length > most ? `${safe.slice(0, most)}…` : safe;
}
