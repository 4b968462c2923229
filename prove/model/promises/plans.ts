/** What the scenes' repository has in `.github/waybill.yml`. */
import { parseConfig } from "../../../src/core/config/index.ts";
import { commitSha } from "../../../src/core/ids.ts";
import { plansOf } from "../../../src/core/plans.ts";
import type { PlanSnapshot } from "../../../src/core/promotion.ts";
import type { Scene } from "./scene.ts";

/** Two environments that ask for nothing. */
const PLAIN = `
components:
  api: { workflow: deploy.yml }
environments:
  staging: {}
  prod: {}
`;

/** The plan of each environment, in the order of ENVIRONMENTS. */
export function plansIn({ config = PLAIN }: Pick<Scene, "config">): readonly PlanSnapshot[] {
  const reading = parseConfig(config, { path: ".github/waybill.yml", repositoryName: "shop" });
  const at = commitSha("c0ffee".padEnd(40, "0"));
  if (!reading.ok || at === null) throw new Error("the scenes' config is not valid");
  return plansOf(reading.config, at, "main");
}
