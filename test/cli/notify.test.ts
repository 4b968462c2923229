/** `waybill notify --test`: one marked message, over real HTTP, by the config of a file or of GitHub. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { parseConfig } from "../../src/core/config/index.ts";
import { channelsText } from "../../src/cli/validate-channels.ts";
import { notify } from "../../src/cli/notify.ts";
import { quickFolder } from "../support/quick-folder.ts";
import { startReceiver } from "../support/receiver.ts";
import { prodConfig } from "../support/shop.ts";
import { startStory } from "../support/story.ts";

const SLACK = "channels: { ops: { slack: { url: { secret: SLACK } } } }\n";

afterEach(() => vi.unstubAllEnvs());

async function run(...argv: string[]): Promise<{ code: number; said: string }> {
  const said: string[] = [];
  const io = {
    stdout: (text: string) => void said.push(text),
    stderr: (text: string) => void said.push(text),
  };
  return { code: await notify(argv, io), said: said.join("") };
}

async function given(config = `${prodConfig()}${SLACK}`) {
  const receiver = await startReceiver();
  const file = join(quickFolder("waybill-notify-"), "waybill.yml");
  writeFileSync(file, config);
  const env = {
    WAYBILL_ALLOW_PRIVATE: `127.0.0.1:${receiver.port}`,
    WAYBILL_SECRET_SLACK: `${receiver.url}/services/hush-hush`,
    WAYBILL_SECRET_SLACK_FOR: "acme/shop",
  };
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  return { receiver, file, env };
}

it("`waybill validate` says who is told of what", () => {
  const text = `${prodConfig()}channels:
  ops: { slack: { url: { secret: SLACK } } }
  status:
    webhook: { url: "https://status.acme.example", secret: HOOK }
    tell: [{ events: [failed], environments: [prod], components: [api] }, {}]
`;
  const reading = parseConfig(text, { path: "waybill.yml", repositoryName: "shop" });
  expect(reading.ok && channelsText(reading.config)).toBe(
    "channel   ops (slack): the usual\nchannel   status (webhook): failed; in prod; about api\nchannel   status (webhook): the usual\n",
  );
});

describe("a test message", () => {
  it("is sent by the channel of a file, says that nothing has happened, and names no more than the host", async () => {
    const { receiver, file } = await given();
    const { code, said } = await run("--test", "ops", "--on", "acme/shop", file);
    expect(said).toBe(`The channel ops (slack) has taken a test message: 127.0.0.1:${receiver.port}.\n`);
    expect(code).toBe(0);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.body).toContain("acme/shop: a test message of Waybill");
    expect(receiver.received[0]?.body).toContain("Nothing has happened.");
  });

  it("that is not taken says why", async () => {
    const { receiver, file } = await given();
    receiver.answers((response) => void response.writeHead(404).end("no_service"));
    expect(await run("--test", "ops", "--on", "acme/shop", file)).toEqual({
      code: 1,
      said: `The channel ops (slack) has not taken it (127.0.0.1:${receiver.port}): it answered with status 404.\n`,
    });
    const other = await run("--test", "ops", "--on", "evil/shop", file, "--json");
    expect(other.code).toBe(1);
    expect(JSON.parse(other.said)).toEqual({
      channel: "ops",
      kind: "slack",
      destination: "an unknown host",
      taken: false,
      reason: "the operator of Waybill has set no secret SLACK for this repository",
    });
    expect(receiver.received).toHaveLength(1);
  });

  it("goes by the config that GitHub has, where no file is named", async () => {
    const { receiver, env } = await given();
    const story = await startStory({ config: () => `${prodConfig()}${SLACK}`, environment: env });
    onTestFinished(() => story.end());
    for (const [name, value] of Object.entries(story.environment)) vi.stubEnv(name, value);
    expect(await run("--test", "ops", "--on", "acme/shop")).toMatchObject({ code: 0 });
    expect(receiver.received).toHaveLength(1);
    expect(await run("--test", "opps", "--on", "acme/shop")).toEqual({
      code: 1,
      said: "waybill notify: The config has no channel “opps”. It names ops.\n",
    });
    expect(await run("--test", "ops", "--on", "acme/nothing")).toMatchObject({ code: 1 });
  });

  it.each([
    [[], "Name the channel"],
    [["--test", "ops"], "Name the repository"],
    [["--test", "ops", "--on", "acme"], "no OWNER/NAME"],
    [["--test", "ops", "--on", "acme/shop", "a", "b"], "one file only"],
    [["--test", "ops", "--on", "acme/shop", "/nowhere.yml"], "no such file"],
  ])("is not sent by %j", async (argv, problem) => {
    const { code, said } = await run(...argv);
    expect([code, said.includes(problem)]).toEqual([2, true]);
  });
});
