import { LONGEST_LINE, EXPORT_AGAIN, TransferError } from "./format.ts";

/** A line of a file, without its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
  /** Whether a line feed ended it: all do but the last of a file that was cut off. */
  readonly ended: boolean;
}

const LINE_FEED = 10;

/** Cuts a file into lines, those of a piece at once, so that a million short ones cost no million turns. */
export async function* linesOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Line[]> {
  let number = 0;
  let rest: Buffer[] = [];
  let waiting = 0;
  for await (const piece of source) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const lines: Line[] = [];
    let start = 0;
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, start);
      if (end === -1) break;
      number += 1;
      const tail = bytes.subarray(start, end);
      lines.push({ number, bytes: rest.length === 0 ? tail : Buffer.concat([...rest, tail]), ended: true });
      rest = [];
      waiting = 0;
      start = end + 1;
    }
    if (start < bytes.length) {
      rest.push(bytes.subarray(start));
      waiting += bytes.length - start;
    }
    if (waiting > LONGEST_LINE) {
      throw new TransferError(
        `This line has more than ${LONGEST_LINE / 1_024 / 1_024} MiB, which none has that Waybill wrote.`,
        EXPORT_AGAIN,
        number + 1,
      );
    }
    yield lines;
  }
  if (waiting > 0) yield [{ number: number + 1, bytes: Buffer.concat(rest), ended: false }];
}
