import { Client } from "pg";
import { openStore } from "../../src/store/index.ts";
import { createTestDatabase, describePostgres } from "../support/postgres.ts";
import { storeContract } from "./contract.ts";

let address: string | undefined;

/** One database for the file, emptied for each test: making a new one takes ten times as long. */
async function emptyDatabase(): Promise<string> {
  address ??= await createTestDatabase();
  const client = new Client({ connectionString: address });
  await client.connect();
  await client.query("drop schema public cascade; create schema public");
  await client.end();
  return address;
}

describePostgres("the store on PostgreSQL", () => {
  storeContract({
    createDatabase: emptyDatabase,
    open: (address, clock) => openStore(address, { cwd: "/", clock }),
  });
});
