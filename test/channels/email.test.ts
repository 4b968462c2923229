/** Mail, by a real SMTP server on this machine. */
import type { AddressInfo } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { describe, expect, it, onTestFinished } from "vitest";
import type { MailSettings } from "../../src/channels/index.ts";
import { DELIVERED, FAILED, tell } from "./given.ts";

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
}

async function mailServer(
  options: SMTPServerOptions = {},
): Promise<{ settings: MailSettings; mails: Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(chunks).toString("utf8"),
        });
        done();
      });
    },
    ...options,
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  const { port } = server.server.address() as AddressInfo;
  return {
    settings: {
      url: `smtp://127.0.0.1:${port}`,
      from: "waybill@acme.example",
      allowed: ["acme.example", "bo@partner.example"],
    },
    mails,
  };
}

const to = (...addresses: string[]) => ({ kind: "email", to: addresses }) as const;
const header = (mail: Mail | undefined, name: string): string | undefined =>
  new RegExp(`^${name}: (.*)$`, "im")
    .exec(mail?.text.split("\r\n\r\n")[0]?.replaceAll(/\r\n[ \t]+/g, " ") ?? "")?.[1]
    ?.trim();

describe("a mail", () => {
  it("goes to all that the channel names, in plain text and in HTML, under one Message-ID however often it is sent", async () => {
    const { settings, mails } = await mailServer();
    const carrier = to("ops@acme.example", "bo@partner.example");
    expect(await tell(carrier, DELIVERED, { mail: settings })).toEqual([]);
    await tell(carrier, DELIVERED, { mail: settings });
    await tell(carrier, FAILED, { mail: settings });
    const [first, again, other] = mails;
    expect(first).toMatchObject({ from: "waybill@acme.example", to: carrier.to });
    expect(header(first, "Subject")).toBe("acme/shop: prod runs 1.5.0");
    expect(header(first, "From")).toBe("Waybill <waybill@acme.example>");
    expect(header(first, "Auto-Submitted")).toBe("auto-generated");
    expect(header(first, "Message-ID")).toMatch(/^<msg_[0-9a-f]{32}@acme\.example>$/);
    expect(header(again, "Message-ID")).toBe(header(first, "Message-ID"));
    expect(header(other, "Message-ID")).not.toBe(header(first, "Message-ID"));
    expect(first?.text).toContain("Content-Type: text/plain");
    expect(first?.text).toContain("Content-Type: text/html");
    expect(first?.text).toContain("Asked for by ana, approved by wes.");
  });

  it.each([
    ["one that the operator does not allow", ["eve@evil.example"]],
    ["a subdomain of an allowed one", ["ops@sub.acme.example"]],
    ["one among others", ["ops@acme.example", "eve@evil.example"]],
    ["a name that only looks alike", ["ops@notacme.example"]],
  ])("is not sent to %s", async (_what, addresses) => {
    const { settings, mails } = await mailServer();
    expect(await tell(to(...addresses), DELIVERED, { mail: settings })).toMatchObject([
      { type: "ChannelFailed", reason: expect.stringContaining("does not let") },
    ]);
    expect(mails).toEqual([]);
  });

  it("is not sent where the operator has set up no server", async () => {
    expect(await tell(to("ops@acme.example"), DELIVERED)).toMatchObject([
      { type: "ChannelFailed", reason: "the operator of Waybill has set up no mail server" },
    ]);
  });

  it("is tried again where the server has no time, and not where it refuses; its words are not passed on", async () => {
    const answer = (code: number) => ({
      onMailFrom(_address: unknown, _session: unknown, done: (error?: Error) => void) {
        done(Object.assign(new Error("secret-of-the-server"), { responseCode: code }));
      },
    });
    const busy = await mailServer(answer(451));
    await expect(tell(to("ops@acme.example"), DELIVERED, { mail: busy.settings })).rejects.toThrow(
      "the mail server did not take it (451)",
    );
    const refusing = await mailServer(answer(550));
    const events = await tell(to("ops@acme.example"), DELIVERED, { mail: refusing.settings });
    expect(events).toMatchObject([{ type: "ChannelFailed", reason: "the mail server refused it (550)" }]);
    expect(JSON.stringify(events)).not.toContain("secret-of-the-server");
  });

  it("that some get and others do not is said, and not sent again to those who have it", async () => {
    const { settings, mails } = await mailServer({
      onRcptTo({ address }, _session, done) {
        const isGone = address === "bo@partner.example";
        done(isGone ? Object.assign(new Error("nobody"), { responseCode: 550 }) : null);
      },
    });
    const carrier = to("ops@acme.example", "bo@partner.example");
    expect(await tell(carrier, DELIVERED, { mail: settings })).toMatchObject([
      { type: "ChannelFailed", partly: true, reason: "the mail server has refused 1 of 2 recipients" },
    ]);
    expect(mails.map((mail) => mail.to)).toEqual([["ops@acme.example"]]);
  });

  it("sends no password in the clear: a server elsewhere has to speak TLS", async () => {
    const passwords: unknown[] = [];
    const { settings, mails } = await mailServer({
      disabledCommands: ["STARTTLS"],
      allowInsecureAuth: true,
      onAuth({ password }, _session, done) {
        passwords.push(password);
        done(null, { user: "u" });
      },
    });
    const local = settings.url.replace("smtp://", "smtp://user:password@");
    await tell(to("ops@acme.example"), DELIVERED, { mail: { ...settings, url: local } });
    expect(passwords).toEqual(["password"]);
    // This name stands for another machine than this one.
    const url = local.replace("127.0.0.1", "[::ffff:127.0.0.1]");
    expect(await tell(to("ops@acme.example"), DELIVERED, { mail: { ...settings, url } })).toMatchObject([
      { type: "ChannelFailed" },
    ]);
    expect([passwords.length, mails.length]).toEqual([1, 1]);
  });
});
