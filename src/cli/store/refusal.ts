/** How the commands on the store say no. */
import { crossOutCredentials } from "../../core/secrets.ts";
import type { CommandIo } from "../main.ts";

/** 1: it may not or cannot be so · 2: the command or its settings are wrong · 3: the store is unavailable */
type RefusalCode = 1 | 2 | 3;

/** An end of a command that is nobody's bug: what is wrong and the mend, in whole sentences, and the exit code. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly code: RefusalCode;
  readonly mend: string | null;

  constructor(code: RefusalCode, message: string, mend: string | null = null) {
    super(message);
    this.code = code;
    this.mend = mend;
  }
}

/** Runs a command; what it refuses is said on standard error, with its usage where that is what was wrong. */
export async function refusing(
  command: string,
  usage: string,
  io: CommandIo,
  run: () => Promise<number>,
): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const refusal = await refusalOf(error);
    const mend = refusal.mend === null ? "" : `    mend: ${tidy(refusal.mend)}\n`;
    io.stderr(
      `waybill ${command}: ${tidy(refusal.message)}\n${mend}${refusal.code === 2 ? `\n${usage}` : ""}`,
    );
    return refusal.code;
  }
}

async function refusalOf(error: unknown): Promise<Refusal> {
  if (error instanceof Refusal) return error;
  // Loaded by whoever has thrown it, so this costs nothing.
  const { StoreConfigError } = await import("../../store/config.ts");
  const { StoreUnavailableError } = await import("../../core/ports.ts");
  if (error instanceof StoreConfigError) return new Refusal(error.problem === "url" ? 2 : 1, error.message);
  if (error instanceof StoreUnavailableError)
    return new Refusal(
      3,
      sentence(error.message),
      "See that the database is there and can be written, and try again.",
    );
  throw error;
}

/** What has been said by others is for a terminal: without secrets, and without what moves its cursor. */
export function tidy(text: string): string {
  return crossOutCredentials(text).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ");
}

/** A clause as a sentence. */
export function sentence(clause: string): string {
  return `${clause.charAt(0).toUpperCase()}${clause.slice(1)}${/[.!?]$/.test(clause) ? "" : "."}`;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  ENOTDIR: "there is no such folder",
  EISDIR: "it is a folder",
  EACCES: "its permissions forbid it",
  EPERM: "its permissions forbid it",
  EROFS: "the disk can only be read",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk is full",
  EPIPE: "who was reading it has gone",
};

/** Why the system refused, as a clause. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  return REASONS[code] ?? code;
}
