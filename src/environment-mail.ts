/** The server by which mail is sent, among the operator's settings. No message repeats a value. */
import type { MailSettings } from "./channels/index.ts";
import type { Reader } from "./environment-secrets.ts";

const URL_VARIABLE = "WAYBILL_SMTP_URL";
const FROM = "WAYBILL_MAIL_FROM";
const TO = "WAYBILL_MAIL_TO";
/** The variables that name it. */
export const MAIL_VARIABLES: readonly string[] = [URL_VARIABLE, FROM, TO];

const ADDRESS = /^[a-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/i;
const DOMAIN = /^@?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/i;
const MAILED = {
  [URL_VARIABLE]:
    "Set it to smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST, with what is special in user and password percent-encoded.",
  [FROM]: "Set it to the address that mail comes from, as waybill@acme.example.",
  [TO]: "Name the addresses and domains that may be written to, as ops@acme.example or acme.example, with spaces or commas between them.",
} as const;

/** The server; null where none is set. All three variables belong together. */
export function readMail({ get, wrong }: Reader): MailSettings | null {
  const url = get(URL_VARIABLE);
  const from = get(FROM);
  const to = get(TO);
  if (url === null && from === null && to === null) return null;
  for (const [variable, value] of [
    [URL_VARIABLE, url],
    [FROM, from],
    [TO, to],
  ] as const)
    if (value === null) wrong(variable, "It is not set, though mail is to be sent.", MAILED[variable]);
  if (url === null || from === null || to === null) return null;
  const address = URL.parse(url);
  if (
    address === null ||
    !/^smtps?:$/.test(address.protocol) ||
    address.hostname === "" ||
    address.search !== ""
  )
    wrong(URL_VARIABLE, "It is not the address of a mail server.", MAILED[URL_VARIABLE]);
  if (!ADDRESS.test(from)) wrong(FROM, "It is not a mail address.", MAILED[FROM]);
  const allowed = to
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== "");
  if (!allowed.every((entry) => ADDRESS.test(entry) || DOMAIN.test(entry)))
    wrong(TO, "It names something else than addresses and domains.", MAILED[TO]);
  return { url, from, allowed: allowed.map((entry) => entry.replace(/^@/, "")) };
}

/** What must not appear in a log because of it. */
export function mailSecrets(mail: MailSettings | null): readonly string[] {
  const password = URL.parse(mail?.url ?? "")?.password ?? "";
  return mail === null ? [] : [mail.url, password, decoded(password)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
