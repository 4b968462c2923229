/** `waybill audit export` and `checkpoint`: the log as a file, and where it ends, signed. */
import type { InstallationId } from "../../core/ids.ts";
import { instant } from "../../core/receipt/receipt.ts";
import { checkpointStatement } from "../../core/receipt/statement.ts";
import { sealed } from "../../receipts/envelope.ts";
import type { Signer } from "../../receipts/keys.ts";
import type { AuditReading } from "../../store/audit-read.ts";
import { FIRST_LINE, recordLine, signedLine } from "./file.ts";

/** Where an installation's log ends, signed. */
export interface Checkpoint {
  readonly installation: InstallationId;
  readonly seq: number;
  readonly envelope: string;
}

/** A checkpoint of each installation's log. */
export async function checkpointsOf(reading: AuditReading, signer: Signer): Promise<Checkpoint[]> {
  const at = instant(Date.now());
  const all: Checkpoint[] = [];
  for await (const { installation, seq, hash } of reading.heads())
    all.push({
      installation,
      seq,
      envelope: sealed(checkpointStatement({ installation, seq, hash }, at), signer),
    });
  return all;
}

/** Writes the log, and what vouches for it: signed receipts and, where there is a key, a checkpoint of each end. */
export async function exportAudit(
  reading: AuditReading,
  signer: Signer | null,
  write: (line: string) => Promise<void>,
): Promise<{ readonly records: number; readonly signed: number }> {
  let [records, signed] = [0, 0];
  await write(FIRST_LINE);
  for await (const record of reading.records()) {
    await write(recordLine(record));
    records += 1;
  }
  for await (const { promotion, installation, keyId, document } of reading.receipts()) {
    if (keyId === null) continue;
    await write(signedLine(document, `the receipt of ${promotion} (installation ${installation})`));
    signed += 1;
  }
  for (const { installation, seq, envelope } of signer === null ? [] : await checkpointsOf(reading, signer)) {
    await write(signedLine(envelope, `a checkpoint of installation ${installation} at record ${seq}`));
    signed += 1;
  }
  return { records, signed };
}
