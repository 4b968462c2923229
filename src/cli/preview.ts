/**
 * `waybill preview`: what the check on a pull request would say, of one that is squashed under this title with this text. It needs a clone and no GitHub.
 *
 * Exit codes: 0 it is fine, or nothing that fails; 1 `release.strict` makes it fail, or there is no such folder, repository, ref or file; 2 usage; 3 git cannot be run.
 */
import { readFileSync } from "node:fs";
import type { MergeSettings, OpenPull } from "../core/preview/merging.ts";
import { previewOf, type PreviewView } from "../core/preview/preview.ts";
import { commitOf, isPlainRef, isShallow, readTags } from "./git.ts";
import { readCommits } from "./git-log.ts";
import { plain, Refusal, refusalOf } from "./notes-refusal.ts";
import { optionsOf } from "./options.ts";
import { readConfig } from "./repository-config.ts";
import { nearestRelease } from "./releases.ts";

interface Io {
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

const USAGE = `Usage: waybill preview --title TITLE [--body FILE|-] [--repo DIR] [--base REF] [--json]

What the check on a pull request would say, before there is one: what merging it does to the version, and the lines that the notes would carry.

  --title TITLE   the pull request's title, under which it is squashed
  --body FILE     its text, from a file or from standard input (-)
  --repo DIR      the clone (default: the current folder); a bare one will do
  --base REF      what it is merged to (default: HEAD)
  --json          JSON instead of Markdown
`;

/** GitHub takes no longer text of a pull request. */
const LONGEST_BODY = 65_536;
const LONGEST_TITLE = 256;

/** Runs the command with its arguments (without `preview`) and returns its exit code; see above. */
export async function preview(argv: readonly string[], io: Io): Promise<number> {
  try {
    const asked = parse(argv);
    if (asked === "help") {
      io.stdout(USAGE);
      return 0;
    }
    const view = await look(asked, io);
    io.stdout(await written(view, asked.json));
    return view.conclusion === "failure" ? 1 : 0;
  } catch (error) {
    const refusal = refusalOf(error);
    io.stderr(`waybill preview: ${refusal.message}\n${refusal.code === 2 ? `\n${USAGE}` : ""}`);
    return refusal.code;
  }
}

interface Asked {
  readonly title: string;
  readonly body: string | null;
  readonly repo: string;
  readonly base: string;
  readonly json: boolean;
}

const OPTIONS = {
  title: { type: "string" },
  body: { type: "string" },
  repo: { type: "string" },
  base: { type: "string" },
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

function parse(argv: readonly string[]): Asked | "help" {
  const values = optionsOf(argv, OPTIONS);
  if (values.help === true) return "help";
  const { title, body, repo = ".", base = "HEAD" } = values;
  if (title === undefined) throw new Refusal(2, "--title is missing.");
  if (/[\r\n]/.test(title) || title.length > LONGEST_TITLE)
    throw new Refusal(2, `--title: a title has one line of at most ${LONGEST_TITLE} characters.`);
  if (!isPlainRef(base)) throw new Refusal(2, `--base: “${plain(base.slice(0, 80))}” cannot be a ref.`);
  if (repo === "") throw new Refusal(2, "--repo: the folder's name is empty.");
  return { title, body: body === undefined ? null : bodyOf(body), repo, base, json: values.json === true };
}

function bodyOf(file: string): string {
  try {
    const text = readFileSync(file === "-" ? 0 : file, "utf8");
    if (text.length <= LONGEST_BODY) return text;
  } catch {
    throw new Refusal(1, `--body: ${plain(file)} cannot be read.`);
  }
  throw new Refusal(1, `--body: a pull request's text has at most ${LONGEST_BODY} characters.`);
}

/** As GitHub does it where the setting is “Pull request title and description”. */
const SQUASHED: MergeSettings = {
  methods: ["squash"],
  squashTitle: "PR_TITLE",
  squashMessage: "PR_BODY",
  mergeTitle: "PR_TITLE",
  mergeMessage: "PR_BODY",
};

async function look({ title, body, repo, base }: Asked, io: Io): Promise<PreviewView> {
  const shallow = await isShallow(repo);
  const head = await commitOf(repo, base);
  if (head === null)
    throw new Refusal(
      1,
      base === "HEAD" ? "the repository has no commits yet." : `there is no commit “${plain(base)}”.`,
    );
  const {
    tag: pattern,
    components,
    rules,
  } = await readConfig(repo, head, (words) => io.stderr(`waybill preview: ${words}\n`));
  const start = await nearestRelease(repo, head, await readTags(repo), pattern, null);
  if (shallow)
    io.stderr(
      "waybill preview: this clone is shallow, so releases may be missing; `git fetch --unshallow --tags` brings the rest.\n",
    );
  const isReleased = start !== null && start.tag !== null && start.version !== null;
  return previewOf(thoughtOf(title, body, head), SQUASHED, {
    branch: base,
    head,
    base: isReleased ? { tag: start.tag, version: start.version } : null,
    // Without a release to count from, nobody lists the whole history.
    commits: isReleased ? await readCommits(repo, start.sha, head) : [],
    unreadCount: 0,
    notes: { components, types: rules.types },
    policy: rules.policy,
    taken: [],
    strict: rules.strict,
  });
}

/** A pull request that there is not: it has no number, and nobody's name. */
function thoughtOf(title: string, body: string | null, head: string): OpenPull {
  const author = { login: "", id: 0, bot: false };
  return {
    pull: { number: 0, title, url: "", body, author },
    label: "",
    head,
    commitCount: 0,
    commits: [],
  };
}

async function written(view: PreviewView, json: boolean): Promise<string> {
  const { createTextRenderer } = await import("../render/text.ts");
  const { title, summary } = createTextRenderer().preview(view);
  const { conclusion, base, before, outcomes } = view;
  if (!json) return `${conclusion}: ${title}\n\n${summary}\n`;
  const [outcome] = outcomes;
  if (outcome === undefined) throw new Error("a preview came to nothing");
  const { version, releases, bump, breaking, unsorted } = outcome;
  const sections = outcome.sections.map((section) => ({
    title: section.title,
    entries: section.entries.map(({ type, scope, breaking: breaks, text }) => ({
      type,
      scope,
      breaking: breaks,
      text,
    })),
  }));
  const undone = outcome.undone.map(({ sha, text }) => ({ sha, text }));
  const all = {
    conclusion,
    title,
    base,
    before,
    version,
    releases,
    bump,
    sections,
    breaking,
    unsorted,
    undone,
  };
  return `${JSON.stringify(all, null, 2)}\n`;
}
