/** The schema of a database as text, for comparison: what was made, and not by which program's version. */
import { DatabaseSync } from "node:sqlite";
import { Client } from "pg";

/** Every table, index and trigger of a SQLite file, as SQLite keeps its text. */
export function sqliteSchema(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database
    .prepare("select sql from sqlite_schema where sql is not null order by type desc, name")
    .all();
  database.close();
  return `${rows.map((row) => String(row["sql"]).replaceAll(/\s+/g, " ")).join(";\n")};\n`;
}

const POSTGRES_SCHEMA = `
  select 'column ' || table_name || '.' || column_name || ' ' || data_type || case is_nullable when 'NO' then ' not null' else '' end ||
    case is_identity when 'YES' then ' identity ' || identity_generation else '' end as line
    from information_schema.columns where table_schema = 'public'
  union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace and contype <> 'n'
  union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
  union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
  union all select 'function ' || regexp_replace(pg_get_functiondef(oid), '\\s+', ' ', 'g') from pg_proc where pronamespace = 'public'::regnamespace
  order by 1`;

/** Every column, constraint, index, trigger and function of a PostgreSQL database's schema `public`. */
export async function postgresSchema(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ line: string }>(POSTGRES_SCHEMA);
  await client.end();
  const lines = rows.map((row) => row.line).sort();
  return `${lines.join("\n")}\n`;
}
