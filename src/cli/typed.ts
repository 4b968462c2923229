/**
 * The folder in which the command was typed: npm runs scripts in Waybill's own folder, where the settings' relative paths belong, and not in the
 * reader's, where the arguments' do.
 */
export function typedFolder(): string {
  const typedIn = process.env["npm_lifecycle_event"] === "waybill" ? process.env["INIT_CWD"] : undefined;
  return typedIn ?? process.cwd();
}
