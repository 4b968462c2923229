import { describe, expect, it } from "vitest";
import { findMarker, marker } from "../../src/render/index.ts";

describe("a marker", () => {
  it("is found alone on the first or the last line", () => {
    const line = marker("notice", 12);
    expect(line).toBe("<!-- waybill:notice:12 -->");
    expect(findMarker(`${line}\nText`)).toEqual({ kind: "notice", id: "12" });
    expect(findMarker(`Text\r\n\r\n${line}\r\n`)).toEqual({ kind: "notice", id: "12" });
    expect(findMarker(line)).toEqual({ kind: "notice", id: "12" });
  });

  it.each([
    "Text <!-- waybill:notice:12 -->",
    "a\n<!-- waybill:notice:12 -->\nb",
    "> <!-- waybill:notice:12 -->",
    "    <!-- waybill:notice:12 --> x",
    "<!-- waybill:notice:12 --><!-- waybill:notice:13 -->",
    "<!--waybill:notice:12-->",
    "<!-- waybill:notice: -->",
    "<!-- waybill:notice:a--b -->",
    "<!-- waybill:Notice:12 -->",
    "",
  ])("is not found in %j", (body) => {
    expect(findMarker(body)).toBeNull();
  });

  it.each([
    ["notice", "a--b"],
    ["notice", "-->"],
    ["notice", "a b"],
    ["notice", "a:b"],
    ["notice", "a\nb"],
    ["notice", ""],
    ["notice", "x-"],
    ["a--b", "1"],
    ["Notice", "1"],
    ["", "1"],
  ])("is not made of %j and %j", (kind, id) => {
    expect(() => marker(kind, id)).toThrow("not a marker's");
  });

  it.each(["receipt-p1.2/prod@1.5.0+b", "01HZX", "7"])("comes back with the id %s", (id) => {
    expect(findMarker(marker("receipt", id))).toEqual({ kind: "receipt", id });
  });
});
