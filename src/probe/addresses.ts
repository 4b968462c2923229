/**
 * Which addresses a probe may reach. The rule is a list of what is allowed, not of what is forbidden: public unicast, and
 * what the operator named in WAYBILL_ALLOW_PRIVATE.
 */
import ipaddr from "ipaddr.js";

/** One entry of WAYBILL_ALLOW_PRIVATE: an address range, `port` null for every port. */
export interface AllowedRange {
  /** The range's first address in canonical text. */
  readonly base: string;
  /** Leading bits: 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly prefix: number;
  readonly port: number | null;
}

export type AllowedRangesReading =
  | { readonly ok: true; readonly ranges: readonly AllowedRange[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** `denied` is a class of address ("private"), never the address itself: that would tell strangers what lies in the network. */
export type AddressVerdict =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly denied: string };

type Address = ipaddr.IPv4 | ipaddr.IPv6;

const MAX_RANGES = 64;
/** Wider than the widest private block of each family (10.0.0.0/8 and fc00::/7) is surely a mistake. */
const WIDEST = { ipv4: 8, ipv6: 7 } as const;
const ENTRY = /^(?:\[([^\]]+)\]|([^:[\]]+)|([0-9A-Fa-f:.]+(?:\/[0-9]+)?))(?::([0-9]{1,5}))?$/;

/**
 * Addresses of cloud platforms that hand out credentials or steer the machine to whoever can reach them. A wide range of the
 * operator does not include them; only the address itself does.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html (169.254.169.254, fd00:ec2::254)
 * @see https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
 * @see https://www.alibabacloud.com/help/ecs/user-guide/view-instance-metadata (100.100.100.200)
 */
const PLATFORM_ADDRESSES: ReadonlySet<string> = new Set([
  "169.254.169.254",
  "168.63.129.16",
  "100.100.100.200",
  "192.0.0.192",
  "fd00:ec2::254",
  "fd20:ce::254",
]);

/** ipaddr.js' names of address classes in words; every class that is not here is called reserved. */
const CLASS_WORDS: Readonly<Record<string, string>> = {
  private: "private",
  uniqueLocal: "private",
  loopback: "loopback",
  linkLocal: "link-local",
  carrierGradeNat: "carrier-grade NAT",
  multicast: "multicast",
  broadcast: "broadcast",
  unspecified: "unspecified",
  "6to4": "IPv4 in IPv6",
  teredo: "IPv4 in IPv6",
  rfc6052: "IPv4 in IPv6",
  rfc6145: "IPv4 in IPv6",
};

/**
 * Reads WAYBILL_ALLOW_PRIVATE: entries separated by commas or white space, each an address or a CIDR range, IPv4 or IPv6,
 * with an optional port (`10.0.0.0/8`, `127.0.0.1:8080`, `[::1]:8080`, `[fd00::/8]:443`).
 *
 * @returns the ranges, or every problem, naming entries by their position so that a secret put here by mistake is not repeated.
 */
export function readAllowedRanges(text: string): AllowedRangesReading {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== "");
  if (entries.length > MAX_RANGES) return { ok: false, problems: [`it has more than ${MAX_RANGES} entries`] };
  const ranges: AllowedRange[] = [];
  const problems: string[] = [];
  for (const [index, entry] of entries.entries()) {
    const range = readRange(entry);
    if (typeof range === "string") problems.push(`entry ${index + 1} ${range}`);
    else ranges.push(range);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, ranges };
}

function readRange(entry: string): AllowedRange | string {
  const match = ENTRY.exec(entry);
  // Without brackets an IPv6 address would swallow the port (`::1:8080`), so a bare one cannot have any.
  const bareV6 = match?.[3];
  const text = bareV6 ?? match?.[1] ?? match?.[2];
  if (!match || text === undefined) return "is no address, range, or either with a port";
  if (bareV6 !== undefined && match[4] !== undefined)
    return "needs brackets around an IPv6 address with a port";
  const port = match[4] === undefined ? null : Number(match[4]);
  if (port !== null && (port < 1 || port > 65_535)) return "has a port outside 1 to 65535";
  const [addressText = "", prefixText, ...more] = text.split("/");
  const address = strictAddress(addressText);
  if (address === null || more.length > 0) return "is no address, range, or either with a port";
  const bits = address.kind() === "ipv4" ? 32 : 128;
  const prefix = prefixText === undefined ? bits : /^[0-9]{1,3}$/.test(prefixText) ? Number(prefixText) : -1;
  if (prefix < 0 || prefix > bits) return `has a prefix length outside 0 to ${bits}`;
  if (prefix < WIDEST[address.kind()]) return `is wider than /${WIDEST[address.kind()]}`;
  const base = networkOf(address, prefix);
  return { base, prefix, port };
}

/** Four decimal octets or plain IPv6 only: no octal, no hexadecimal, no short forms, no zone. */
function strictAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  if (!/^[0-9A-Fa-f:.]{2,45}$/.test(text) || !URL.canParse(`http://[${text}]/`)) return null;
  // ipaddr.js takes `::1.2.3.4` for the mapped `::ffff:1.2.3.4`; the URL parser's form leaves no room for that.
  const address = ipaddr.IPv6.parse(new URL(`http://[${text}]/`).hostname.slice(1, -1));
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

function networkOf(address: Address, prefix: number): string {
  const cidr = `${address.toString()}/${prefix}`;
  const network =
    address.kind() === "ipv4"
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr);
  return network.toString();
}

/**
 * Judges an address that a name resolved to (or that stands in the URL), for one port.
 *
 * @param text an IPv4 or IPv6 address as a resolver gives it; anything else is denied.
 */
export function judgeAddress(text: string, port: number, allow: readonly AllowedRange[]): AddressVerdict {
  const written = strictAddress(text);
  if (written === null) return { allowed: false, denied: "malformed" };
  // What a translator (RFC 6052) turns into IPv4 is judged as that IPv4 address, so that it hides nothing.
  const address = embeddedByNat64(written) ?? written;
  if (isListed(address, port, allow)) return { allowed: true };
  const denied = deniedClass(address);
  if (denied !== null) return { allowed: false, denied };
  // Below 1024 live other protocols (mail, SSH, databases' neighbours) that an HTTP request must not be used to talk to.
  if (port < 1024 && port !== 80 && port !== 443) return { allowed: false, denied: "system port" };
  return { allowed: true };
}

function embeddedByNat64(address: Address): ipaddr.IPv4 | null {
  if (!(address instanceof ipaddr.IPv6)) return null;
  if (!address.match(ipaddr.IPv6.parse("64:ff9b::"), 96)) return null;
  return new ipaddr.IPv4(address.toByteArray().slice(12));
}

function isListed(address: Address, port: number, allow: readonly AllowedRange[]): boolean {
  const whole = address.kind() === "ipv4" ? 32 : 128;
  const platform = PLATFORM_ADDRESSES.has(address.toString());
  return allow.some((range) => {
    if (range.port !== null && range.port !== port) return false;
    if (platform && range.prefix !== whole) return false;
    const base = ipaddr.parse(range.base);
    return base.kind() === address.kind() && address.match(base, range.prefix);
  });
}

function deniedClass(address: Address): string | null {
  if (PLATFORM_ADDRESSES.has(address.toString())) return "cloud platform";
  const range: string = address.range();
  if (range !== "unicast") return CLASS_WORDS[range] ?? "reserved";
  // Everything that IANA has handed out as global unicast lies in 2000::/3; the rest (as ::127.0.0.1) only looks harmless.
  if (address instanceof ipaddr.IPv6 && !address.match(ipaddr.IPv6.parse("2000::"), 3)) return "reserved";
  return null;
}
