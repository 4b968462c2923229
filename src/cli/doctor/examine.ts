/** All checks, in the order in which a person would make them. Each says for itself what it could not look at, and why. */
import { type Environment, readEnvironment } from "../../environment.ts";
import { WEBHOOK_PATH } from "../../http/server.ts";
import { type Check, unknown } from "./check.ts";
import { checkChannels } from "./channels.ts";
import { checkConnection, type Connection } from "./connection.ts";
import { checkDatabase, type FreeSpace } from "./database.ts";
import { acceptable, checkGrants, checkInstallations } from "./grants.ts";
import { checkDeliveries, checkHook, checkPing } from "./hook.ts";
import { readManifest } from "./manifest.ts";
import { checkServer } from "./server.ts";
import { checkServices } from "./services.ts";
import { checkTeams } from "./teams.ts";
import { checkSettings, databaseUrlProblem, type SoundSettings, soundSettings } from "./settings.ts";

export interface ExamineOptions {
  readonly env: Environment;
  /** What relative paths in the settings are relative to. */
  readonly cwd: string;
  /** Look at this installation only; null: at all. */
  readonly installation: number | null;
  /** Whether GitHub is asked to send a delivery again. */
  readonly ping: boolean;
  readonly freeSpace: FreeSpace;
}

/** Makes every check. Writes nothing, here or on GitHub, unless `ping` asks for a redelivery. */
export async function examine(options: ExamineOptions): Promise<readonly Check[]> {
  const { env, cwd } = options;
  const reading = readEnvironment(env, cwd);
  const settings = soundSettings(reading);
  const onThisMachine = async (): Promise<Check[]> =>
    [
      settings.server === null
        ? unknown("server", "HOST or PORT is wrong.")
        : await checkServer(settings.server),
      ...(settings.databaseUrl === null
        ? [databaseUrlProblem(reading), ...unlooked(["jobs"], "DATABASE_URL is wrong.")]
        : await checkDatabase(settings.databaseUrl, cwd, options.freeSpace)),
    ].filter((check) => check !== null);
  const [connection, local] = await Promise.all([checkConnection(settings, env), onThisMachine()]);
  return [
    ...checkSettings(reading, env),
    ...connection.checks,
    ...(await checkOnGitHub(connection, options)),
    ...(await checkOptional(connection, settings, cwd)),
    ...local,
  ];
}

function unlooked(checks: readonly string[], why: string): Check[] {
  return checks.map((check) => unknown(check, why));
}

/** What only some configs need; where it cannot be looked at, the other checks say why. */
async function checkOptional(
  { asApp }: Connection,
  { databaseUrl, signsQuestions }: SoundSettings,
  cwd: string,
): Promise<Check[]> {
  if (databaseUrl === null) return [];
  const teams = asApp === null ? [] : await checkTeams(asApp.github, asApp.app, databaseUrl, cwd);
  const services = await checkServices(signsQuestions, databaseUrl, cwd);
  return [...teams, ...services, ...(await checkChannels(databaseUrl, cwd))];
}

async function checkOnGitHub(connection: Connection, options: ExamineOptions): Promise<Check[]> {
  const { asApp, why } = connection;
  if (asApp === null) {
    const checks = ["permissions", "events", "hook", "installations", "deliveries"];
    return unlooked([...checks, ...(options.ping ? ["ping"] : [])], why);
  }
  const { github, app } = asApp;
  const manifest = readManifest();
  const [hook, installations, deliveries] = await Promise.all([
    checkHook(github, WEBHOOK_PATH),
    checkInstallations(github, acceptable(app, manifest), options.installation),
    checkDeliveries(github),
  ]);
  const ping = options.ping ? [await checkPing(github)] : [];
  return [...checkGrants(app, manifest), hook, ...installations, deliveries, ...ping];
}
