/** Every call of every third effect, from the second on, under every fault: see github-faults.ts. */
import { tryEffects } from "./github-faults.ts";

tryEffects(1);
