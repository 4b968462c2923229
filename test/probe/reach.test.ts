/** What is told of an address before anything is asked. */
import { expect, it } from "vitest";
import { readAllowedRanges } from "../../src/probe/addresses.ts";
import { createReach } from "../../src/probe/reach.ts";

function reachWith(allowed: string) {
  const reading = readAllowedRanges(allowed);
  if (!reading.ok) throw new Error(reading.problems.join());
  return createReach(reading.ranges);
}

it.each([
  ["https://203.0.113.9/version", "", "barred"],
  ["https://93.184.216.34/version", "", "open"],
  ["http://10.1.2.3/version", "", "barred"],
  ["http://10.1.2.3/version", "10.0.0.0/8", "open"],
  ["http://10.1.2.3:8080/version", "10.0.0.0/8:80", "barred"],
  ["http://169.254.169.254/latest", "169.254.0.0/16", "barred"],
  ["http://0x0a010203/", "", "barred"],
  ["http://localhost:3000/", "127.0.0.1/32", "barred"],
  ["https://shop.example/version", "", "unknown"],
  ["https://shop.internal/version", "", "unknown"],
  ["https://shop.internal/version", "10.0.0.0/8", "open"],
  ["tcp://203.0.113.9:5432", "", "barred"],
  ["tcp://93.184.216.34:5432", "", "open"],
  ["tcp://10.1.2.3:5432", "10.0.0.0/8:5432", "open"],
  ["tcp://0x0a010203:5432", "", "barred"],
  ["tcp://localhost:5432", "", "barred"],
])("%s where %j is allowed is %s", (url, allowed, kind) => {
  expect(reachWith(allowed)(url).kind).toBe(kind);
});

it("says why in half a sentence that names no address", () => {
  const verdicts = ["http://10.1.2.3/", "http://localhost/"].map(reachWith(""));
  expect(verdicts).toEqual([
    { kind: "barred", reason: "it is not a public one (private)" },
    { kind: "barred", reason: "localhost is Waybill's own machine" },
  ]);
});
