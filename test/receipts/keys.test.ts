/** Keys as operators meet them: made, written, read again, and refused where they are not what they should be. */
import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createSigner, newPrivateKey, publicKeysText, readPublicKeys } from "../../src/receipts/keys.ts";
import { preAuthentication } from "../../src/receipts/envelope.ts";
import { teamKey } from "./given.ts";

describe("a key", () => {
  // RFC 8032, section 7.1, test 1: a key that everybody knows.
  const seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
  const publicHalf = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
  const der = Buffer.from(`302e020100300506032b657004220420${seed}`, "hex").toString("base64");
  const known = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;

  it("is known by the hash of its public half, as docs/receipts.md says", () => {
    const spki = Buffer.from(`302a300506032b6570032100${publicHalf}`, "hex");
    const sum = createHash("sha256").update(spki).digest("hex");
    expect(createSigner(known).id).toBe(sum);
    expect(readPublicKeys(known).map(({ id }) => id)).toEqual([sum]);
  });

  it("signs as the standard has it", () => {
    expect(createSigner(known).sign(Buffer.alloc(0)).toString("hex")).toBe(
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
  });

  it("is in no property of its signer, so that it reaches no log", () => {
    const pem = newPrivateKey();
    expect(JSON.stringify(createSigner(pem))).not.toContain(pem.split("\n")[1]);
  });

  it("comes back from the file as it was written, with the moments that people see there", () => {
    const keys = [teamKey(), { ...teamKey(Date.UTC(2026, 11, 1)), made: null }];
    const read = readPublicKeys(publicKeysText(keys));
    expect(read.map(({ id, made, retired }) => ({ id, made, retired }))).toEqual(
      keys.map(({ id, made, retired }) => ({ id, made, retired })),
    );
  });

  it.each([
    ["nothing", "", "it holds no key in PEM"],
    ["another kind of key", rsa(), "a key in it is not an Ed25519 key"],
    [
      "what is damaged",
      "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
      "a public key in it cannot be read",
    ],
    [
      "a moment that is none, which would bring a retired key back",
      publicKeysText([teamKey(0)]).replace(/retired: .*/, "retired: yesterday"),
      "the moment after `retired:` cannot be read",
    ],
  ])("is refused where it is %s", (_what, text, problem) => {
    expect(() => readPublicKeys(text)).toThrow(problem);
  });
});

function rsa(): string {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return publicKey.export({ type: "spki", format: "pem" }).toString();
}

describe("what is signed", () => {
  it("is the type and the bytes with their lengths, as DSSE says", () => {
    // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md#test-vectors
    expect(preAuthentication("http://example.com/HelloWorld", Buffer.from("hello world")).toString()).toBe(
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    );
    expect(preAuthentication("exämple", Buffer.alloc(0)).toString()).toBe("DSSEv1 8 exämple 0 ");
  });
});
