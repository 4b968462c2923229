/** For whom, besides the team, a release is worded: who uses a component reads of that alone; who sells and supports reads of all, in plain words. */
import type { ComponentPaths, NotesModel } from "./notes/index.ts";

/** An audience, as the config names it. */
export interface Audience {
  readonly name: string;
  /** The components that it uses; null for all of what is released. */
  readonly components: readonly string[] | null;
}

/** What an audience is told of a release. */
export interface AudienceNotes extends Audience {
  /** The changes of its components; absent where all changes are meant. */
  readonly model?: NotesModel;
}

/** What to sum up the changes of an audience by: all its components as one; null where all changes are meant. No component has a name like it. */
export function partOf(
  { name, components }: Audience,
  all: readonly Pick<ComponentPaths, "name" | "paths">[],
): ComponentPaths | null {
  if (components === null) return null;
  const used = all.filter((component) => components.includes(component.name));
  // One without paths has all there are.
  const isAll = used.some(({ paths }) => paths.length === 0);
  return { name: `for ${name}`, paths: isAll ? [] : used.flatMap(({ paths }) => paths) };
}

/** What each audience is told. @param models the changes by the names of `partOf` */
export function audienceNotes(
  audiences: readonly Audience[],
  models: ReadonlyMap<string, NotesModel>,
): readonly AudienceNotes[] {
  return audiences.map((audience) => {
    const model = audience.components === null ? undefined : models.get(`for ${audience.name}`);
    return { ...audience, ...(model === undefined ? {} : { model }) };
  });
}
