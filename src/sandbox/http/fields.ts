import { ApiError, validationFailed } from "./errors.ts";

/** The fields of a JSON body, read with GitHub's refusals. */
export class Fields {
  readonly values: Readonly<Record<string, unknown>>;
  readonly #resource: string;

  constructor(body: unknown, resource: string) {
    if (body !== undefined && (typeof body !== "object" || body === null || Array.isArray(body))) {
      throw new ApiError(422, "Invalid request.\n\nThe body is not an object.");
    }
    this.values = (body ?? {}) as Record<string, unknown>;
    this.#resource = resource;
  }

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  /** A text that must be there. */
  required(name: string): string {
    const value = this.values[name];
    if (value === undefined || value === null) {
      throw validationFailed({ resource: this.#resource, field: name, code: "missing_field" });
    }
    return this.#text(name, value);
  }

  /** A text, or the fallback where it is absent or null. */
  text<Fallback extends string | null>(name: string, fallback: Fallback): string | Fallback {
    const value = this.values[name];
    return value === undefined || value === null ? fallback : this.#text(name, value);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.values[name];
    if (value === undefined || value === null) return fallback;
    if (typeof value !== "boolean") throw this.#wrongType(name, value, "a boolean");
    return value;
  }

  /** A list of texts, or undefined. */
  list(name: string): string[] | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value) || value.some((item) => typeof item !== "string")) {
      throw this.#wrongType(name, value, "an array of strings");
    }
    return value as string[];
  }

  /** One of a closed list of words. */
  choice<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    const value = this.text(name, fallback);
    const word = words.find((candidate) => candidate === value);
    if (word === undefined) throw this.invalid(name);
    return word;
  }

  /** A text no longer than GitHub takes (GITHUB.md, "Limits"). */
  limited<Fallback extends string | null>(
    name: string,
    fallback: Fallback,
    maximum: number,
  ): string | Fallback {
    const value = this.text(name, fallback);
    if (typeof value === "string" && characters(value) > maximum) {
      throw validationFailed({
        resource: this.#resource,
        field: name,
        code: "unprocessable",
        message: `${name} is too long (maximum is ${maximum} characters)`,
      });
    }
    return value;
  }

  invalid(name: string): ApiError {
    return validationFailed({ resource: this.#resource, field: name, code: "invalid" });
  }

  #text(name: string, value: unknown): string {
    if (typeof value !== "string") throw this.#wrongType(name, value, "a string");
    return value;
  }

  #wrongType(name: string, value: unknown, wanted: string): ApiError {
    const shown = JSON.stringify(value)?.slice(0, 80) ?? "nothing";
    return new ApiError(422, `Invalid request.\n\nFor 'properties/${name}', ${shown} is not ${wanted}.`);
  }
}

/** Length as GitHub counts it: characters, not UTF-16 units. */
export function characters(text: string): number {
  return Array.from(text).length;
}
