/** Addresses in the config: which are taken, and which will hardly be reachable. The guard against inner targets is the probe's. */
import type { Broken } from "./names.ts";

/**
 * Whether whoever runs Waybill lets an address be asked, as far as that shows before its name is resolved. `reason` is a plain half sentence
 * that names no address.
 */
export type Reach = (
  url: string,
) =>
  | { readonly kind: "open" }
  | { readonly kind: "unknown" }
  | { readonly kind: "barred"; readonly reason: string };

const LONGEST_URL = 500;
/** What would break out of a Markdown link or a terminal's line; an address can always encode it. */
const UNSAFE_IN_URL = /[\s<>"'`\\|^{}\p{Cc}\p{Cf}\p{Z}]/u;

/** Says why a text cannot be an address; null where it can: http or https, a host, and no credentials. */
export function brokenUrl(text: string): Broken | null {
  if (text.length > LONGEST_URL)
    return { message: `an address has at most ${LONGEST_URL} characters`, mend: "shorten it" };
  if (!/^https?:\/\//i.test(text)) {
    return {
      message: "an address begins with https:// or http://",
      mend: "write it in full, such as `https://shop.example/version`",
    };
  }
  if (UNSAFE_IN_URL.test(text)) {
    return {
      message: "the address has a character that must be percent-encoded",
      mend: "write a space as %20, and so on",
    };
  }
  const url = URL.parse(text);
  if (url === null || url.hostname === "")
    return { message: "not an address", mend: "write `https://HOST/PATH`" };
  if (url.username !== "" || url.password !== "" || /^[a-z]+:\/\/[^/?#]*@/i.test(text)) {
    return {
      message: "an address holds no user name or password",
      mend: "remove what stands before the `@`: this file is no place for secrets",
    };
  }
  if (url.hash !== "") return { message: "the part from `#` on is never sent", mend: "remove it" };
  return null;
}

/** Says why a text cannot be a host with a port; null where it can. */
export function brokenSocket(text: string): Broken | null {
  const mend = "write a host and a port, such as `db.example:5432` or `[2001:db8::1]:5432`";
  if (/^[a-z]+:\/\//i.test(text)) return { message: "a host and a port alone, without a scheme", mend };
  const port = Number(/^[^/?#@]+:([0-9]{1,5})$/.exec(text)?.[1] ?? 0);
  if (port < 1 || port > 65_535) return { message: "not a host with a port", mend };
  return brokenUrl(`http://${text}`) === null ? null : { message: "not a host with a port", mend };
}

const INNER_HOST =
  /^(localhost|.*\.(localhost|local|internal)|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(1[6-9]|2\d|3[01])\..*|0\.0\.0\.0|\[(::1?|f[cde].*|::ffff:.*)\])$/;

/**
 * Whether an address plainly names a machine inside a private network. Only a hint while reading the config: what a name
 * resolves to is known, and judged, when it is asked.
 */
export function namesInnerHost(text: string): boolean {
  const url = URL.parse(text.replace(/^tcp:/, "http:"));
  return url !== null && INNER_HOST.test(url.hostname.toLowerCase());
}

/** Why nothing is sent where `isOpenToOthers`: part of a sentence. */
export const BY_HTTPS_ALONE = "a secret is sent by https alone, as anybody on the way could read it";

/** Whether anybody on the way could read what is sent to an address, so that no secret goes there: it is not encrypted, and leaves the private network. */
export function isOpenToOthers(url: string): boolean {
  return /^http:/i.test(url) && !namesInnerHost(url);
}
