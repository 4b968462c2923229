/** PEM keys as people put them into variables and files. */

/** The PEM text, with the line breaks it needs, of what people put into a variable; null if there is none. */
export function pemOf(raw: string): string | null {
  let text = raw
    .trim()
    .replaceAll(/^["']|["']$/g, "")
    .replaceAll(String.raw`\n`, "\n")
    .trim();
  if (!text.startsWith("-----BEGIN") && /^[A-Za-z0-9+/=\s]+$/.test(text)) {
    text = Buffer.from(text, "base64").toString("utf8").trim();
  }
  const parts = /^(-----BEGIN [A-Z ]*PRIVATE KEY-----)([^]*)(-----END [A-Z ]*PRIVATE KEY-----)$/.exec(text);
  if (!parts) return null;
  const [, begin = "", body = "", end = ""] = parts;
  // Some tools put the whole file on one line with spaces; header lines of encrypted keys keep their breaks.
  const lines = body.includes(":") ? body.trim() : body.trim().split(/\s+/).join("\n");
  return `${begin}\n${lines}\n${end}\n`;
}

/** The body of a PEM key, as it could turn up in a log. */
export function pemBody(pem: string): string {
  return pem.replaceAll(/-----[^-]*-----|\s/g, "");
}
