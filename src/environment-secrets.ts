/** Secrets among the operator's settings: that they are there, and hard to guess. No message repeats a value. */
import { KEY_BYTES, signingKey } from "./core/signing-keys.ts";
import type { ReadKeyFile } from "./environment.ts";

type Report = (variable: string, problem: string, mend: string) => void;
/** What settings are read from, and where it is said what is wrong with them. */
export interface Reader {
  /** The variable without surrounding white space; null if it is not set or empty. */
  readonly get: (variable: string) => string | null;
  readonly wrong: Report;
  readonly warn: Report;
  readonly cwd: string;
  readonly readFile: ReadKeyFile;
}

const MIN_SECRET_BYTES = 16;
const MAX_SECRETS = 8;

/** The secrets that webhooks are signed with. */
export function readSecrets({ get, wrong, warn }: Reader): readonly string[] {
  const variable = "WEBHOOK_SECRET";
  const mend = "Set it to what `openssl rand -hex 32` prints, here and on the App's settings page on GitHub.";
  const text = get(variable);
  if (text === null) {
    wrong(variable, "It is not set.", mend);
    return [];
  }
  const secrets = text.split(",").map((secret) => secret.trim());
  if (secrets.length > MAX_SECRETS)
    wrong(variable, `It lists more than ${MAX_SECRETS} secrets.`, "Remove old ones.");
  for (const [index, secret] of secrets.entries()) {
    const problem = weakness(secret);
    const which = secrets.length > 1 ? `Secret ${index + 1}` : "It";
    if (problem !== null) wrong(variable, `${which} ${problem}`, mend);
    // Long enough, yet what people type: said aloud, not refused, since only its owner knows where it came from.
    else if (isTyped(secret)) warn(variable, `${which} looks typed rather than generated.`, mend);
  }
  return [...new Set(secrets)];
}

/** Why a secret can be guessed, or null. These are the ones people type; the rest is the generator's business. */
function weakness(secret: string): string | null {
  if (secret === "") return "is empty (secrets are separated by commas).";
  // Probot's default, which anybody can sign with.
  if (secret.toLowerCase() === "development") return "is the word `development`.";
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) return `is shorter than ${MIN_SECRET_BYTES} bytes.`;
  return new Set(secret).size < 6 ? "has fewer than 6 different characters." : null;
}

/** Whether a secret repeats itself or runs in sequence, as typed ones do. */
function isTyped(secret: string): boolean {
  if (/^(.{1,16}?)\1+$/su.test(secret)) return true;
  const codes = Array.from(secret, (character) => character.codePointAt(0) ?? 0);
  const rising = codes.filter((code, at) => at > 0 && code === (codes[at - 1] ?? 0) + 1).length;
  return rising * 5 >= codes.length * 4;
}

/** The keys by which questions to services are signed; none where the variable is not set. */
export function readGateKeys({ get, wrong }: Reader): readonly Uint8Array[] {
  const variable = "WAYBILL_GATE_SECRET";
  const mend = 'Set it to what `echo "whsec_$(openssl rand -base64 32)"` prints, here and at the services.';
  const secrets = get(variable)?.split(",") ?? [];
  if (secrets.length > MAX_SECRETS)
    wrong(variable, `It lists more than ${MAX_SECRETS} secrets.`, "Remove old ones.");
  return secrets.flatMap((secret, index) => {
    const key = signingKey(secret);
    // As many different bytes as there are in no word, and in every random key.
    if (key !== null && new Set(key).size >= 12) return [key];
    const which = secrets.length > 1 ? `Secret ${index + 1}` : "It";
    wrong(
      variable,
      key !== null
        ? `${which} can be guessed.`
        : `${which} is not \`whsec_\` and the base64 of ${KEY_BYTES.least} to ${KEY_BYTES.most} bytes.`,
      mend,
    );
    return [];
  });
}
