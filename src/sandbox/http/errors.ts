const DOCUMENTATION = "https://docs.github.com/rest";

export interface FieldError {
  resource: string;
  field: string;
  code: "missing" | "missing_field" | "invalid" | "already_exists" | "unprocessable" | "custom";
  message?: string;
}

/** A refusal in GitHub's JSON shape. Thrown, so that a look-up deep inside a handler can end the request. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly (FieldError | string)[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly #more: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    message: string,
    options: {
      errors?: readonly (FieldError | string)[];
      headers?: Record<string, string>;
      /** Further fields of the body. */
      more?: Record<string, unknown>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.#more = options.more ?? {};
  }

  /** Source: https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api */
  body(): Record<string, unknown> {
    return {
      message: this.message,
      ...(this.errors ? { errors: this.errors } : {}),
      ...this.#more,
      documentation_url: DOCUMENTATION,
      status: String(this.status),
    };
  }
}

export function notFound(): ApiError {
  return new ApiError(404, "Not Found");
}

export function validationFailed(...errors: readonly FieldError[]): ApiError {
  return new ApiError(422, "Validation Failed", { errors });
}

/** A token of the App that lacks the route's permission. Source: the same page, "Resource not accessible by integration". */
export function notAccessible(): ApiError {
  return new ApiError(403, "Resource not accessible by integration");
}
