/**
 * Secrets by name. A repository's config never holds a secret, only its name; the value, who may use it and where it may be sent are the
 * operator's, in the server's environment: `WAYBILL_SECRET_NAME`, `…_FOR` and `…_TO`. So whoever can change a config can neither read a
 * secret nor send it elsewhere. No message repeats a value.
 */
import type { RevealSecret } from "./core/ports.ts";
import type { Reader } from "./environment-secrets.ts";

/** One secret as the operator has set it. */
export interface NamedSecret {
  readonly name: string;
  readonly value: string;
  /** Who may use it, in lower case: `owner/name`, or `owner/*` for all of an owner's. */
  readonly repositories: readonly string[];
  /** Where it may be sent, in lower case, as a URL writes a host: with the port where it is not the scheme's own. */
  readonly hosts: readonly string[];
}

/** How the names of its variables begin. */
export const SECRET_PREFIX = "WAYBILL_SECRET_";
const NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
const REPOSITORY = /^[a-z0-9][a-z0-9-]{0,38}\/(?:\*|[a-z0-9._-]{1,100})$/;
const HOST =
  /^(?:\[[0-9a-f:.]{2,45}\]|(?=[^:]{1,253}(?::|$))[a-z0-9_]([a-z0-9_-]{0,62})(?:\.[a-z0-9_]([a-z0-9_-]{0,62}))*)(?::[1-9][0-9]{0,4})?$/;
const MAX_SECRETS = 200;
const MAX_LENGTH = 4_096;
const MAX_ENTRIES = 100;
/** A shorter path of an address is no secret, but a word that may stand in any line. */
const SECRET_PATH = 16;
/** What a header or a URL cannot carry: anything but printable ASCII. */
const UNPRINTABLE = /[^\x20-\x7E]/;

/**
 * Reads every `WAYBILL_SECRET_…` variable.
 *
 * @param variables the names of all variables that are there.
 * @returns the secrets that are set up whole. What is wrong with the others is said by the reader.
 */
export function readNamedSecrets(variables: readonly string[], reader: Reader): readonly NamedSecret[] {
  const own = variables.filter((variable) => variable.startsWith(SECRET_PREFIX));
  const names = [
    ...new Set(own.map((variable) => variable.slice(SECRET_PREFIX.length).replace(/_(?:FOR|TO)$/, ""))),
  ];
  if (names.length > MAX_SECRETS)
    reader.wrong(
      `${SECRET_PREFIX}…`,
      `There are more than ${MAX_SECRETS} secrets.`,
      "Remove those that nobody uses.",
    );
  return names.slice(0, MAX_SECRETS).flatMap((name) => readOne(name, reader) ?? []);
}

/** Every text that must not appear in a log because of these secrets: each whole, each of several, and the path of an address. */
export function textsOf(secrets: readonly NamedSecret[]): readonly string[] {
  return secrets.flatMap(({ value }) => {
    const parts = value.split(",").map((part) => part.trim());
    const keys = parts.map((part) => part.replace(/^whsec_/, ""));
    const { pathname = "", search = "" } = URL.parse(value) ?? {};
    const paths = [pathname, search]
      .map((part) => part.slice(1))
      .filter(({ length }) => length >= SECRET_PATH);
    return [value, ...parts, ...keys, ...paths];
  });
}

/**
 * Makes what hands secrets out. A repository that may not use a secret hears the same as for a name that does not exist.
 */
export function createRevealSecret(secrets: readonly NamedSecret[]): RevealSecret {
  const byName = new Map(secrets.map((secret) => [secret.name, secret]));
  return ({ name, repository, host }) => {
    const secret = byName.get(name);
    const owner = repository.owner.toLowerCase();
    const isAllowed = [`${owner}/*`, `${owner}/${repository.name.toLowerCase()}`].some(
      (rule) => secret?.repositories.includes(rule) === true,
    );
    if (secret === undefined || !isAllowed)
      return {
        ok: false,
        reason: `the operator of Waybill has set no secret ${shown(name)} for this repository`,
      };
    if (host !== null && !secret.hosts.includes(host.toLowerCase()))
      return {
        ok: false,
        reason: `the operator of Waybill does not let the secret ${name} be sent to this host`,
      };
    return { ok: true, value: secret.value };
  };
}

/** A name comes from a config, and goes into a sentence. */
function shown(name: string): string {
  return NAME.test(name) ? name : "of that name";
}

function readOne(name: string, reader: Reader): NamedSecret | null {
  const variable = `${SECRET_PREFIX}${name}`;
  if (!NAME.test(name)) {
    reader.warn(
      variable,
      "It is no name of a secret.",
      `Write capital letters, digits and _ behind ${SECRET_PREFIX}, beginning with a letter; up to 64.`,
    );
    return null;
  }
  const value = readValue(variable, reader);
  const repositories = readList(`${variable}_FOR`, reader, REPOSITORY, {
    problem: "It names no repository",
    mend: "Name the repositories that may use the secret, as acme/shop or acme/*, with spaces or commas between them.",
  });
  const hosts = readList(`${variable}_TO`, reader, HOST, {
    problem: "It names no host",
    mend: "Name the hosts that the secret may be sent to, as status.acme.example or status.acme.example:8443.",
  });
  if (value !== null && repositories !== null && repositories.length === 0)
    reader.wrong(
      `${variable}_FOR`,
      "It is not set, so no repository may use the secret.",
      "Name the repositories that may, as acme/shop or acme/*, with spaces or commas between them.",
    );
  if (value === null || repositories === null || repositories.length === 0 || hosts === null) return null;
  return { name, value, repositories, hosts: hosts.map((host) => host.replace(/:443$/, "")) };
}

function readValue(variable: string, { get, wrong }: Reader): string | null {
  const value = get(variable);
  if (value === null)
    wrong(variable, "It is not set or empty.", "Set the secret, or remove its other variables.");
  else if (value.length > MAX_LENGTH)
    wrong(variable, `It is longer than ${MAX_LENGTH} characters.`, "Use a shorter one.");
  else if (UNPRINTABLE.test(value))
    wrong(variable, "It holds line breaks or characters outside of ASCII.", "Write it as one line.");
  else return value;
  return null;
}

function readList(
  variable: string,
  { get, wrong }: Reader,
  pattern: RegExp,
  said: { readonly problem: string; readonly mend: string },
): readonly string[] | null {
  const entries = (get(variable) ?? "")
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
  const isGood = entries.length <= MAX_ENTRIES && entries.every((entry) => pattern.test(entry));
  if (isGood) return entries;
  const place = entries.findIndex((entry) => !pattern.test(entry)) + 1;
  const problem =
    place === 0 ? `It has more than ${MAX_ENTRIES} entries.` : `${said.problem} with its entry ${place}.`;
  wrong(variable, problem, said.mend);
  return null;
}
