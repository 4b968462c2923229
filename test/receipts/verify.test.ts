/** What a receipt proves to whoever has the team's public keys, and what every kind of tampering comes to. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/core/canonical.ts";
import { digestsOf } from "../../src/receipts/envelope.ts";
import { verifyReceipt, type Verdict } from "../../src/receipts/verify.ts";
import { NOON } from "../core/given.ts";
import { receiptText, signer, stranger, teamKey } from "./given.ts";

interface Envelope {
  payload: string;
  payloadType: string;
  signatures: { keyid: string; sig: string }[];
}
type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const genuine = receiptText();
const opened = (): Envelope => JSON.parse(genuine) as Envelope;
const statementIn = (): { [name: string]: Json } =>
  JSON.parse(Buffer.from(opened().payload, "base64").toString()) as { [name: string]: Json };

/** The envelope with another statement in it, and the signature of the first. */
function withStatement(statement: Json): string {
  return JSON.stringify({ ...opened(), payload: Buffer.from(canonicalJson(statement)).toString("base64") });
}

const verdictOf = (text: string): Verdict => verifyReceipt(text, [teamKey()]);

describe("a receipt", () => {
  it("is proven to whoever trusts the key, and says what was delivered", () => {
    const verdict = verdictOf(genuine);
    expect(verdict).toMatchObject({
      verdict: "proven",
      key: { id: signer.id },
      said: {
        subject: [
          { name: "acme/shop@1.5.0" },
          { name: "acme/shop/api@1.5.0" },
          { name: "acme/shop/web@1.5.0" },
        ],
        predicate: { environment: { name: "prod" }, verification: { by: "observed" } },
      },
    });
  });

  it("has the same bytes whenever it is made of the same promotion by the same key", () => {
    expect(receiptText()).toBe(genuine);
  });

  it("is proven also in URL-safe base64, and when somebody has laid it out otherwise", () => {
    const { payload, signatures, ...rest } = opened();
    const safe = (text: string) => text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const laidOut = {
      signatures: signatures.map(({ keyid, sig }) => ({ sig: safe(sig), keyid })),
      payload: safe(payload),
      ...rest,
    };
    expect(verdictOf(JSON.stringify(laidOut, null, 2)).verdict).toBe("proven");
  });

  it("proves nothing by a key that is not trusted, and names it", () => {
    expect(verdictOf(receiptText(stranger))).toMatchObject({ verdict: "unknown-key", keys: [stranger.id] });
  });

  it("proves nothing unsigned", () => {
    expect(verdictOf(receiptText(null))).toMatchObject({ verdict: "unsigned" });
  });

  it("is proven by a key that was retired after it, and not by one that was retired before", () => {
    expect(verifyReceipt(genuine, [teamKey(NOON + 60_000)]).verdict).toBe("proven");
    expect(verifyReceipt(genuine, [teamKey(NOON)]).verdict).toBe("retired-key");
  });

  it("is not proven by a key that only says to be another", () => {
    const { signatures, ...rest } = JSON.parse(receiptText(stranger)) as Envelope;
    const forged = { ...rest, signatures: signatures.map(({ sig }) => ({ sig, keyid: signer.id })) };
    expect(verdictOf(JSON.stringify(forged))).toEqual({ verdict: "changed", fields: ["signatures[0].sig"] });
  });

  it.each([
    ["no JSON", "no receipt", "it is no DSSE envelope in JSON"],
    ["something else in JSON", "{}", "it is no DSSE envelope in JSON"],
  ])("is unreadable where it is %s", (_what, text, reason) => {
    expect(verdictOf(text)).toEqual({ verdict: "unreadable", reason });
  });
});

/** Every place of a JSON value that is no object or list, as a path. */
function leavesOf(value: Json, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => leavesOf(one, [...path, index]));
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([name, one]) => leavesOf(one, [...path, name]));
  return [path];
}

/** The value, with another in one place. */
function changedAt(value: Json, [step, ...rest]: readonly (string | number)[]): Json {
  if (step === undefined) return otherThan(value);
  if (Array.isArray(value)) return value.map((one, index) => (index === step ? changedAt(one, rest) : one));
  if (typeof value !== "object" || value === null) throw new Error("no such place");
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, name === step ? changedAt(one, rest) : one]),
  );
}

function otherThan(value: Json): Json {
  if (typeof value === "string") return `${value.slice(0, -1)}${value.endsWith("0") ? "1" : "0"}`;
  return typeof value === "number" ? value + 1 : typeof value === "boolean" ? !value : "something";
}

describe("tampering", () => {
  const statement = statementIn();
  const leaves = leavesOf(statement);

  it("meets a receipt of many fields: a test that changes none would hold for ever", () => {
    expect(leaves.length).toBeGreaterThan(80);
  });

  it.each(leaves.map((path) => [path.join("."), path] as const))(
    "with %s is found, and located",
    (_name, path) => {
      const verdict = verdictOf(withStatement(changedAt(statement, path)));
      const [first, second, third] = path;
      const part =
        first === "predicate"
          ? second === "digests"
            ? String(third)
            : `predicate.${second}`
          : String(first);
      expect(verdict).toEqual({ verdict: "changed", fields: [part] });
    },
  );

  it("with any field is found also where its digest was made anew", () => {
    for (const path of leaves.filter(([, part]) => part !== "digests")) {
      const changed = changedAt(statement, path) as { predicate: { [name: string]: Json } };
      const whole = { ...changed, predicate: { ...changed.predicate, digests: digestsOf(changed) } };
      const { verdict } = verdictOf(withStatement(whole));
      expect([path, verdict]).not.toEqual([path, "proven"]);
    }
  });

  it("with a field that is taken away or added is found, and located", () => {
    const { predicate, ...rest } = statement as { predicate: { [name: string]: Json } };
    const { replaced: _replaced, ...without } = predicate;
    expect(verdictOf(withStatement({ ...rest, predicate: without }))).toEqual({
      verdict: "changed",
      fields: ["predicate.replaced"],
    });
    expect(verdictOf(withStatement({ ...rest, predicate: { ...predicate, more: true } }))).toEqual({
      verdict: "changed",
      fields: ["predicate.more"],
    });
  });

  it("with the envelope is found, and located", () => {
    const { signatures, ...rest } = opened();
    const [{ keyid, sig } = { keyid: "", sig: "" }] = signatures;
    const one = (signature: object) => JSON.stringify({ ...rest, signatures: [signature] });
    expect(verdictOf(one({ sig, keyid: `${keyid.slice(1)}0` }))).toEqual({
      verdict: "changed",
      fields: ["signatures[0].keyid"],
    });
    const other = sig.startsWith("A") ? "B" : "A";
    expect(verdictOf(one({ keyid, sig: `${other}${sig.slice(1)}` }))).toEqual({
      verdict: "changed",
      fields: ["signatures[0].sig"],
    });
    expect(verdictOf(JSON.stringify({ ...opened(), payloadType: "application/json" }))).toEqual({
      verdict: "changed",
      fields: ["payloadType"],
    });
  });

  it("with any one byte of the file never proves anything that was not signed", () => {
    fc.assert(
      fc.property(fc.nat(genuine.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const byte = String.fromCharCode(code);
        const text = `${genuine.slice(0, at)}${byte}${genuine.slice(at + 1)}`;
        const verdict = verdictOf(text);
        if (verdict.verdict !== "proven") return;
        // Unless it left all that is signed as it was: the break at the end, or another spelling of the same bytes.
        const { payload } = JSON.parse(text) as Envelope;
        expect(Buffer.from(payload, "base64").equals(Buffer.from(opened().payload, "base64"))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
