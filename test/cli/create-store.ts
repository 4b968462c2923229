/** Creates the store that is named, as a server's start does. */
import { openStore } from "../../src/store/index.ts";

await (await openStore(process.argv[2] ?? "", { cwd: "/" })).close();
