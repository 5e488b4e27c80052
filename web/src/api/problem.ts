/** A field that breaks a rule: the path is the API's. */
export interface FieldProblem {
  field: string;
  rule: string;
}

export class ApiError extends Error {
  readonly status: number;
  readonly title: string;
  readonly fields: FieldProblem[];
  /** What more a conflict says. */
  readonly data: unknown;

  constructor(status: number, title: string, detail: string, fields: FieldProblem[] = [], data?: unknown) {
    super(detail);
    this.status = status;
    this.title = title;
    this.fields = fields;
    this.data = data;
  }
}

interface Body {
  title?: string;
  detail?: string;
  errors?: (FieldProblem | string)[];
  data?: unknown;
}

/** What was asked for is not there. Of an agent the compatible API says so with 400. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || (error.status === 400 && error.message === 'No agent found'));
}

/** What the server refused it refuses again, unless it only had too much to do. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429);
}

/** An answer that is no success, of either family of routes, as an error. */
export async function problemOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as Body;
  return readProblem(response.status, body);
}

export function readProblem(status: number, body: Body): ApiError {
  const errors = body.errors ?? [];
  const texts = errors.filter((error) => typeof error === 'string');
  const fields = errors.map((error) => (typeof error === 'string' ? fieldOf(error) : error)).filter((field) => field !== null);
  const detail = body.detail ?? texts.join('\n');
  const title = body.title ?? titleOf(status);
  return new ApiError(status, title, detail || title, fields, body.data);
}

/** `field: rule (got value)`, as the compatible API writes them. */
function fieldOf(text: string): FieldProblem | null {
  const found = /^([A-Za-z_][\w.[\]]*): (.+?)(?: \(got .*\))?$/s.exec(text);
  return found ? { field: found[1] ?? '', rule: found[2] ?? '' } : null;
}

function titleOf(status: number): string {
  switch (status) {
    case 400:
    case 422:
      return 'This was not accepted';
    case 401:
      return 'Not signed in';
    case 403:
      return 'Your key may not do this';
    case 404:
      return 'There is nothing here';
    case 409:
      return 'It has changed meanwhile';
    case 429:
      return 'Too many requests at once';
    default:
      return 'The server could not answer';
  }
}

/** Any thrown thing in words. */
export function wordsOf(error: unknown): { title: string; detail: string } {
  if (error instanceof ApiError) return { title: error.title, detail: error.message };
  return { title: 'Something went wrong here', detail: error instanceof Error ? error.message : String(error) };
}
