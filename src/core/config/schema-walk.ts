/** Finds one's way in the schema: which settings are known at a place. */
import type { z } from "zod";
import type { Path } from "./located.ts";
import { configSchema } from "./schema.ts";

type Schema = z.core.$ZodTypes;

/** The names of the settings at a place in the config; empty where people choose the names, or there is no such place. */
export function knownKeys(path: Path): string[] {
  let at: Schema[] = [configSchema];
  for (const step of path) at = at.flatMap(shapesOf).flatMap((schema) => stepInto(schema, step));
  return at
    .flatMap(shapesOf)
    .flatMap((schema) => (schema._zod.def.type === "object" ? Object.keys(schema._zod.def.shape) : []));
}

/** Whether names stand at a place, by which two configs can be merged there; not where one may be written in several ways. */
export function mergesAt(path: Path): boolean {
  let at: Schema | undefined = configSchema;
  for (const step of path) at = at === undefined ? undefined : stepInto(unwrapped(at), step)[0];
  const type = at === undefined ? null : unwrapped(at)._zod.def.type;
  return type === "object" || type === "record";
}

/** The shape behind `optional`, `nullable` and defaults. */
function unwrapped(schema: Schema): Schema {
  const { def } = schema._zod;
  const isWrapper =
    def.type === "optional" || def.type === "nullable" || def.type === "default" || def.type === "prefault";
  return isWrapper ? unwrapped(def.innerType as Schema) : schema;
}

/** The shapes behind wrappers (`optional`, defaults) and alternatives. */
function shapesOf(schema: Schema): Schema[] {
  const shape = unwrapped(schema);
  const { def } = shape._zod;
  return def.type === "union" ? def.options.flatMap((option) => shapesOf(option as Schema)) : [shape];
}

function stepInto(schema: Schema, step: string | number): Schema[] {
  const { def } = schema._zod;
  if (def.type === "array") return typeof step === "number" ? [def.element as Schema] : [];
  if (def.type === "record") return [def.valueType as Schema];
  if (def.type !== "object" || !Object.hasOwn(def.shape, step)) return [];
  const inner = def.shape[step];
  return inner === undefined ? [] : [inner as Schema];
}
