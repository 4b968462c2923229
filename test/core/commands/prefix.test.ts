/** Where other bots have commands of the same names, a config wants a word before Waybill's. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { commands } from "../../../src/core/commands/index.ts";
import { mayBeCommands, readCommands } from "../../../src/core/commands/grammar.ts";
import { parseConfig } from "../../../src/core/config/index.ts";

const read = (body: string, prefix: string | null = "waybill") =>
  readCommands(body, commands, prefix).map((line) => line.text);

describe("with the prefix `waybill`", () => {
  test("a command begins with that word, however it is spaced and capitalised, and is known without it", () => {
    expect(read("/waybill promote prod 1.5.0")).toEqual(["/promote prod 1.5.0"]);
    expect(read("/Waybill \u00A0 promote prod\n/waybill status")).toEqual(["/promote prod", "/status"]);
  });

  test("what other bots are told is none of ours, nor is what stands below it", () => {
    expect(read("/promote prod")).toEqual([]);
    expect(read("/approve")).toEqual([]);
    expect(read("/waybillpromote prod")).toEqual([]);
    expect(read("/prow promote prod")).toEqual([]);
    expect(read("/waybill status\n/hold\n/waybill promote prod")).toEqual(["/status"]);
  });

  test("a near miss is answered, and what is missing is said with how it is written", () => {
    expect(readCommands("/waybill promot prod", commands, "waybill")).toMatchObject([
      { kind: "unknown", word: "promot", suggestion: "promote" },
    ]);
    expect(readCommands("/waybill promote", commands, "waybill")).toMatchObject([
      {
        kind: "malformed",
        problem: "the environment is missing",
        usage: expect.stringMatching(/^\/promote </),
      },
    ]);
  });

  test("what begins with our own word is answered, whatever it says; the word alone asks for help", () => {
    const read = (body: string) => readCommands(body, commands, "waybill");
    expect(read("/waybill")).toMatchObject([{ kind: "command", name: "help", args: [] }]);
    expect(read("/waybill /promote prod")).toMatchObject([
      { kind: "command", name: "promote", args: ["prod"] },
    ]);
    expect(read("/waybill deploy prod")).toMatchObject([
      { kind: "unknown", word: "deploy", suggestion: "help" },
    ]);
    expect(read("/waybill 42")).toEqual([]);
    expect(mayBeCommands("/waybill deploy prod", commands)).toBe(false);
    expect(mayBeCommands("/waybill deploy prod", commands, "waybill")).toBe(true);
    expect(mayBeCommands("/waybill", commands, "waybill")).toBe(true);
    expect(mayBeCommands("/other deploy prod", commands, "waybill")).toBe(false);
  });

  test("without it the word is not ours", () => expect(read("/waybill promote prod", null)).toEqual([]));

  test("before the config is read, nothing is passed over that could be a command with some prefix", () => {
    const word = fc.stringMatching(/^[a-z](?:[a-z0-9]|-[a-z0-9]){0,9}$/);
    const line = fc.constantFrom("/promote prod", "/status", "/promot prod", "/why", "/freeze", "/x");
    fc.assert(
      fc.property(word, line, fc.boolean(), (prefix, written, isPrefixed) => {
        const body = isPrefixed ? `/${prefix} ${written.slice(1)}` : written;
        const isRead = readCommands(body, commands, isPrefixed ? prefix : null).some(
          (line) => line.kind !== "unknown" || line.suggestion !== "help",
        );
        expect(mayBeCommands(body, commands) || !isRead).toBe(true);
      }),
    );
    expect(mayBeCommands("/help me please", commands)).toBe(true);
    expect(mayBeCommands("/assign somebody", commands)).toBe(false);
    expect(mayBeCommands("promote prod", commands)).toBe(false);
  });
});

test.each(["/waybill", "Way", "way bill", "-w", "a--b", "x".repeat(21), ""])(
  "`%s` is no prefix",
  (prefix) => {
    const text = `environments: { prod: {} }\ncommands: { prefix: ${JSON.stringify(prefix)} }\n`;
    const reading = parseConfig(text, { path: ".github/waybill.yml", repositoryName: "shop" });
    expect(reading.ok ? [] : reading.problems).toMatchObject([
      { line: 2, mend: expect.stringContaining("without the slash") },
    ]);
  },
);
