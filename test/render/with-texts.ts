/** A view as strangers would have written it. */

/** Words that decide which sentence is taken, not what it says. */
const OURS: ReadonlySet<string> = new Set([
  "template",
  "stage",
  "code",
  "kind",
  "outcome",
  "promote",
  "gate",
  "zone",
  "what",
  "looks",
  "open",
  "conclusion",
  "why",
  "state",
  "hook",
  "end",
]);
const ADDRESSES: ReadonlySet<string> = new Set(["url", "runUrl", "left"]);

/** The view with every text in it replaced: `text` gives the next one, `address` what stands for a web address. */
export function withTexts<View>(view: View, text: () => string, address: () => string): View {
  const replace = (value: unknown, name: string): unknown => {
    if (Array.isArray(value)) return value.map((one) => replace(one, name));
    if (typeof value === "object" && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, replace(one, key)]));
    const isOurs =
      typeof value !== "string" || value === "" || OURS.has(name) || /^[0-9a-f]{40}$/.test(value);
    if (isOurs) return value;
    return ADDRESSES.has(name) ? address() : text();
  };
  return replace(view, "") as View;
}
