import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";

/** The step as users copy it, and the script that it runs. */
const [step] = parse(
  readFileSync(join(import.meta.dirname, "../../docs/snippets/claim-step.yml"), "utf8"),
) as [{ id: string; shell: string; env: Record<string, string>; run: string }];

/**
 * `gh api` as far as the step uses it: fields become a JSON body, `--jq .a.b` picks one value, an HTTP error exits 1 with the body on
 * stdout, as gh does. https://cli.github.com/manual/gh_api
 */
const GH = `#!${process.execPath}
const [command, ...rest] = process.argv.slice(2);
if (command !== "api") process.exit(64);
let method = "GET", path = "", jq = null, silent = false;
const fields = {};
for (let at = 0; at < rest.length; at++) {
  if (rest[at] === "--method") method = rest[++at];
  else if (rest[at] === "--jq") jq = rest[++at];
  else if (rest[at] === "--silent") silent = true;
  else if (rest[at] === "-f") { const [, name, value] = /^([^=]+)=(.*)$/s.exec(rest[++at]); fields[name] = value; }
  else if (path === "") path = rest[at];
  else process.exit(64);
}
const headers = { authorization: "Bearer " + process.env.GH_TOKEN, "x-host": process.env.GH_HOST };
const body = method === "POST" ? JSON.stringify(fields) : undefined;
fetch(process.env.TEST_API + "/" + path, { method, headers, body }).then(async (answer) => {
  const text = await answer.text();
  if (!answer.ok) { if (!silent) process.stdout.write(text); process.stderr.write("gh: HTTP " + answer.status + "\\n"); process.exit(1); }
  if (!silent) process.stdout.write((jq === null ? text : String(jq.slice(1).split(".").reduce((value, key) => value[key], JSON.parse(text)))) + "\\n");
}, (error) => { process.stderr.write(String(error) + "\\n"); process.exit(1); });
`;

/** What the little GitHub holds, and what it is told to do wrong: an answer in place of its own for the next calls of a kind. */
const refs = new Map<string, string>();
const tagObjects = new Map<string, { tag: string; message: string; object: string; type: string }>();
let calls: string[] = [];
let faults: { call: string; status: number; after?: "write" }[] = [];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const call = `${request.method} ${request.url}`;
  calls.push(call);
  const send = (status: number, body: unknown): void =>
    void response.writeHead(status).end(JSON.stringify(body));
  const index = faults.findIndex((fault) => call.startsWith(fault.call));
  const [fault] = index === -1 ? [] : faults.splice(index, 1);
  if (fault !== undefined && fault.after !== "write") return send(fault.status, { message: "fault" });
  const [status, body] = perform(
    call,
    chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString()),
  );
  return fault === undefined ? send(status, body) : send(fault.status, { message: "fault" });
}

function perform(call: string, body: Record<string, string>): [number, unknown] {
  if (call === "POST /repos/acme/shop/git/tags") {
    const sha = (tagObjects.size + 1).toString(16).padStart(40, "0");
    tagObjects.set(sha, body as never);
    return [201, { sha }];
  }
  if (call === "POST /repos/acme/shop/git/refs") {
    const { ref = "", sha = "" } = body;
    if (refs.has(ref)) return [422, { message: "Reference already exists" }];
    refs.set(ref, sha);
    return [201, { ref, object: { sha } }];
  }
  const found = /^GET \/repos\/acme\/shop\/git\/ref\/(.+)$/.exec(call);
  const sha = refs.get(`refs/${found?.[1]}`);
  return sha === undefined ? [404, { message: "Not Found" }] : [200, { object: { sha, type: "tag" } }];
}

let server: Server;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "waybill-claim-"));
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "step.sh"), step.run);
  // The pauses between looks are not what is tested.
  for (const [name, text] of [
    ["gh", GH],
    ["sleep", "#!/bin/sh\nexit 0\n"],
  ] as const) {
    writeFileSync(join(folder, "bin", name), text);
    chmodSync(join(folder, "bin", name), 0o755);
  }
  server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

beforeEach(() => {
  refs.clear();
  tagObjects.clear();
  calls = [];
  faults = [];
});

interface Outcome {
  readonly code: number | null;
  readonly out: string;
  readonly outputs: string;
}

let runs = 0;

/** Runs the step's script by bash, as the runner does: `bash --noprofile --norc -eo pipefail FILE`. */
async function claim(values: Record<string, string> = {}): Promise<Outcome> {
  const output = join(folder, `output-${++runs}`);
  writeFileSync(output, "");
  const env = {
    PATH: [join(folder, "bin"), process.env["PATH"]].join(delimiter),
    GITHUB_OUTPUT: output,
    TEST_API: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    GH_TOKEN: "made-up",
    GH_ENTERPRISE_TOKEN: "made-up",
    SERVER_URL: "https://github.com",
    REPOSITORY: "acme/shop",
    COMMIT: "c".repeat(40),
    RUN_ID: "7001",
    RUN_ATTEMPT: "1",
    CORRELATION_ID: "c12-1-api",
    ...values,
  };
  const child = spawn("bash", ["--noprofile", "--norc", "-eo", "pipefail", join(folder, "step.sh")], { env });
  let out = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (out += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, out, outputs: readFileSync(output, "utf8") };
}

describe("the claim step of docs/workflows.md, run by bash", () => {
  test("every value reaches the script through env", () => {
    expect(step.id).toBe("waybill-claim");
    expect(step.run).not.toContain("${{");
    expect(Object.keys(step.env).sort()).toEqual(
      [
        "COMMIT",
        "CORRELATION_ID",
        "GH_ENTERPRISE_TOKEN",
        "GH_TOKEN",
        "REPOSITORY",
        "RUN_ATTEMPT",
        "RUN_ID",
        "SERVER_URL",
      ].sort(),
    );
  });

  test("the first run claims, and the ref says which run it was", async () => {
    expect(await claim()).toMatchObject({ code: 0, outputs: "claimed=true\n" });
    const sha = refs.get("refs/waybill/claims/c12-1-api") ?? "";
    expect(tagObjects.get(sha)).toMatchObject({ object: "c".repeat(40), type: "commit" });
    expect(JSON.parse(tagObjects.get(sha)?.message ?? "")).toEqual({ run_id: 7001, run_attempt: 1 });
  });

  test("the second run of the same id stops", async () => {
    await claim();
    const held = new Map(refs);
    expect(await claim({ RUN_ID: "7002" })).toMatchObject({
      code: 1,
      outputs: "",
      out: expect.stringContaining("Another run has claimed"),
    });
    expect(refs).toEqual(held);
  });

  test("of two at the same time exactly one goes on", async () => {
    const outcomes = await Promise.all(["7001", "7002", "7003"].map((RUN_ID) => claim({ RUN_ID })));
    expect(outcomes.filter(({ code, outputs }) => code === 0 && outputs === "claimed=true\n")).toHaveLength(
      1,
    );
    expect(outcomes.filter(({ code }) => code === 1)).toHaveLength(2);
  });

  test("another id is another claim", async () => {
    expect((await claim()).code).toBe(0);
    expect((await claim({ CORRELATION_ID: "c12-1-web" })).code).toBe(0);
  });

  test("where Waybill itself has taken the claim, no run goes on", async () => {
    refs.set("refs/waybill/claims/c12-1-api", "f".repeat(40));
    expect((await claim()).code).toBe(1);
  });

  test("a re-run stops, even if the first attempt never claimed", async () => {
    expect(await claim({ RUN_ATTEMPT: "2" })).toMatchObject({ code: 1, outputs: "" });
    expect(calls).toEqual([]);
  });

  test("started by hand it goes on without a claim", async () => {
    expect(await claim({ CORRELATION_ID: "" })).toMatchObject({ code: 0, outputs: "" });
    expect(calls).toEqual([]);
  });

  test.each(["$(touch pwned)", "a/../../b", "-x", "a b", "a\nb", "a".repeat(201), "`id`", "ä"])(
    "the id %j is refused before GitHub is asked",
    async (id) => {
      expect((await claim({ CORRELATION_ID: id })).code).toBe(1);
      expect(calls).toEqual([]);
    },
  );

  test("the server that runs the workflow is the one that is asked", async () => {
    const seen: unknown[] = [];
    server.on("request", (request: IncomingMessage) => seen.push(request.headers["x-host"]));
    await claim({ SERVER_URL: "https://ghes.example" });
    expect(new Set(seen)).toEqual(new Set(["ghes.example"]));
  });
});

describe("where GitHub answers badly, the step is right or stops", () => {
  test("the answer to the claim is lost: it looks, and finds that it holds it", async () => {
    faults = [{ call: "POST /repos/acme/shop/git/refs", status: 502, after: "write" }];
    expect((await claim()).code).toBe(0);
  });

  test("the claim was not written: it tries again", async () => {
    faults = [{ call: "POST /repos/acme/shop/git/refs", status: 502 }];
    expect((await claim()).code).toBe(0);
    expect(refs.size).toBe(1);
  });

  test("GitHub does not yet know the ref that it has made: it asks again", async () => {
    faults = [{ call: "GET ", status: 404 }];
    expect((await claim()).code).toBe(0);
  });

  test("the tag object is refused once: it tries again", async () => {
    faults = [{ call: "POST /repos/acme/shop/git/tags", status: 500 }];
    expect((await claim()).code).toBe(0);
  });

  test("GitHub stays silent: it stops, and the run does not go on unclaimed", async () => {
    faults = Array.from({ length: 20 }, () => ({ call: "", status: 503 }));
    expect(await claim()).toMatchObject({
      code: 1,
      outputs: "",
      out: expect.stringContaining("no clear answer"),
    });
  });

  test("it may not write (permissions): it stops", async () => {
    faults = Array.from({ length: 20 }, () => ({ call: "POST", status: 403 }));
    expect((await claim()).code).toBe(1);
  });
});
