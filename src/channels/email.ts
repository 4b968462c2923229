/**
 * Channel: mail, by the operator's own server and in the operator's name; so only to those whom the operator allows. A message has the same Message-ID whenever it is sent,
 * by which mail programs show a doubled one once.
 */
import { createTransport } from "nodemailer";
import type { Carrier } from "../core/channels/model.ts";
import type { ChannelWords } from "../core/wording.ts";
import type { Outcome, Sending } from "./sending.ts";

/** The operator's mail server. */
export interface MailSettings {
  /** `smtp://user:password@host:587` or `smtps://…`. */
  readonly url: string;
  /** The sender's address. */
  readonly from: string;
  /** Who may be written to, in lower case: addresses, and domains for all of theirs. */
  readonly allowed: readonly string[];
}

const TIMEOUT_MS = 15_000;
const LONGEST_SUBJECT = 200;
const LINE_BREAKS = /[\r\n\u0085\u2028\u2029]+/g;

export async function sendEmail(
  { to }: Extract<Carrier, { kind: "email" }>,
  sending: Sending,
  mail: MailSettings | null,
): Promise<Outcome> {
  if (mail === null) return { kind: "refused", reason: "the operator of Waybill has set up no mail server" };
  const barred = to.filter((address) => !isAllowed(address, mail.allowed));
  if (barred.length > 0)
    return {
      kind: "refused",
      reason: `the operator of Waybill does not let ${barred.length === to.length ? "them" : "all of them"} be written to`,
    };
  const transport = createTransport({
    url: mail.url,
    requireTLS: needsSecrecy(mail.url),
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    // Nothing of a message is ever a path or an address to read from.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const { rejected } = await transport.sendMail(letterOf(sending, mail.from, to));
    // Sent once more, it would come twice to those who have it.
    return rejected.length === 0
      ? { kind: "taken" }
      : {
          kind: "partly",
          reason: `the mail server has refused ${rejected.length} of ${to.length} recipients`,
        };
  } catch (error) {
    return refusalOf(error);
  } finally {
    transport.close();
  }
}

/** A password goes nowhere in the clear but to this machine. */
function needsSecrecy(url: string): boolean {
  const { password = "", hostname = "" } = URL.parse(url) ?? {};
  return password !== "" && !/^(localhost|127\..*|\[::1\])$/.test(hostname);
}

function isAllowed(address: string, allowed: readonly string[]): boolean {
  const lower = address.toLowerCase();
  return allowed.includes(lower) || allowed.includes(lower.slice(lower.lastIndexOf("@") + 1));
}

/** The mail, as nodemailer takes it. */
export function letterOf({ id, message, words }: Sending, from: string, to: readonly string[]) {
  return {
    from: { name: "Waybill", address: from },
    to: to.map((address) => ({ name: "", address })),
    subject: words.title.replaceAll(LINE_BREAKS, " ").slice(0, LONGEST_SUBJECT),
    messageId: `<${id}@${from.slice(from.lastIndexOf("@") + 1)}>`,
    date: new Date(message.at),
    // No robot answers it. https://www.rfc-editor.org/rfc/rfc3834#section-5
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
    text: textOf(words),
    html: htmlOf(words),
  };
}

function textOf({ lines, detail, links }: ChannelWords): string {
  const found = links.map(({ label, url }) => `${label}: ${url}`);
  return [lines.join("\n"), detail, found.join("\n")].filter((part) => part !== "").join("\n\n");
}

function htmlOf({ title, lines, detail, links }: ChannelWords): string {
  const paragraphs = [
    `<p><strong>${html(title)}</strong></p>`,
    ...lines.map((line) => `<p>${html(line)}</p>`),
    ...(detail === "" ? [] : [`<p style="white-space:pre-wrap">${html(detail)}</p>`]),
    `<p>${links.map(({ label, url }) => `<a href="${html(url)}">${html(label)}</a>`).join(" · ")}</p>`,
  ];
  return `<!doctype html><html><body>${paragraphs.join("")}</body></html>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function html(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** A server's words may hold anything: only its number is passed on. https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1 */
function refusalOf(error: unknown): Outcome {
  const fields = error instanceof Error ? (error as Error & { responseCode?: unknown; code?: unknown }) : {};
  const { responseCode, code } = fields as { responseCode?: unknown; code?: unknown };
  if (typeof responseCode === "number" && responseCode >= 500)
    return { kind: "refused", reason: `the mail server refused it (${responseCode})` };
  const what = typeof responseCode === "number" ? String(responseCode) : shortCode(code);
  return { kind: "later", reason: `the mail server did not take it (${what})`, retryAt: null };
}

function shortCode(code: unknown): string {
  return typeof code === "string" && /^[A-Z0-9_]{1,40}$/.test(code) ? code : "failed";
}
