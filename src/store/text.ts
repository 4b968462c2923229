import { crossOutCredentials } from "../core/secrets.ts";

/** How many characters of an error are kept with its job. */
const ERROR_LIMIT = 2_000;

/**
 * A text as both databases can hold it: PostgreSQL refuses NUL, and neither keeps half of a surrogate pair; both
 * become U+FFFD. Without this, one hostile text would fail the whole batch that it came in with.
 */
export function storableText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes("\0") ? wellFormed.replaceAll("\0", "\u{FFFD}") : wellFormed;
}

/** An error's text as it is kept with a job: storable, without credentials, and at most 2,000 characters. */
export function storableError(error: string): string {
  const clean = crossOutCredentials(error.slice(0, ERROR_LIMIT * 2));
  return storableText(clean.length > ERROR_LIMIT ? `${clean.slice(0, ERROR_LIMIT - 1)}…` : clean);
}

/** A value as JSON text; `undefined` becomes `null`, as JSON has no word for it. Always storable: JSON escapes NUL and halves. */
export function toJson(value: unknown): string {
  return JSON.stringify(value) ?? "null";
}

/** The value of a JSON text that this store has written. */
export function fromJson(text: string): unknown {
  return JSON.parse(text);
}
