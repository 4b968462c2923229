/** Looking for a secret in all the ways in which it may have been written down. */

/** The secret as it is, URL-encoded (also in lower case), escaped for JSON once and twice, and in base64 at each of its three alignments. */
export function spellingsOf(secret: string): readonly string[] {
  const once = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(secret);
  return [
    ...new Set([
      secret,
      once,
      JSON.stringify(once).slice(1, -1),
      url,
      url.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
      ...[0, 1, 2].flatMap((shift) => {
        const core = inBase64(secret, shift);
        return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
      }),
    ]),
  ];
}

/** The characters of base64 that any text with this secret `shift` bytes after a multiple of three has; its edges depend on the neighbours. */
function inBase64(secret: string, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)]).toString("base64");
  const whole = Math.floor((shift + Buffer.byteLength(secret)) / 3) * 4;
  return encoded.slice(shift === 0 ? 0 : 4, whole);
}

/** The names of the secrets that are in a text, whatever their spelling. */
export function secretsIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) =>
    spellingsOf(secret).some((spelling) => text.includes(spelling)) ? [name] : [],
  );
}
