/** The part of pino's logger that the store uses. */
export interface StoreLogger {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** Says nothing. */
export const silentLogger: StoreLogger = { info: () => {}, warn: () => {} };
