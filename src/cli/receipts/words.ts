/** A verdict in words: what is proven, and what is not. */
import type { Said, Verdict } from "../../receipts/verify.ts";
import { tidy } from "../store/refusal.ts";
import { listing } from "../store/words.ts";

const NOT_PROVEN = `Not proven by it: that the moments are right (they are its signer's clock), that the key was in nobody else's hands, and what
happened since.
`;

/** Several lines for a terminal; what others have written is without control characters. */
export function verdictWords(verdict: Verdict): string {
  switch (verdict.verdict) {
    case "proven":
      return `Proven: ${claim(verdict.said)}\nSigned by a key that you trust, and not changed since.\n\n${details(verdict.said)}${keyLine(verdict)}\n${NOT_PROVEN}`;
    case "retired-key":
      return `Not proven: it is signed by a key that was retired before the moment that it names.\n\n${details(verdict.said)}${keyLine(verdict)}\nWhoever still has that key may have written it. The keys of today sign what happens today.\n`;
    case "unsigned":
      return `Not proven: it is not signed. Anybody can have written that ${claim(verdict.said)}\n\n${details(verdict.said)}`;
    case "unknown-key":
      return `Not proven: it is signed by a key that you do not trust (${verdict.keys.map(tidy).join(", ")}).\nIf that is one of the team's, name the file that has it: --key FILE. It says that ${claim(verdict.said)}\n\n${details(verdict.said)}`;
    case "changed":
      return `Not proven: it was changed after it was signed. Changed: ${verdict.fields.map(tidy).join(", ")}.\n`;
    case "unreadable":
      return `Not proven: ${verdict.reason}.\n`;
  }
}

function claim({ predicate }: Said): string {
  if (!("release" in predicate)) {
    const { installation, seq } = predicate.audit;
    return `the audit log of installation ${installation} had ${seq} records at ${predicate.at}.`;
  }
  const { repository, release, environment, when } = predicate;
  return tidy(
    `${repository.name} ${release.version} was delivered to ${environment.name} at ${when.finished}.`,
  );
}

function details({ predicate }: Said): string {
  const { audit } = predicate;
  const log = `installation ${audit.installation}, record ${audit.seq}, ${tidy(audit.hash)}`;
  if (!("release" in predicate)) return listing([["audit log", log]]);
  const { release, environment, components, when, who, verification, replaced, rollback } = predicate;
  const by = who.requested === null ? `nobody: automatic (${who.cause})` : personWords(who.requested);
  const rows: readonly (readonly [string, string])[] = [
    ["release", `${release.tag ?? release.version}, commit ${release.commit}`],
    ["environment", [environment.name, environment.url].filter((one) => one !== null).join(", ")],
    ["components", components.map(({ name, version }) => `${name} ${version}`).join(", ") || "none"],
    ["requested", `${when.requested} by ${by}`],
    ["approved", who.approved.map(personWords).join(", ") || "nobody was asked to"],
    ["delivered", `${when.finished}, begun ${when.started}`],
    [
      "verified",
      verification.by === "observed"
        ? `the running system itself named it, last at ${when.observed ?? "no known moment"}`
        : "by its workflows alone: the running system was not asked",
    ],
    ["replaced", replaced?.version ?? "nothing that is known"],
    ["way back", rollback ?? "none"],
    ["promotion", predicate.promotion],
    ["audit log", log],
  ];
  return listing(rows.map(([word, said]) => [word, tidy(said)]));
}

function personWords({ id, login }: { readonly id: number; readonly login: string }): string {
  return `${login} (GitHub user ${id})`;
}

function keyLine({ key }: Extract<Verdict, { verdict: "proven" | "retired-key" }>): string {
  const until = key.retired === null ? "in use" : `retired ${new Date(key.retired).toISOString()}`;
  return listing([["key".padEnd(11), `${key.id}, ${until}`]]);
}
