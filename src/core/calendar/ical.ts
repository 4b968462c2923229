/**
 * iCalendar files, read into lines and components. Strict about what it understands, and each complaint has its line: a calendar that is read
 * half would open a window on a holiday. https://www.rfc-editor.org/rfc/rfc5545#section-3.1
 */

/** One property: `DTSTART;TZID=Europe/Berlin:20261224T180000`. Names are in capitals, parameters without their quotes. */
export interface Property {
  readonly name: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly value: string;
  /** 1-based: the line on which it begins. */
  readonly line: number;
}

/** What stands between `BEGIN` and `END`. */
export interface Component {
  readonly name: string;
  readonly line: number;
  readonly properties: readonly Property[];
  readonly components: readonly Component[];
}

/** What is wrong with a file. */
export interface CalendarProblem {
  readonly line: number;
  /** What stands there, as written. */
  readonly value: string;
  readonly message: string;
  readonly mend: string;
}

/** Thrown while a file is read, and caught where its reading began. */
export class CalendarError extends Error {
  readonly problem: CalendarProblem;

  constructor({ line, value }: Pick<Property, "line" | "value">, message: string, mend: string) {
    super(message);
    this.problem = { line, value, message, mend };
  }
}

/** The most characters that a calendar file may have. */
export const LARGEST_CALENDAR = 256 * 1024;
const DEEPEST = 4;

/** Reads a file that holds one calendar. @throws CalendarError */
export function readComponents(text: string): Component {
  const top = { line: 1, value: "" };
  if (text.length > LARGEST_CALENDAR)
    throw new CalendarError(
      top,
      `the file is larger than ${LARGEST_CALENDAR / 1024} KiB`,
      "leave out what lies in the past",
    );
  const lines = unfold(text.replace(/^\uFEFF/, ""));
  const [calendar, ...others] = nest(lines.map(readProperty));
  if (calendar === undefined || calendar.name !== "VCALENDAR")
    throw new CalendarError(
      { line: calendar?.line ?? 1, value: calendar?.name ?? "" },
      "not a calendar",
      "begin the file with `BEGIN:VCALENDAR`",
    );
  const [second] = others;
  if (second !== undefined)
    throw new CalendarError(
      { line: second.line, value: second.name },
      "the file holds more than one calendar",
      "keep one file for each",
    );
  return calendar;
}

interface Line {
  readonly text: string;
  readonly line: number;
}

/** Lines as they were before they were folded: one that begins with a space or a tab goes on with the one before. */
function unfold(text: string): Line[] {
  const parts: { line: number; texts: string[] }[] = [];
  for (const [index, written] of text.split(/\r\n|[\r\n]/).entries()) {
    if (/^[ \t]/.test(written)) parts.at(-1)?.texts.push(written.slice(1));
    else if (written !== "") parts.push({ line: index + 1, texts: [written] });
  }
  return parts.map(({ line, texts }) => ({ line, text: texts.join("") }));
}

const PARAMETER = /^;([A-Za-z0-9-]+)=((?:"[^"]*"|[^";:,])*(?:,(?:"[^"]*"|[^";:,])*)*)/;

function readProperty({ text, line }: Line): Property {
  const [name = ""] = /^[A-Za-z0-9-]+/.exec(text) ?? [];
  const parameters = new Map<string, string>();
  let rest = text.slice(name.length);
  for (let found = PARAMETER.exec(rest); found !== null; found = PARAMETER.exec(rest)) {
    parameters.set((found[1] ?? "").toUpperCase(), (found[2] ?? "").replaceAll('"', ""));
    rest = rest.slice(found[0].length);
  }
  if (name === "" || !rest.startsWith(":"))
    throw new CalendarError(
      { line, value: text },
      "not a line of a calendar",
      "write `NAME:VALUE`, or remove the line",
    );
  return { name: name.toUpperCase(), parameters, value: rest.slice(1), line };
}

interface Open {
  readonly name: string;
  readonly line: number;
  readonly properties: Property[];
  readonly components: Component[];
}

function nest(properties: readonly Property[]): Component[] {
  const top: Open = { name: "", line: 1, properties: [], components: [] };
  const open: Open[] = [top];
  for (const property of properties) {
    const inner = open.at(-1) ?? top;
    const name = property.value.trim().toUpperCase();
    if (property.name === "BEGIN") {
      if (open.length > DEEPEST)
        throw new CalendarError(property, "nested too deeply", `nest at most ${DEEPEST} levels`);
      open.push({ name, line: property.line, properties: [], components: [] });
    } else if (property.name === "END") {
      if (open.length === 1 || inner.name !== name)
        throw new CalendarError(property, `nothing named ${name.slice(0, 40)} is open here`, endMend(inner));
      open.pop();
      open.at(-1)?.components.push(inner);
    } else if (open.length === 1)
      throw new CalendarError(
        property,
        "this stands outside of the calendar",
        "begin the file with `BEGIN:VCALENDAR`",
      );
    else inner.properties.push(property);
  }
  const unended = open.at(-1) ?? top;
  if (unended !== top)
    throw new CalendarError(
      { line: unended.line, value: unended.name },
      "this is not ended",
      endMend(unended),
    );
  return top.components;
}

function endMend({ name }: Open): string {
  return name === "" ? "remove the line" : `end it with \`END:${name}\``;
}

/** The one property of a name; null without one. @throws CalendarError where it is written twice */
export function propertyNamed({ properties }: Component, name: string): Property | null {
  const [first, second] = properties.filter((one) => one.name === name);
  if (second !== undefined)
    throw new CalendarError(second, `${name} is written twice`, "keep one of the two");
  return first ?? null;
}

/** A property's text without its escapes, on one line. */
export function textOf({ value }: Property): string {
  return value.replaceAll(/\\([\\;,nN])/g, (_all, one: string) => (/n/i.test(one) ? " " : one));
}
