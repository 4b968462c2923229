/** Channels that have not taken what they were told (docs/channels.md). Looked for in what the repositories' lanes remember of it. */
import { z } from "zod";
import { type Check, counted, listed, warning } from "./check.ts";
import { askDatabase } from "./database.ts";

const CHANNELS_NAMED = 5;

const laneSchema = z.object({
  troubles: z.record(z.string(), z.object({ kind: z.string(), since: z.number(), lost: z.number() })),
});

/** Checks `channels`; nothing where all take what they are told. */
export async function checkChannels(databaseUrl: string, cwd: string): Promise<Check[]> {
  const rows = await askDatabase(databaseUrl, cwd, (ask) =>
    ask(
      `select installation, repository, state from lane where environment = '' and state like '%"troubles":{"%'`,
    ),
  );
  const troubled = (rows ?? []).flatMap(({ installation, repository, state }) => {
    const read = laneSchema.safeParse(JSON.parse(String(state)));
    return Object.entries(read.data?.troubles ?? {}).map(([name, { kind, since, lost }]) => ({
      name: `${name} (${kind}) of repository ${String(repository)} in installation ${String(installation)}, since ${new Date(since).toISOString()}`,
      lost,
    }));
  });
  if (troubled.length === 0) return [];
  const names = troubled.map(({ name }) => name);
  const shown = names.length > CHANNELS_NAMED ? [...names.slice(0, CHANNELS_NAMED), "others"] : names;
  const lost = troubled.reduce((sum, one) => sum + one.lost, 0);
  const found = `${counted(lost, "message was", "messages were")} not taken by ${counted(troubled.length, "channel")}: ${listed(shown)}.`;
  return [
    warning(
      "channels",
      found,
      "The notice of each repository says why; try the channel with `waybill notify --test`.",
    ),
  ];
}
