/** The keys by which systems sign what they report, out of the operator's named secrets (`secrets.ts`). */
import type { RevealSecret } from "./core/ports.ts";
import type { ReportPlace } from "./core/report-in.ts";
import { signingKey } from "./core/signing-keys.ts";

const MOST_KEYS = 8;

/** Finds the keys of a place; none where its repository may not use the secret, or that is no signing key (`whsec_…`, several with commas between). */
export function createReportKeys(reveal: RevealSecret): (place: ReportPlace) => readonly Uint8Array[] {
  return ({ owner, repo, secret: name }) => {
    const revealed = reveal({ name, repository: { owner, name: repo }, host: null });
    const parts = revealed.ok ? revealed.value.split(",").slice(0, MOST_KEYS) : [];
    return parts.flatMap((part) => signingKey(part) ?? []);
  };
}
