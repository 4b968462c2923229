/** The headers that a probe sends besides its own: which names are taken, and what must be a secret. */
import { z } from "zod";
import { headerField, ruled } from "./fields.ts";

/** Those that steer the connection or say where it goes, and Waybill's own. https://fetch.spec.whatwg.org/#forbidden-request-header */
const NOT_SENT =
  /^(host|connection|content-length|content-type|transfer-encoding|te|trailer|upgrade|expect|keep-alive|via|date|origin|referer|forwarded|x-forwarded-.*|proxy-.*|sec-.*|accept-encoding|user-agent|cache-control)$/i;
/** What is no place for a literal: whoever may read the repository reads it. */
const SECRET = /authorization|cookie|token|secret|password|passwd|credential|api-?key|access-?key|signature/i;

const headerNameField = headerField.superRefine((name, context) => {
  if (!NOT_SENT.test(name)) return;
  const mend = "remove it";
  context.addIssue({
    code: "custom",
    message: "Waybill does not send this header",
    params: { mend },
    input: name,
  });
});

const headerValueField = ruled((text) =>
  /^[\x21-\x7E](?:[\x20-\x7E]{0,198}[\x21-\x7E])?$/.test(text)
    ? null
    : { message: "a header's value has 1 to 200 printable ASCII characters", mend: "write it on one line" },
);

/** The name of a secret that whoever runs Waybill has set, as `WAYBILL_SECRET_NAME`. */
export const secretNameField = ruled(
  (text) =>
    /^[A-Z][A-Z0-9_]{0,63}$/.test(text) && !/_(?:FOR|TO)$/.test(text)
      ? null
      : {
          message: "not the name of a secret",
          mend: "write the name that whoever runs Waybill has given it, such as `STATUS_TOKEN`; never the secret itself",
        },
  { pattern: "^[A-Z][A-Z0-9_]{0,63}$" },
);

const secretValue = z
  .strictObject({ secret: secretNameField.describe("Its name on the server (docs/operate.md).") })
  .describe("The whole value of the header, as whoever runs Waybill has set it.");

/** Headers by name, each with a literal or the name of a secret. */
export const headersField = z
  .record(headerNameField, z.union([headerValueField, secretValue]))
  .superRefine((headers, context) => {
    if (Object.keys(headers).length > 10)
      context.addIssue({ code: "too_big", maximum: 10, origin: "array", input: headers });
    for (const [name, value] of Object.entries(headers))
      if (typeof value === "string" && SECRET.test(name))
        context.addIssue({
          code: "custom",
          path: [name],
          message: "this file is no place for secrets",
          params: { mend: `write \`${name}: { secret: NAME }\`, and have whoever runs Waybill set it` },
          input: value,
        });
  });
