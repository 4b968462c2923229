/** A production whose database is backed up before each rollout, by a workflow that tells its recovery point. */
import { prodConfig } from "../support/shop.ts";
import type { StoryOptions } from "../support/story.ts";

const BACKUP = `on: { workflow_dispatch: { inputs: { correlation_id: { type: string }, component: { type: string } } } }
run-name: Backup (\${{ inputs.correlation_id }})
jobs:
  backup:
    runs-on: x
    steps:
      - id: deploy
        run: echo "::notice title=recovery-point::$(date -u +%Y-%m-%dT%H:%M:%SZ)"
`;

export const backedUp: Pick<StoryOptions, "config" | "files"> = {
  config: () => prodConfig("    database: { backup: backup.yml, target: 1h }\n"),
  files: { ".github/workflows/backup.yml": BACKUP },
};
