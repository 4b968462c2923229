/** A report as it was signed, and as it is stored until somebody works on it. */
import { z } from "zod";
import { brokenName } from "./config/names.ts";

/** What a stored report is called among the deliveries. No webhook can have this name, as none has a full stop in it. */
export const REPORT_EVENT = "waybill.report";

const printable = z.string().regex(/^[\x21-\x7E]{1,100}$/);
const name = z.string().refine((text) => brokenName(text) === null);

/** The body of a report. It has a version, a commit or both. */
const bodySchema = z
  .strictObject({
    /** `OWNER/NAME`, as in the path: what was signed for one repository is none for another that has the same key. */
    repository: z.string().max(200),
    environment: name,
    component: name.optional(),
    version: printable.optional(),
    sha: z
      .string()
      .regex(/^[0-9a-f]{40}$/)
      .optional(),
    node: printable.optional(),
  })
  .refine(({ version, sha }) => version !== undefined || sha !== undefined);

/** Where a report was posted to: the repository, and the name of the secret by which it is signed. */
export interface ReportPlace {
  readonly owner: string;
  readonly repo: string;
  readonly secret: string;
}

const storedSchema = z.object({
  owner: z.string(),
  repo: z.string(),
  secret: z.string(),
  /** Epoch milliseconds: when it was said, by whichever of the two clocks is behind. */
  at: z.int(),
  said: bodySchema,
});

/** A report that was verified. */
export type StoredReport = z.infer<typeof storedSchema>;

/** What a report says; null where it says nothing that is known. @param text JSON */
export function readReport(text: string): StoredReport["said"] | null {
  const reading = bodySchema.safeParse(parsed(text));
  return reading.success ? reading.data : null;
}

/** A stored report; null where it is none. */
export function readStoredReport(text: string): StoredReport | null {
  const reading = storedSchema.safeParse(parsed(text));
  return reading.success ? reading.data : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
