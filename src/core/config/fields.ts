/** Building blocks of the schema: texts with a rule of their own, whose breach says what is wrong and how to mend it. */
import { z } from "zod";
import { brokenSocket, brokenUrl } from "./addresses.ts";
import { readJsonPath } from "../jsonpath.ts";
import { readPattern } from "../pattern.ts";
import { brokenDuration, brokenName, NAME_PATTERN, OWN_INPUTS, type Broken } from "./names.ts";

/** A text that `check` finds nothing wrong with. `hints` go into the JSON Schema for editors, which cannot run `check`. */
export function ruled(
  check: (text: string) => Broken | null,
  hints: Readonly<Record<string, unknown>> = {},
): z.ZodString {
  return z
    .string()
    .superRefine((text, context) => {
      const broken = check(text);
      if (broken === null) return;
      context.addIssue({
        code: "custom",
        message: broken.message,
        params: { mend: broken.mend },
        input: text,
      });
    })
    .meta(hints);
}

/** The name of a component or an environment. */
export const nameField = ruled(brokenName, { pattern: NAME_PATTERN.source });

/** An http(s) address without credentials. */
export const urlField = ruled(brokenUrl, { format: "uri", pattern: "^https?://" });

/** A host and a port. */
export const socketField = ruled(brokenSocket, { pattern: ":[0-9]{1,5}$" });

/** `$.version` and the like: a way to exactly one value. */
export const jsonPathField = ruled(
  (text) => {
    const reading = readJsonPath(text);
    return reading.ok
      ? null
      : { message: reading.problem, mend: "write a path to one value, such as `$.version`" };
  },
  { pattern: "^\\$" },
);

/** A regular expression with a group. */
export const patternField = ruled((text) => {
  const reading = readPattern(text);
  return reading.ok ? null : { message: reading.problem, mend: reading.mend };
});

/** A time between two others. */
export function durationField(least: string, most: string): z.ZodString {
  return ruled((text) => brokenDuration(text, least, most), { pattern: "^[0-9]{1,6}(s|m|h|d)$" });
}

/** The name of an HTTP header. https://www.rfc-editor.org/rfc/rfc9110.html#name-tokens */
export const headerField = ruled((text) =>
  /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/.test(text)
    ? null
    : { message: "not the name of a header", mend: "write the name alone, such as `X-Version`" },
);

/** A file in `.github/workflows`, without its folder: it goes into an address of GitHub's API. */
export const workflowField = ruled(
  (text) => {
    if (/^[\w-][\w.-]{0,99}\.ya?ml$/.test(text) && !text.includes("..")) return null;
    const bare = text.replace(/^\.?\/?\.github\/workflows\//, "");
    return {
      message: "not the name of a workflow file",
      mend:
        bare !== text
          ? `write \`${bare}\`, without the folder`
          : "write the name of a file in .github/workflows, such as `deploy.yml`",
    };
  },
  { pattern: "^[\\w-][\\w.-]*\\.ya?ml$" },
);

/** A glob from the repository's root: `*` within one folder, `**` over any number, `?` one character; the rest stands for itself. */
export const globField = ruled((text) => {
  if (text.length === 0 || text.length > 200)
    return { message: "a path has 1 to 200 characters", mend: "write one such as `api/**`" };
  if (/[\p{Cc}\p{Cf}\\!()[\]{}]/u.test(text)) {
    return {
      message: "only `*`, `**` and `?` have a meaning in a path",
      mend: "write several paths in place of `{a,b}`, `!a` or `[ab]`",
    };
  }
  if (text.startsWith("/") || text.startsWith("./")) {
    return {
      message: "a path begins at the repository's root already",
      mend: `write \`${text.replace(/^\.?\/+/, "")}\``,
    };
  }
  if (/(^|\/)\.\.(\/|$)|\/\//.test(text))
    return { message: "a path never leaves the repository", mend: "write it without `..` and `//`" };
  if (text.endsWith("/")) return { message: "a folder alone matches no file", mend: `write \`${text}**\`` };
  return null;
});

/** What git takes as a branch's name, less the characters that would need quoting somewhere. */
export const branchField = ruled((text) =>
  isRefPart(text)
    ? null
    : {
        message: "not the name of a branch",
        mend: "write it without `refs/heads/`, such as `main` or `release/2.x`",
      },
);

/** The pattern of release tags. */
export const tagField = ruled(
  (text) => {
    if (text.split("{version}").length !== 2) {
      return {
        message: "a tag's pattern holds `{version}` exactly once",
        mend: "write `v{version}`, or `{version}` for tags without a prefix",
      };
    }
    return isRefPart(text.replace("{version}", "1.0.0"))
      ? null
      : {
          message: "git takes no such tag",
          mend: "use letters, digits, `.`, `_`, `-` and `/` around `{version}`",
        };
  },
  { pattern: "^[^{}]*\\{version\\}[^{}]*$" },
);

/** https://git-scm.com/docs/git-check-ref-format, and stricter. */
function isRefPart(text: string): boolean {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_./+@#-]{0,199}$/.test(text) || text.startsWith("refs/")) return false;
  return !/\.\.|\/\/|\/\.|@\{|\.$|\/$|\.lock(\/|$)/.test(text) && text !== "@";
}

/** The name of an input, by GitHub's rule, and none of those that Waybill supplies. */
const inputNameField = ruled((text) => {
  if (OWN_INPUTS.some((own) => own === text.toLowerCase())) {
    return {
      message: "Waybill supplies this input itself",
      mend: `remove it; its own are ${OWN_INPUTS.join(", ")}`,
    };
  }
  return /^[A-Za-z_][A-Za-z0-9_-]{0,99}$/.test(text)
    ? null
    : {
        message: "not the name of an input",
        mend: "use letters, digits, `-` and `_`, and begin with a letter",
      };
});

/** The value of an input where it is a text: a literal, never an expression that GitHub would work out. */
const inputTextField = ruled((text) => {
  if (text.includes("${{")) {
    return {
      message: "values are literals: expressions are not worked out",
      mend: "write the value itself; secrets belong into GitHub's environments",
    };
  }
  if (/\p{Cc}/u.test(text))
    return { message: "a value has one line and no control characters", mend: "write it on one line" };
  return text.length <= 1_000
    ? null
    : { message: "a value has at most 1000 characters", mend: "keep long values in the workflow" };
});

/** Inputs of a workflow by their names. */
export const inputsField = z.record(inputNameField, z.union([inputTextField, z.number(), z.boolean()]));
