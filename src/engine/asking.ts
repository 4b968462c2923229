/** Asking the running system, at one address or at several. */
import { addressesOf, together } from "../core/addresses.ts";
import type { ProbeConfig } from "../core/config/index.ts";
import type { Clock } from "../core/ports.ts";
import type { Cargo, Evidence } from "../core/promotion.ts";
import { judgeLook, type Look } from "../core/proof.ts";

/** Asks one address of the running system (`url`) once; never rejects, since no answer is an answer too. */
export type AskSystem = (config: ProbeConfig) => Promise<Look>;

/** So many addresses of one probe are asked at a time. */
const AT_A_TIME = 5;

/** One look: all addresses of a probe are asked, some at a time, and what they said is judged as one. */
export async function askAll(
  ask: AskSystem,
  config: ProbeConfig,
  cargo: Cargo,
  clock: Clock,
): Promise<Evidence> {
  const addresses = addressesOf(config);
  const looks: Evidence[] = [];
  const work = addresses.entries();
  const askSome = async (): Promise<void> => {
    for (const [index, url] of work) {
      const one = { ...config, url };
      looks[index] = judgeLook(await ask(one), one, cargo, clock.now());
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_A_TIME, addresses.length) }, askSome));
  return together(looks, config, clock.now());
}
