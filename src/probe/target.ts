/** Where a probe goes: the URL taken apart, its name resolved, and every address judged before anything is sent. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { judgeAddress } from "./addresses.ts";
import type { AllowedRange } from "./addresses.ts";

/** An address that was judged and may be connected to. */
export interface PinnedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** A URL that may be asked, once its name is resolved. `host` is a name without trailing dot, or an address without brackets. */
export interface Target {
  readonly url: URL;
  readonly host: string;
  readonly port: number;
}

/** A host and a port that may be connected to, once the name is resolved. */
export type Socket = Pick<Target, "host" | "port">;

export type SocketReading =
  | { readonly ok: true; readonly socket: Socket }
  | { readonly ok: false; readonly reason: string };

export type TargetReading =
  | { readonly ok: true; readonly target: Target }
  | { readonly ok: false; readonly reason: string };

export type PinResult =
  | { readonly kind: "pinned"; readonly addresses: readonly PinnedAddress[] }
  | { readonly kind: "refused"; readonly reason: string; readonly address: string }
  | { readonly kind: "unresolved"; readonly reason: string };

/** Answers every address of a name; rejects with a Node DNS error (`code`) if there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

const MAX_URL_LENGTH = 2_048;
const MAX_ADDRESSES = 32;
/** How a refusal ends: who can clear it, and how. */
const HOW_TO_ALLOW = "an operator can allow it by naming the address in WAYBILL_ALLOW_PRIVATE";

/** The operating system's resolver (with its hosts file), all addresses in the order given. */
export const systemResolve: Resolve = async (host) => {
  const found = await lookup(host, { all: true, order: "verbatim" });
  return found.map((entry) => entry.address);
};

/**
 * Takes a URL apart. WHATWG parsing has already turned every spelling of an IPv4 address (octal, hexadecimal, one number, full-width
 * digits) into the four decimal octets that are judged later, and refused IPv6 zones.
 *
 * @see https://url.spec.whatwg.org/#host-parsing
 */
export function readTarget(text: string): TargetReading {
  if (text.length > MAX_URL_LENGTH) return refusal(`the URL has more than ${MAX_URL_LENGTH} characters`);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return refusal("it is not a URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") return refusal("only http and https are asked");
  if (url.username !== "" || url.password !== "")
    return refusal("a URL with a user name or password is not asked");
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  if (host === "") return refusal("the URL has no host");
  if (host === "localhost" || host.endsWith(".localhost")) {
    return refusal(`localhost is Waybill's own machine; write its address (as 127.0.0.1): ${HOW_TO_ALLOW}`);
  }
  const port = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  if (port === 0) return refusal("port 0 cannot be asked");
  return { ok: true, target: { url, host, port } };
}

/** Takes `tcp://HOST:PORT` apart, the host by the same rules as a URL's. */
export function readSocket(text: string): SocketReading {
  const port = /^tcp:\/\/[^\s/?#@]+:([0-9]{1,5})$/i.exec(text)?.[1];
  if (port === undefined) return refusal("it is not a host with a port");
  const reading = readTarget(`http://${text.slice("tcp://".length)}`);
  return reading.ok ? { ok: true, socket: reading.target } : reading;
}

/** Whether an address in a config is a host with a port, and not a URL. */
export function isSocket(url: string): boolean {
  return url.startsWith("tcp:");
}

function refusal(reason: string): { readonly ok: false; readonly reason: string } {
  return { ok: false, reason };
}

/**
 * Resolves a target's name once and judges every address. One forbidden address among good ones refuses the whole name: whoever
 * serves such a name may choose which one is connected to.
 */
export async function pinAddresses(
  target: Socket,
  allow: readonly AllowedRange[],
  resolve: Resolve,
): Promise<PinResult> {
  const found = await addressesOf(target.host, resolve);
  if (typeof found === "string") return { kind: "unresolved", reason: found };
  const pinned: PinnedAddress[] = [];
  for (const address of found) {
    const verdict = judgeAddress(address, target.port, allow);
    if (!verdict.allowed) {
      const reason = `the host's address is not a public one (${verdict.denied}); ${HOW_TO_ALLOW}`;
      return { kind: "refused", reason, address };
    }
    pinned.push({ address, family: isIP(address) === 6 ? 6 : 4 });
  }
  return { kind: "pinned", addresses: pinned };
}

async function addressesOf(host: string, resolve: Resolve): Promise<readonly string[] | string> {
  if (isIP(host) !== 0) return [host];
  try {
    const found = await resolve(host);
    if (found.length === 0) return "the host's name has no address";
    return found.length > MAX_ADDRESSES ? `the host's name has more than ${MAX_ADDRESSES} addresses` : found;
  } catch (error) {
    return `the host's name could not be resolved (${codeOf(error)})`;
  }
}

/** The short code of a Node error (`ECONNREFUSED`); its message may hold addresses and is left out. */
export function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : null;
  return typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code) ? code : "failed";
}
