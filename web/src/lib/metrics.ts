/** A metric in the shape of the Atoms API, and its rules: those of the server, said while one types. */

export const TYPES = ['STRING', 'BOOLEAN', 'INTEGER', 'ENUM', 'DATETIME'] as const;
export type MetricType = (typeof TYPES)[number];

export const TYPE_WORDS: Record<MetricType, { name: string; gives: string }> = {
  STRING: { name: 'String', gives: 'a few words' },
  BOOLEAN: { name: 'Boolean', gives: 'yes or no' },
  INTEGER: { name: 'Integer', gives: 'a whole number' },
  ENUM: { name: 'Enum', gives: 'one of your choices' },
  DATETIME: { name: 'Datetime', gives: 'a date and time' },
};

export interface Metric {
  identifier: string;
  dispositionMetricPrompt: string;
  dispositionMetricType: MetricType;
  choices?: string[];
}

export const MAX_METRICS = 200;
const MAX_IDENTIFIER = 128;
const MAX_PROMPT = 8_000;
const MAX_CHOICES = 256;
const MAX_CHOICE = 200;

export const blank = (): Metric => ({ identifier: '', dispositionMetricPrompt: '', dispositionMetricType: 'BOOLEAN' });

export type Field = 'identifier' | 'dispositionMetricPrompt' | 'dispositionMetricType' | 'choices';
export type Errors = Partial<Record<Field, string>>;

/** What is wrong with each metric of a list. An empty field is said to be required. */
export function errorsOf(metrics: readonly Metric[]): Errors[] {
  return metrics.map((metric, index) => {
    const errors: Errors = {};
    const identifier = identifierError(metric.identifier, metrics, index);
    if (identifier) errors.identifier = identifier;
    const prompt = promptError(metric.dispositionMetricPrompt);
    if (prompt) errors.dispositionMetricPrompt = prompt;
    const choices = metric.dispositionMetricType === 'ENUM' ? choicesError(metric.choices ?? []) : null;
    if (choices) errors.choices = choices;
    return errors;
  });
}

function identifierError(identifier: string, metrics: readonly Metric[], index: number): string | null {
  if (identifier === '') return 'Give it an identifier';
  if (!/^[a-z0-9_]+$/.test(identifier)) return 'Only lower-case letters a to z, digits and underscores';
  if (identifier.length > MAX_IDENTIFIER) return `At most ${MAX_IDENTIFIER} characters`;
  const other = metrics.findIndex((metric, at) => at !== index && metric.identifier === identifier);
  return other === -1 ? null : `Metric ${other + 1} has this identifier already`;
}

function promptError(prompt: string): string | null {
  if (prompt.trim() === '') return 'Say what to find out';
  return Array.from(prompt).length > MAX_PROMPT ? `At most ${MAX_PROMPT} characters` : null;
}

function choicesError(choices: readonly string[]): string | null {
  if (choices.length === 0) return 'An enum needs at least one choice';
  if (choices.length > MAX_CHOICES) return `At most ${MAX_CHOICES} choices`;
  const words = choices.map((choice) => choice.trim());
  const long = words.find((word) => Array.from(word).length > MAX_CHOICE);
  if (long) return `At most ${MAX_CHOICE} characters: ${long.slice(0, 30)}…`;
  const twice = words.find((word, at) => words.indexOf(word) !== at);
  return twice ? `“${twice}” stands there twice` : null;
}

/** The nearest identifier that the rule allows. */
export function suggestedIdentifier(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, MAX_IDENTIFIER);
}

/** An identifier that the list does not have yet. */
export function freeIdentifier(wanted: string, taken: ReadonlySet<string>): string {
  let free = wanted;
  for (let n = 2; taken.has(free); n += 1) free = `${wanted}_${n}`;
  return free;
}

/** What is sent: choices only where they belong, and none for a field that stayed empty. */
export function cleaned(metric: Metric): Metric {
  if (metric.dispositionMetricType === 'ENUM') {
    return { ...metric, choices: (metric.choices ?? []).map((choice) => choice.trim()).filter(Boolean) };
  }
  const { choices: _, ...rest } = metric;
  return rest;
}

export function sameMetrics(a: readonly Metric[], b: readonly Metric[]): boolean {
  const shape = (list: readonly Metric[]) =>
    JSON.stringify(
      list.map((metric) => {
        const { identifier, dispositionMetricPrompt, dispositionMetricType, choices = [] } = cleaned(metric);
        return [identifier, dispositionMetricPrompt, dispositionMetricType, choices];
      }),
    );
  return shape(a) === shape(b);
}

/** The metric and the field that a path of the API names, such as `dispositionMetrics[2].choices[0]`. */
export function placeOf(path: string): { index: number; field: Field } | null {
  const found = /dispositionMetrics\[(\d+)\]\.(identifier|dispositionMetricPrompt|dispositionMetricType|choices)/.exec(path);
  return found ? { index: Number(found[1]), field: found[2] as Field } : null;
}

/** The list with the item at `from` moved to `to`. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [item] = next.splice(from, 1);
  if (item !== undefined) next.splice(to, 0, item);
  return next;
}
