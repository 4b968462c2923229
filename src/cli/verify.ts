/**
 * `waybill verify FILE|URL|- [--key FILE …] [--json]`: what a receipt, or a checkpoint of the audit log, proves. Exit codes: 0 proven, 1 not proven,
 * 2 usage, 3 the address does not answer.
 */
import { parseArgs } from "node:util";
import { LARGEST_RECEIPT, verifyReceipt } from "../receipts/verify.ts";
import type { CommandIo } from "./main.ts";
import { readSource } from "./receipts/source.ts";
import { trustedKeys } from "./receipts/trust.ts";
import { verdictWords } from "./receipts/words.ts";
import { Refusal, refusing } from "./store/refusal.ts";

const USAGE = `Usage: waybill verify FILE|URL|- [--key FILE …] [--json]

What a receipt proves, and what it does not. For a file this takes no network: only the public keys of whoever should have signed it.

  FILE        the receipt (or a checkpoint of the audit log); - for standard input
  URL         fetched by https alone, without redirects
  --key FILE  public keys that you trust; several files, each with several keys, are allowed
              (default: the server's own, by WAYBILL_SIGNING_KEY_FILE or WAYBILL_SIGNING_KEY)
  --json      the verdict as JSON

Ends with 0 where it is proven, with 1 where it is not.
`;

/**
 * Runs the command.
 *
 * @param argv what follows the word `verify`
 * @returns the exit code
 */
export function verify(argv: readonly string[], io: CommandIo): Promise<number> {
  return refusing("verify", USAGE, io, async () => {
    const request = requestOf(argv);
    if (request === "help") {
      io.stdout(USAGE);
      return 0;
    }
    const keys = trustedKeys(request.keys);
    const verdict = verifyReceipt(await readSource(request.source, LARGEST_RECEIPT), keys);
    if (request.json) {
      const shown = "key" in verdict ? { ...verdict, key: verdict.key.id } : verdict;
      io.stdout(`${JSON.stringify(shown, null, 2)}\n`);
    } else io.stdout(verdictWords(verdict));
    return verdict.verdict === "proven" ? 0 : 1;
  });
}

interface Request {
  readonly source: string;
  readonly keys: readonly string[];
  readonly json: boolean;
}

function requestOf(argv: readonly string[]): Request | "help" {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: {
        key: { type: "string", multiple: true },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
      allowPositionals: true,
    });
    if (values.help === true) return "help";
    const [source, ...others] = positionals;
    if (source === undefined || source === "") throw new Refusal(2, "Name the receipt.");
    if (others.length > 0) throw new Refusal(2, "Name one receipt only.");
    return { source, keys: values.key ?? [], json: values.json === true };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(2, error instanceof Error ? error.message : String(error));
  }
}
