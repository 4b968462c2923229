import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeAddress, readAllowedRanges } from "../../src/probe/addresses.ts";
import type { AllowedRange } from "../../src/probe/addresses.ts";

function ranges(text: string): readonly AllowedRange[] {
  const reading = readAllowedRanges(text);
  if (!reading.ok) throw new Error(reading.problems.join("; "));
  return reading.ranges;
}

function isAllowed(address: string, allow = "", port = 443): boolean {
  return judgeAddress(address, port, ranges(allow)).allowed;
}

describe("without a word of the operator", () => {
  it.each([
    ["0.0.0.0", "unspecified"],
    ["0.1.2.3", "unspecified"],
    ["10.0.0.1", "private"],
    ["100.64.0.1", "carrier-grade NAT"],
    ["100.100.100.200", "cloud platform"],
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["168.63.129.16", "cloud platform"],
    ["169.254.0.1", "link-local"],
    ["169.254.169.254", "cloud platform"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.0.0.8", "reserved"],
    ["192.0.0.192", "cloud platform"],
    ["192.0.2.1", "reserved"],
    ["192.88.99.1", "reserved"],
    ["192.168.1.1", "private"],
    ["198.18.0.1", "reserved"],
    ["198.51.100.1", "reserved"],
    ["203.0.113.1", "reserved"],
    ["224.0.0.1", "multicast"],
    ["239.255.255.250", "multicast"],
    ["240.0.0.1", "reserved"],
    ["255.255.255.255", "broadcast"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::7f00:1", "reserved"],
    ["::127.0.0.1", "reserved"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:a9fe:a9fe", "cloud platform"],
    ["::ffff:0:7f00:1", "IPv4 in IPv6"],
    ["64:ff9b::7f00:1", "loopback"],
    ["64:ff9b::169.254.169.254", "cloud platform"],
    ["64:ff9b:1::1", "IPv4 in IPv6"],
    ["100::1", "reserved"],
    ["2001::1", "IPv4 in IPv6"],
    ["2001:2::1", "reserved"],
    ["2001:db8::1", "reserved"],
    ["2002:7f00:1::", "IPv4 in IPv6"],
    ["2002:808:808::", "IPv4 in IPv6"],
    ["3fff::1", "reserved"],
    ["4000::1", "reserved"],
    ["5f00::1", "reserved"],
    ["fc00::1", "private"],
    ["fd00:ec2::254", "cloud platform"],
    ["fd12:3456::1", "private"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "malformed"],
    ["fec0::1", "reserved"],
    ["ff02::1", "multicast"],
    ["0177.0.0.1", "malformed"],
    ["0x7f.1", "malformed"],
    ["2130706433", "malformed"],
    ["127.1", "malformed"],
    ["", "malformed"],
    ["shop.example", "malformed"],
    ["8.8.8.8 ", "malformed"],
  ])("%s is denied as %s", (address, denied) => {
    expect(judgeAddress(address, 443, [])).toEqual({ allowed: false, denied });
  });

  it.each([
    "8.8.8.8",
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "2a00:1450::1",
    "64:ff9b::808:808",
    "::ffff:8.8.8.8",
  ])("%s is public", (address) => {
    expect(isAllowed(address)).toBe(true);
  });

  it("a public address is asked on the web's ports and high ones, not on those of other system services", () => {
    for (const [port, allowed] of [
      [80, true],
      [443, true],
      [8443, true],
      [65_535, true],
      [22, false],
      [25, false],
      [587, false],
    ] as const) {
      expect(isAllowed("8.8.8.8", "", port)).toBe(allowed);
    }
  });
});

describe("what the operator allows", () => {
  it.each([
    ["10.1.2.3", "10.1.2.3", 443, true],
    ["10.1.2.3", "10.1.2.4", 443, false],
    ["10.1.2.3", "10.0.0.0/8", 443, true],
    ["10.1.2.3", "10.1.2.77/24", 443, true],
    ["10.1.3.3", "10.1.2.77/24", 443, false],
    ["127.0.0.1", "127.0.0.1:8080", 8080, true],
    ["127.0.0.1", "127.0.0.1:8080", 8081, false],
    ["10.1.2.3", "192.168.0.0/16, 10.0.0.0/8:8080", 8080, true],
    ["8.8.8.8", "8.8.8.8:22", 22, true],
    ["::1", "::1", 443, true],
    ["::1", "[::1]:8080", 8080, true],
    ["::1", "[::1]:8080", 80, false],
    ["fd00::5", "fd00::/8", 443, true],
    ["fd00::5", "[fd00::/8]:443", 443, true],
    ["::ffff:10.1.2.3", "10.0.0.0/8", 443, true],
    ["10.1.2.3", "::ffff:10.1.2.3", 443, true],
    ["10.1.2.3", "fc00::/7", 443, false],
    ["fd00::5", "10.0.0.0/8", 443, false],
  ])("%s under %s on port %i: %s", (address, allow, port, allowed) => {
    expect(isAllowed(address, allow, port)).toBe(allowed);
  });

  it("never covers a cloud's metadata by a range, only by the address itself", () => {
    expect(isAllowed("169.254.169.254", "169.254.0.0/16")).toBe(false);
    expect(isAllowed("::ffff:169.254.169.254", "169.254.0.0/16")).toBe(false);
    expect(isAllowed("fd00:ec2::254", "fc00::/7")).toBe(false);
    expect(isAllowed("169.254.169.254", "169.254.0.0/16 169.254.169.254")).toBe(true);
  });

  it.each([
    ["10.0.0.0/7", /entry 1 is wider/],
    ["0.0.0.0/0", /entry 1 is wider/],
    ["::/0", /entry 1 is wider/],
    ["10.0.0.0/33", /entry 1 has a prefix length/],
    ["10.0.0.0/8/8", /entry 1 is no address/],
    ["10.0.0.1:0", /entry 1 has a port/],
    ["10.0.0.1:70000", /entry 1 has a port/],
    ["10.0.0.1,shop.example", /entry 2 is no address/],
    ["010.0.0.1", /entry 1 is no address/],
    ["10.1", /entry 1 is no address/],
    ["fe80::1%eth0", /entry 1 is no address/],
    ["fd00::/8:443", /entry 1 needs brackets/],
    ["*", /entry 1 is no address/],
    [Array.from({ length: 65 }, () => "10.0.0.1").join(), /more than 64/],
  ])("%s is refused", (text, problem) => {
    const reading = readAllowedRanges(text);
    expect(reading).toMatchObject({ ok: false });
    if (!reading.ok) expect(reading.problems.join()).toMatch(problem);
  });

  it("may be nothing at all", () => {
    expect(ranges("")).toEqual([]);
    expect(ranges(" , ")).toEqual([]);
  });

  it("is never repeated in a problem, and reading never throws", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: "grapheme-ascii" }), (text) => {
        const reading = readAllowedRanges(text.replaceAll(/[\s,]/g, "_"));
        if (!reading.ok) expect(reading.problems.join()).not.toContain(text);
      }),
    );
  });
});

it("an address is judged alike in every spelling of IPv6", () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
      expect(judgeAddress(address, 443, [])).toEqual(judgeAddress(canonical, 443, []));
    }),
  );
});

it("no IPv4 address inside 10/8, 127/8 or 192.168/16 passes in any dress", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const first = fc.constantFrom([10], [127], [192, 168]);
  fc.assert(
    fc.property(first, octet, octet, octet, (start, a, b, c) => {
      const [w = 0, x = 0, y = 0, z = 0] = [...start, a, b, c];
      const hex = `${((w << 8) | x).toString(16)}:${((y << 8) | z).toString(16)}`;
      for (const dress of [
        `${w}.${x}.${y}.${z}`,
        `::ffff:${hex}`,
        `::${hex}`,
        `64:ff9b::${hex}`,
        `2002:${hex}::1`,
        `::ffff:0:${hex}`,
      ]) {
        expect(isAllowed(dress)).toBe(false);
      }
    }),
  );
});
