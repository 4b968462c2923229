// The reference part of docs/templates.md: the language of a team's templates, and the fields of each text, from where they are defined.
import { TEAM_FIELDS, type Fields } from "../src/render/team-fields.ts";
import { ASKERS, TEAM_BLOCKS, TEAM_PARTIALS, WRITERS } from "../src/render/team-language.ts";

/** The tables of docs/templates.md. */
export function templatesReference(): string {
  return [
    ...Object.entries(TEAM_FIELDS).map(
      ([name, fields]) =>
        `### Fields of \`${name === "audience" ? "audience-NAME" : name}.hbs\`\n\n| Field | What it is | |\n|---|---|---|\n${rowsOf(fields, "")}`,
    ),
    `### Helpers\n\n| Helper | What it writes | For example |\n|---|---|---|\n${spoken(WRITERS)}`,
    `### Questions\n\nThey stand in parentheses.\n\n| Question | What it asks | For example |\n|---|---|---|\n${spoken(ASKERS)}`,
    `### Blocks\n\n| Block | Its text is written | For example |\n|---|---|---|\n${spoken(TEAM_BLOCKS, "#")}`,
    `### Parts of Waybill's own\n\n| Part | What it writes | Where |\n|---|---|---|\n${partials()}`,
  ].join("\n");
}

function rowsOf(fields: Fields, above: string): string {
  return Object.entries(fields)
    .map(([name, field]) => {
      const path = `${above}${name}`;
      const kind = field.kind === "flag" ? "yes or no" : field.kind;
      const maybe = "maybe" in field && field.maybe ? ", or none" : "";
      const below =
        "fields" in field ? rowsOf(field.fields, `${path}${field.kind === "list" ? "[]" : ""}.`) : "";
      return `| \`${path}\` | ${kind}${maybe} | ${cell(field.says)} |\n${below}`;
    })
    .join("");
}

type Spoken = Readonly<Record<string, { readonly says: string; readonly example: string }>>;

function spoken(words: Spoken, sign = ""): string {
  return Object.entries(words)
    .map(([name, { says, example }]) => `| \`${sign}${name}\` | ${cell(says)} | \`${cell(example)}\` |\n`)
    .join("");
}

function partials(): string {
  return Object.entries(TEAM_PARTIALS)
    .map(
      ([name, { says, mend }]) =>
        `| \`{{> ${name}}}\` | ${cell(says)} | ${cell(mend.replace(/^put it /, ""))} |\n`,
    )
    .join("");
}

/** A bar would end the cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
