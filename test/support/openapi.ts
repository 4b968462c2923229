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
}

type Json = Record<string, unknown>;

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: Json;
}

const DOCUMENT = "github";
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

let loaded: { document: Json; ajv: Ajv } | undefined;
const compiled = new Map<string, ValidateFunction>();

function load(): { document: Json; ajv: Ajv } {
  if (loaded) return loaded;
  const manifest = findPackageJSON("@octokit/openapi", import.meta.url);
  if (manifest === undefined) throw new Error("@octokit/openapi is not installed");
  const file = join(dirname(manifest), "generated/api.github.com.json");
  const document = JSON.parse(readFileSync(file, "utf8")) as Json;
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
  loaded = { document, ajv };
  return loaded;
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
    content = (content as Json)[part];
  }
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

/** What of a call does not conform; empty if all does. Requests are held to the description even where the answer was a fault. */
export function callProblems(call: RecordedCall): string[] {
  if (call.route !== null && OTHER_ROUTES.has(call.route)) return [];
  const name = `${call.method} ${call.route ?? call.path} -> ${call.status}`;
  const operation = operationOf(call);
  if (!operation) return [`${name}: GitHub has no such operation`];
  const problems = [
    ...requestProblems(call, operation),
    ...(call.fault === null ? responseProblems(call, operation) : []),
  ];
  return problems.map((problem) => `${name}: ${problem}`);
}

/** The problems of many calls, each once. */
export function callsProblems(calls: readonly RecordedCall[]): string[] {
  return [...new Set(calls.flatMap(callProblems))];
}

/** What of a webhook's payload does not conform to the description of its event and action. */
export function webhookProblems(event: string, action: string | null, payload: unknown): string[] {
  const { document } = load();
  const hooks = document["x-webhooks"] as Record<string, unknown>;
  const dashed = [event, ...(action === null ? [] : [action])].join("-").replaceAll("_", "-");
  const name = `${event}${action === null ? "" : `.${action}`}`;
  if (!(dashed in hooks)) return [`${name}: GitHub has no such webhook`];
  const pointer = ["x-webhooks", dashed, "post", "requestBody", "content", "application/json", "schema"];
  return schemaProblems(pointer, payload).map((problem) => `${name}: ${problem}`);
}

function operationOf(call: RecordedCall): { pointer: string[]; operation: Json } | null {
  const paths = load().document.paths as Record<string, Record<string, Json>>;
  const route = call.route ?? "";
  const operation = paths[route]?.[call.method.toLowerCase()];
  return operation ? { pointer: ["paths", route, call.method.toLowerCase()], operation } : null;
}

function requestProblems(
  call: RecordedCall,
  { pointer, operation }: { pointer: string[]; operation: Json },
): string[] {
  const parameters = ((operation.parameters ?? []) as Json[]).map(
    (parameter) => resolve(parameter) as unknown as Parameter,
  );
  const problems: string[] = [];
  const values: Record<string, Record<string, string>> = { query: { ...call.query }, path: pathValues(call) };
  for (const [place, given] of Object.entries(values)) {
    const known = parameters.filter((parameter) => parameter.in === place);
    for (const [name, text] of Object.entries(given)) {
      const parameter = known.find((candidate) => candidate.name === name);
      if (!parameter) problems.push(`${place} parameter ${name} is unknown`);
      else if (!fitsParameter(parameter, text))
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
    : [...problems, ...bodyProblems(call, pointer, operation)];
}

function bodyProblems(call: RecordedCall, pointer: readonly string[], operation: Json): string[] {
  const described = operation.requestBody === undefined ? null : resolve(operation.requestBody as Json);
  const content = (described?.content ?? {}) as Record<string, Json>;
  if (call.requestBody === undefined) return described?.required === true ? ["a body is missing"] : [];
  if (!content["application/json"]) return ["a body is not expected"];
  const schema = resolve(content["application/json"].schema as Json);
  const body = call.requestBody;
  const properties = schema.properties as Json | undefined;
  const unknown =
    properties && typeof body === "object" && body !== null && !Array.isArray(body)
      ? Object.keys(body).filter((name) => !(name in properties))
      : [];
  return [
    ...unknown.map((name) => `body property ${name} is unknown`),
    ...schemaProblems([...pointer, "requestBody", "content", "application/json", "schema"], body).map(
      (problem) => `body${problem}`,
    ),
  ];
}

function responseProblems(
  call: RecordedCall,
  { pointer, operation }: { pointer: string[]; operation: Json },
): string[] {
  if (call.status === 0 || call.status === 304) return [];
  const responses = operation.responses as Record<string, Json>;
  const response = responses[String(call.status)];
  if (!response && call.status < 400) return [`status ${call.status} is not described`];
  if (call.responseBody === undefined) return [];
  const described = response && resolveWithPointer(response, [...pointer, "responses", String(call.status)]);
  const content = described?.target.content as Record<string, Json> | undefined;
  if (described && content?.["application/json"]) {
    return schemaProblems([...described.at, "content", "application/json", "schema"], call.responseBody);
  }
  // Every route may refuse credentials, permissions or a name; the description does not repeat that everywhere.
  return call.status >= 400
    ? schemaProblems(["components", "schemas", "basic-error"], call.responseBody)
    : ["an answer without a body is described"];
}

function resolve(node: Json): Json {
  return resolveWithPointer(node, []).target;
}

function resolveWithPointer(node: Json, at: string[]): { target: Json; at: string[] } {
  if (typeof node.$ref !== "string") return { target: node, at };
  const path = node.$ref.slice(2).split("/");
  let target: unknown = load().document;
  for (const part of path) target = (target as Json)[part];
  return resolveWithPointer(target as Json, path);
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
function fitsParameter(parameter: Parameter, text: string): boolean {
  const { ajv } = load();
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

function schemaProblems(pointer: readonly string[], value: unknown): string[] {
  const { ajv } = load();
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
