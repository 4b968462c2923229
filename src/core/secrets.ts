/**
 * What secrets look like, and crossing them out. Two strengths: shapes that nothing else has may be crossed out of anybody's prose;
 * what merely follows a header's name only out of lines for machines, where too much is better than too little.
 *
 * Every pattern runs in time linear in the text, because texts of strangers go through it.
 */

/** What stands in a secret's place. */
export const REDACTED = "[redacted]";

// A key's body: base64 and line breaks, which a log line shows as backslashes and a letter, or as a URL writes them. A lone backslash
// is left alone: it may escape the quote that ends the string.
const PRIVATE_KEY =
  /-----BEGIN(?:[A-Z +]|%20){1,60}PRIVATE(?:[ +]|%20)KEY-----(?:[A-Za-z0-9+/=%\s:,-]|\\+[nr])*/g;
// "-----BEGIN " in base64: a whole PEM file as deployment tools pass it around.
const ENCODED_PRIVATE_KEY = /LS0tLS1CRUdJTi[A-Za-z0-9+/_=-]*/g;
// Installation tokens of the newer kind continue as a JWT, so dots belong to them.
const GITHUB_TOKEN = /(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{10}[A-Za-z0-9_.-]*/g;
// Not where the `e` is the last digit of an escape such as \u001e: the line would no longer be JSON.
const JWT = /eyJ(?<!\\u[0-9a-f]{3}eyJ)[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*/g;
const URL_PASSWORD = /(:\/\/[^\s/:@"'\\]{0,128}:)[^\s/@"'\\]{1,256}@/g;
/** Whether any of the shapes above can be in a text at all: most texts are left after one look. */
const MAYBE = /gh[pousr]_|github_pat_|eyJ|:\/\/|LS0tLS1CRUdJTi|-----BEGIN/;
const MAYBE_NAMED = /authorization|x-hub-signature|cookie|bearer|basic/i;
// A header's name, then its value to the end of the string: as an object's member, in an array of raw headers, or in plain text. Both
// quotes are escaped alike, or the second one is the end of the whole string.
const CREDENTIAL_HEADER =
  /(authorization|x-hub-signature(?:-256)?|cookie)((\\*)["']\s?[:,]\s?\[?\3["']|\s?[:=]\s?)[^"\\]+/gi;
const SCHEME = /\b(bearer|basic)\s[A-Za-z0-9._~+/=-]{12,}/gi;

/**
 * Crosses GitHub's tokens, private keys, JWTs and passwords in URLs out of a text that people wrote or will read. What only sounds like a
 * secret ("authorization: check the role first") stays.
 *
 * @see https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
 */
export function crossOutTokens(text: string): string {
  if (!hasTraces(text) || !MAYBE.test(text)) return text;
  return text
    .replaceAll(PRIVATE_KEY, REDACTED)
    .replaceAll(ENCODED_PRIVATE_KEY, REDACTED)
    .replaceAll(GITHUB_TOKEN, REDACTED)
    .replaceAll(JWT, (match) => (match.includes(".") && match.length > 16 ? REDACTED : match))
    .replaceAll(URL_PASSWORD, `$1${REDACTED}@`);
}

/**
 * A first look, several times as fast as a pattern, since it is taken at the first line of every commit: each of the shapes has one of these. (The engine searches for
 * a rare character faster than a loop does.)
 */
function hasTraces(text: string): boolean {
  return (
    text.includes("_") ||
    text.includes("J") ||
    text.includes("S0t") ||
    text.includes("BEGIN") ||
    text.includes("://")
  );
}

/** Crosses out also what follows the name of a credential's header, to the end of its string: for log lines and errors. JSON stays JSON. */
export function crossOutCredentials(text: string): string {
  const clean = crossOutTokens(text);
  if (!MAYBE_NAMED.test(clean)) return clean;
  return clean.replaceAll(CREDENTIAL_HEADER, `$1$2${REDACTED}`).replaceAll(SCHEME, `$1 ${REDACTED}`);
}
