import { isAbsolute, resolve } from "node:path";

/** Why a store cannot be opened as asked: the address itself, another writer, or data of a newer Waybill. */
export type StoreConfigProblem = "url" | "in-use" | "missing" | "folder" | "permission" | "newer-schema";

/**
 * The store cannot be opened as configured, and trying again will not help: somebody has to change something. The
 * message is one sentence for the operator, names DATABASE_URL and the mend, and never holds a password.
 */
export class StoreConfigError extends Error {
  override readonly name = "StoreConfigError";
  readonly problem: StoreConfigProblem;

  constructor(problem: StoreConfigProblem, message: string) {
    super(message);
    this.problem = problem;
  }
}

/** Where the database is: a file of ours, or a PostgreSQL server. */
export type DatabaseAddress =
  | { readonly dialect: "sqlite"; readonly path: string }
  | { readonly dialect: "postgres"; readonly url: string };

const FORMS = "DATABASE_URL must be `sqlite:PATH` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE`";

/**
 * Reads DATABASE_URL. `sqlite:PATH` is relative to `cwd`; `postgres://…` and `postgresql://…` follow libpq's URIs
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS).
 * Throws StoreConfigError for anything else. No part of a PostgreSQL address is repeated in the message: a
 * mistyped address may hold the password at any place.
 */
export function parseDatabaseUrl(databaseUrl: string, cwd: string): DatabaseAddress {
  const text = databaseUrl.trim();
  if (text === "") throw new StoreConfigError("url", `${FORMS}; it is empty.`);
  if (text.includes("\0"))
    throw new StoreConfigError("url", `${FORMS}; it holds a NUL character: remove it.`);
  if (text.startsWith("sqlite:")) return sqliteAddress(text.slice("sqlite:".length), cwd);
  if (/^postgres(?:ql)?:\/\//.test(text)) return postgresAddress(text);
  const scheme = /^([a-z][a-z0-9+.-]{0,20}):/i.exec(text)?.[1];
  throw new StoreConfigError("url", `${FORMS}; it begins with ${scheme ? `\`${scheme}:\`` : "neither"}.`);
}

function sqliteAddress(path: string, cwd: string): DatabaseAddress {
  if (path === "") throw new StoreConfigError("url", `${FORMS}; the path after \`sqlite:\` is missing.`);
  if (path.startsWith(":"))
    throw new StoreConfigError(
      "url",
      `${FORMS}; \`sqlite:${path}\` would keep nothing over a restart: name a file, such as \`sqlite:data/waybill.db\`.`,
    );
  // `sqlite:///abs` and `sqlite://rel` are habits from other tools; both read as what their writer meant.
  const plain = path.startsWith("//") ? path.slice(2) : path;
  if (plain === "" || plain.endsWith("/"))
    throw new StoreConfigError("url", `${FORMS}; \`sqlite:${path}\` names a folder: add the file's name.`);
  return { dialect: "sqlite", path: isAbsolute(plain) ? plain : resolve(cwd, plain) };
}

function postgresAddress(text: string): DatabaseAddress {
  const url = URL.parse(text);
  if (url === null)
    throw new StoreConfigError(
      "url",
      `${FORMS}; it is not a valid address: check the port, and write special characters of the password as %XX.`,
    );
  const host = url.hostname !== "" || url.searchParams.has("host");
  if (!host || url.pathname.length < 2)
    throw new StoreConfigError("url", `${FORMS}; the ${host ? "database's name" : "host"} is missing.`);
  try {
    decodeURIComponent(url.username + url.password + url.pathname);
  } catch {
    throw new StoreConfigError(
      "url",
      `${FORMS}; it holds a stray %: write a percent sign of the password as %25.`,
    );
  }
  return { dialect: "postgres", url: text };
}
