/**
 * Holds calls of GitHub's API and its webhooks against GitHub's own OpenAPI description (`@octokit/openapi`). It knows nothing of the
 * stand-in but the shape of its record, so it judges both sides: what Waybill asks, and what the stand-in answers.
 */
import { readFileSync } from "node:fs";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import type { ValidateFunction } from "ajv";
import { Ajv } from "ajv";
import { fullFormats } from "ajv-formats/dist/formats.js";

/** A call as the stand-in records it. */
export interface RecordedCall {
  method: string;
  path: string;
  query: Readonly<Record<string, string>>;
  /** `/repos/{owner}/{repo}/issues`, as in GitHub's reference. */
  route: string | null;
  status: number;
  requestBody: unknown;
  responseBody: unknown;
  fault: string | null;
  /** The version of the API that it asked for. */
  apiVersion?: string | null;
}

type Json = Record<string, unknown>;

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Json;
}

const USUAL_VERSION = "2022-11-28";
const DOCUMENT = "github";
/** A repository that moved redirects every route; the description says so of a few. */
const REDIRECTS = new Set([301, 302, 307]);
/** Not part of the REST description: GraphQL, and a repository by its id, which GitHub answers without describing it. */
const OTHER_ROUTES = new Set(["/graphql", "/repositories/{repository_id}"]);
/**
 * Where the description's formats are narrower than its own words: addresses of bots have brackets in them
 * (`41898282+github-actions[bot]@…`), an address that is not set is an empty text (`default: ""`), and a period is written in the syntax of
 * the search (`created`, "Returns workflow runs created within the given date-time range").
 */
const WIDER_FORMATS = {
  email: /^[^\s@]+@[^\s@]+$/,
  uri: (text: string) => text === "" || URL.canParse(text),
  "date-time": (text: string) => !Number.isNaN(Date.parse(text.replace(/^(>=|<=|>|<)|\.\..*$/g, ""))),
};

/** GitHub's description of one version of the API, or of one Enterprise Server. */
interface Description {
  readonly document: Json;
  readonly ajv: Ajv;
  readonly compiled: Map<string, ValidateFunction>;
}

const loaded = new Map<string, Description>();

/** `2022-11-28`, a later version, or `ghes-3.17`; what is neither is judged as the usual one. */
function load(name = USUAL_VERSION): Description {
  const edition = /^(ghes-\d+\.\d+|\d{4}-\d\d-\d\d)$/.test(name) ? name : USUAL_VERSION;
  const known = loaded.get(edition);
  if (known) return known;
  const manifest = findPackageJSON("@octokit/openapi", import.meta.url);
  if (manifest === undefined) throw new Error("@octokit/openapi is not installed");
  const file = edition.startsWith("ghes") ? `${edition}.json` : "api.github.com.json";
  const text = readFileSync(join(dirname(manifest), "generated", file), "utf8");
  const document = JSON.parse(text) as Json;
  if (!edition.startsWith("ghes")) bringTo(edition, document);
  allowNull(document);
  mend(document);
  const ajv = new Ajv({
    strict: false,
    validateSchema: false,
    allErrors: true,
    inlineRefs: false,
    logger: false,
    formats: { ...fullFormats, ...WIDER_FORMATS },
  });
  ajv.addSchema(document, DOCUMENT);
  const description = { document, ajv, compiled: new Map<string, ValidateFunction>() };
  loaded.set(edition, description);
  return description;
}

interface BreakingChange {
  version: string;
  patch: Json | readonly { op: string; path: string; value?: unknown }[];
}

/** The description is of the oldest version; beside each part it says how later ones differ from it. */
function bringTo(version: string, node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  const changes = (node as Json)["x-github-breaking-changes"] as BreakingChange[] | undefined;
  for (const change of changes ?? []) {
    if (change.version > version) continue;
    if (Array.isArray(change.patch)) for (const step of change.patch) applyStep(node as Json, step);
    else merge(node as Json, change.patch as Json);
  }
  for (const child of Object.values(node)) bringTo(version, child);
}

/** A step of a JSON patch (RFC 6902): only what the description uses. */
function applyStep(node: Json, { op, path, value }: { op: string; path: string; value?: unknown }): void {
  const parts = path.split("/").slice(1);
  const names = parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = names.pop() ?? "";
  let holder: unknown = node;
  for (const name of names) holder = (holder as Json | undefined)?.[name];
  if (typeof holder !== "object" || holder === null) return;
  if (op !== "remove") (holder as Json)[last] = value;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete (holder as Json)[last];
}

/** A JSON merge patch (RFC 7396). */
function merge(node: Json, patch: Json): void {
  for (const [name, value] of Object.entries(patch)) {
    const before = node[name];
    if (value === null) delete node[name];
    else if (isObject(value) && isObject(before)) merge(before, value);
    else node[name] = value;
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** This one answer is described by an older copy of the shape, which wants an account to be a user and an enterprise at once. */
function mend(document: Json): void {
  let content: unknown = document;
  for (const part of [
    "paths",
    "/app/installations",
    "get",
    "responses",
    "200",
    "content",
    "application/json",
  ]) {
    content = (content as Json | undefined)?.[part];
  }
  if (content)
    (content as Json).schema = { type: "array", items: { $ref: "#/components/schemas/installation" } };
}

/** OpenAPI 3.0 says `nullable`, JSON Schema says a type or alternative more. */
function allowNull(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  for (const child of Object.values(node)) allowNull(child);
  const schema = node as Json;
  if (schema.nullable !== true) return;
  delete schema.nullable;
  if (typeof schema.type === "string") {
    schema.type = [schema.type, "null"];
    if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum.push(null);
    return;
  }
  const bare = { ...schema };
  for (const key of Object.keys(schema)) delete schema[key];
  schema.anyOf = [bare, { type: "null" }];
}

/**
 * What of a call does not conform; empty if all does. Requests are held to the description even where the answer was a fault.
 * `edition` is the description to judge by (`ghes-3.17`); by default that of the version which the call asked for.
 */
export function callProblems(recorded: RecordedCall, edition?: string): string[] {
  const call = byName(recorded);
  const description = load(edition ?? recorded.apiVersion ?? USUAL_VERSION);
  if (call.route !== null && OTHER_ROUTES.has(call.route)) return [];
  const name = `${call.method} ${call.route ?? call.path} -> ${call.status}`;
  const operation = operationOf(description, call);
  if (!operation) return [`${name}: GitHub has no such operation`];
  const problems = [
    ...requestProblems(description, call, operation),
    ...(call.fault === null ? responseProblems(description, call, operation) : []),
  ];
  return problems.map((problem) => `${name}: ${problem}`);
}

/** Every route of a repository can be reached by the repository's id, which the description does not repeat. */
function byName(call: RecordedCall): RecordedCall {
  if (call.route === null || !call.route.startsWith("/repos/{owner}/{repo}")) return call;
  return { ...call, path: call.path.replace(/^\/repositories\/\d+/, "/repos/-/-") };
}

/** The problems of many calls, each once. */
export function callsProblems(calls: readonly RecordedCall[], edition?: string): string[] {
  return [...new Set(calls.flatMap((call) => callProblems(call, edition)))];
}

/** What of a webhook's payload does not conform to the description of its event and action. */
export function webhookProblems(event: string, action: string | null, payload: unknown): string[] {
  const description = load();
  const hooks = description.document["x-webhooks"] as Record<string, unknown>;
  const dashed = [event, ...(action === null ? [] : [action])].join("-").replaceAll("_", "-");
  const name = `${event}${action === null ? "" : `.${action}`}`;
  if (!(dashed in hooks)) return [`${name}: GitHub has no such webhook`];
  const pointer = ["x-webhooks", dashed, "post", "requestBody", "content", "application/json", "schema"];
  return schemaProblems(description, pointer, withListedEvents(payload)).map(
    (problem) => `${name}: ${problem}`,
  );
}

/** Where an App is described, GitHub's list of its events lacks one that an App may subscribe to (`deployment_protection_rule`). */
function withListedEvents(payload: unknown): unknown {
  return JSON.parse(JSON.stringify(payload), (key, value: unknown) =>
    key === "events" && Array.isArray(value)
      ? value.filter((event) => event !== "deployment_protection_rule")
      : value,
  );
}

function operationOf(
  { document }: Description,
  call: RecordedCall,
): { pointer: string[]; operation: Json } | null {
  const paths = document.paths as Record<string, Record<string, Json>>;
  const route = call.route ?? "";
  const operation = paths[route]?.[call.method.toLowerCase()];
  return operation ? { pointer: ["paths", route, call.method.toLowerCase()], operation } : null;
}

function requestProblems(
  description: Description,
  call: RecordedCall,
  { pointer, operation }: { pointer: string[]; operation: Json },
): string[] {
  const parameters = ((operation.parameters ?? []) as Json[]).map(
    (parameter) => resolve(description, parameter) as unknown as Parameter,
  );
  const problems: string[] = [];
  const values: Record<string, Record<string, string>> = { query: { ...call.query }, path: pathValues(call) };
  for (const [place, given] of Object.entries(values)) {
    const known = parameters.filter((parameter) => parameter.in === place);
    for (const [name, text] of Object.entries(given)) {
      const parameter = known.find((candidate) => candidate.name === name);
      if (!parameter) problems.push(`${place} parameter ${name} is unknown`);
      else if (!fitsParameter(description, parameter, text))
        problems.push(`${place} parameter ${name} cannot be ${JSON.stringify(text)}`);
    }
    for (const parameter of known) {
      if (parameter.required && !(parameter.name in given))
        problems.push(`${place} parameter ${parameter.name} is missing`);
    }
  }
  // What GitHub refused as wrong is allowed to be wrong: the refusal is what a test wants to see.
  return [400, 422].includes(call.status)
    ? problems
    : [...problems, ...bodyProblems(description, call, pointer, operation)];
}

function bodyProblems(
  description: Description,
  call: RecordedCall,
  pointer: readonly string[],
  operation: Json,
): string[] {
  const described =
    operation.requestBody === undefined ? null : resolve(description, operation.requestBody as Json);
  const content = (described?.content ?? {}) as Record<string, Json>;
  if (call.requestBody === undefined) return described?.required === true ? ["a body is missing"] : [];
  if (!content["application/json"]) return ["a body is not expected"];
  const schema = resolve(description, content["application/json"].schema as Json);
  const body = call.requestBody;
  const properties = schema.properties as Json | undefined;
  const unknown =
    properties && typeof body === "object" && body !== null && !Array.isArray(body)
      ? Object.keys(body).filter((name) => !(name in properties))
      : [];
  return [
    ...unknown.map((name) => `body property ${name} is unknown`),
    ...schemaProblems(
      description,
      [...pointer, "requestBody", "content", "application/json", "schema"],
      body,
    ).map((problem) => `body${problem}`),
  ];
}

function responseProblems(
  description: Description,
  call: RecordedCall,
  { pointer, operation }: { pointer: string[]; operation: Json },
): string[] {
  if (call.status === 0 || call.status === 304) return [];
  const responses = operation.responses as Record<string, Json>;
  const response = responses[String(call.status)];
  const refused = call.status >= 400 || REDIRECTS.has(call.status);
  if (!response && !refused) return [`status ${call.status} is not described`];
  if (call.responseBody === undefined) return [];
  const described =
    response && resolveWithPointer(description, response, [...pointer, "responses", String(call.status)]);
  const content = described?.target.content as Record<string, Json> | undefined;
  if (described && content?.["application/json"]) {
    return schemaProblems(
      description,
      [...described.at, "content", "application/json", "schema"],
      call.responseBody,
    );
  }
  // Every route may refuse credentials, permissions or a name; the description does not repeat that everywhere.
  return refused
    ? schemaProblems(description, ["components", "schemas", "basic-error"], call.responseBody)
    : ["an answer without a body is described"];
}

function resolve(description: Description, node: Json): Json {
  return resolveWithPointer(description, node, []).target;
}

function resolveWithPointer(
  description: Description,
  node: Json,
  at: string[],
): { target: Json; at: string[] } {
  if (typeof node.$ref !== "string") return { target: node, at };
  const path = node.$ref.slice(2).split("/");
  let target: unknown = description.document;
  for (const part of path) target = (target as Json)[part];
  return resolveWithPointer(description, target as Json, path);
}

function pathValues(call: RecordedCall): Record<string, string> {
  const names: string[] = [];
  const route = (call.route ?? "").replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    names.push(name);
    return "(.+?)";
  });
  const match = new RegExp(`^${route}$`).exec(call.path);
  return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match?.[index + 1] ?? "")]));
}

/** Texts of a path or query are numbers, flags and lists in disguise. */
function fitsParameter({ ajv }: Description, parameter: Parameter, text: string): boolean {
  const schema = JSON.parse(JSON.stringify(parameter.schema).replaceAll('"#/', `"${DOCUMENT}#/`)) as Json;
  const candidates: unknown[] = [text, Number(text), text === "true", text.split(",")];
  const [asText, asNumber, asFlag, asList] = candidates;
  const allowed = [
    asText,
    ...(/^-?\d+$/.test(text) ? [asNumber] : []),
    ...(/^(true|false)$/.test(text) ? [asFlag] : []),
    asList,
  ];
  return allowed.some((value) => ajv.validate(schema, value));
}

function schemaProblems(
  { ajv, compiled }: Description,
  pointer: readonly string[],
  value: unknown,
): string[] {
  const reference = `${DOCUMENT}#/${pointer.map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
  let validate = compiled.get(reference);
  if (!validate) {
    validate = ajv.compile({ $ref: reference });
    compiled.set(reference, validate);
  }
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, 12).map((error) => {
    const detail = Object.values(error.params as Json).join(", ");
    return `${error.instancePath || "/"} ${error.message ?? "is wrong"} (${detail})`;
  });
}
