/** The operator's mail server: all of it, or none. */
import { describe, expect, it } from "vitest";
import { mailSecrets } from "../src/environment-mail.ts";
import { readEnvironment, type Environment } from "../src/environment.ts";

const GOOD: Environment = {
  WAYBILL_SMTP_URL: "smtp://waybill:p%40ss-word@mail.acme.example:587",
  WAYBILL_MAIL_FROM: "waybill@acme.example",
  WAYBILL_MAIL_TO: "Acme.example, @partner.example bo@other.example",
};

function read(env: Environment) {
  const reading = readEnvironment(env, "/srv");
  const problems = reading.ok ? [] : reading.problems.filter(({ variable }) => /SMTP|MAIL/.test(variable));
  const settings = reading.ok ? reading.settings : reading.incomplete;
  return {
    mail: settings.mail,
    wrong: problems.map(({ variable }) => variable),
    said: JSON.stringify(problems),
  };
}

describe("mail", () => {
  it("is sent by the server that is set, to whom the operator names", () => {
    expect(read(GOOD)).toMatchObject({
      mail: {
        url: GOOD["WAYBILL_SMTP_URL"],
        from: "waybill@acme.example",
        allowed: ["acme.example", "partner.example", "bo@other.example"],
      },
      wrong: [],
    });
    expect(read({}).mail).toBeNull();
  });

  it("keeps its password to itself, as it is written and as it is meant", () => {
    expect(mailSecrets(read(GOOD).mail)).toEqual([GOOD["WAYBILL_SMTP_URL"], "p%40ss-word", "p@ss-word"]);
    expect(mailSecrets(null)).toEqual([]);
  });

  it.each<[string, Environment, string[]]>([
    ["without a sender", { WAYBILL_MAIL_FROM: "" }, ["WAYBILL_MAIL_FROM"]],
    ["to nobody", { WAYBILL_MAIL_TO: undefined }, ["WAYBILL_MAIL_TO"]],
    ["to all the world", { WAYBILL_MAIL_TO: "*" }, ["WAYBILL_MAIL_TO"]],
    ["to a top-level domain", { WAYBILL_MAIL_TO: "com" }, ["WAYBILL_MAIL_TO"]],
    ["by something else than SMTP", { WAYBILL_SMTP_URL: "https://hush-hush.example" }, ["WAYBILL_SMTP_URL"]],
    [
      "with options in the address",
      { WAYBILL_SMTP_URL: "smtp://mail.example?tls.rejectUnauthorized=false" },
      ["WAYBILL_SMTP_URL"],
    ],
    ["from two headers", { WAYBILL_MAIL_FROM: "a@b.example\nBcc: c@d.example" }, ["WAYBILL_MAIL_FROM"]],
  ])("is refused %s", (_what, env, variables) => {
    const { wrong, said } = read({ ...GOOD, ...env });
    expect(wrong).toEqual(variables);
    expect(said).not.toContain("hush-hush");
  });
});
