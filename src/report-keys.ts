/** The keys by which systems sign what they report, out of the operator's named secrets (`secrets.ts`). */
import type { RevealSecret } from "./core/ports.ts";
import type { ReportPlace } from "./core/report-in.ts";

const KEY = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/;
/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme */
const KEY_BYTES = { least: 24, most: 64 } as const;
const MOST_KEYS = 8;

/** Finds the keys of a place; none where its repository may not use the secret, or that is no signing key (`whsec_…`, several with commas between). */
export function createReportKeys(reveal: RevealSecret): (place: ReportPlace) => readonly Uint8Array[] {
  return ({ owner, repo, secret: name }) => {
    const revealed = reveal({ name, repository: { owner, name: repo }, host: null });
    const parts = revealed.ok ? revealed.value.split(",").slice(0, MOST_KEYS) : [];
    return parts
      .map((part) => Buffer.from(KEY.exec(part.trim())?.[1] ?? "", "base64"))
      .filter(({ length }) => length >= KEY_BYTES.least && length <= KEY_BYTES.most);
  };
}
