/** One spelling for every JSON value, so that hashes and signatures can be computed by anybody. */

/**
 * A value as canonical JSON (RFC 8785): no white space, the keys of every object sorted by UTF-16 code units, numbers and strings
 * as ECMAScript writes them. The value must have come out of JSON: then every key and number has one spelling.
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  // Text is put together rather than an object rebuilt: a key named __proto__ would vanish from a rebuilt object.
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(",")}}`;
}
