/**
 * Every failure that a user can cause is an instance of one of these classes. Its message is one line:
 *
 *     where: expected A, got B. Hint.
 *
 * Any other error that escapes (TypeError, RangeError, …) is a bug in this project.
 */
export interface Fault {
  /** The file, option, layer or field at fault, as precisely as possible. */
  where: string;
  expected: string;
  got: string;
  /** How to fix it, as a sentence. */
  hint?: string;
}

export abstract class CenterNetError extends Error {
  /** Spelled out because minifiers rename classes. */
  abstract override readonly name: string;
  readonly fault: Fault;

  constructor(fault: Fault, options?: ErrorOptions) {
    const [where, expected, got] = [fault.where, fault.expected, fault.got].map(shortened);
    const hint = fault.hint ? ` ${fault.hint}` : "";
    super(oneLine(`${where}: expected ${expected}, got ${got}.${hint}`), options);
    this.fault = fault;
  }
}

/** The call itself is wrong: an unknown option, an argument of the wrong type, use after dispose. */
export class UsageError extends CenterNetError {
  override readonly name = "UsageError";
}

/** A model cannot be loaded or run: unknown name, broken or mismatching weights. */
export class ModelError extends CenterNetError {
  override readonly name = "ModelError";
  /**
   * If the weights do not fit their model: every difference, such as `missing a.kernel [3, 3]`. The message
   * only has the first few. Otherwise empty.
   */
  readonly differences: readonly string[];

  constructor(fault: Fault, options: ErrorOptions & { differences?: readonly string[] } = {}) {
    super(fault, options);
    this.differences = options.differences ?? [];
  }
}

/** A backend is not available, cannot do its work, or fails its self-test. */
export class BackendError extends CenterNetError {
  override readonly name = "BackendError";

  /** Drivers report over several lines. */
  constructor(fault: Fault, options?: ErrorOptions) {
    super({ ...fault, got: fault.got.replace(/\s+/g, " ") }, options);
  }
}

/** A backend does not have enough memory for a network at this size. */
export class MemoryError extends BackendError {
  /** What may help besides a smaller size, as part of a sentence. */
  readonly alternative?: string;

  constructor(
    fault: Omit<Fault, "hint">,
    { alternative, ...options }: ErrorOptions & { alternative?: string } = {},
  ) {
    const or = alternative ? `, or ${alternative}` : "";
    super({ ...fault, hint: `Choose a smaller input size${or}.` }, options);
    this.alternative = alternative;
  }
}

/** An image cannot be read or is too large. */
export class ImageError extends CenterNetError {
  override readonly name = "ImageError";
}

/** Whether an error of one image would recur with every other. */
export function concernsEveryImage(error: unknown): boolean {
  return error instanceof ModelError || error instanceof BackendError;
}

/** A part of a message beyond this comes from a file that wants to fill the screen. */
const MAX_PART = 4000;

function shortened(part: string): string {
  return part.length <= MAX_PART ? part : `${part.slice(0, MAX_PART)}…`;
}

/**
 * Control characters (C0, C1, line and paragraph separators), those that change the direction of writing, and
 * halves of surrogate pairs.
 */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Cs}]/gu;
const SHORT_ESCAPES: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Text that may come from a file, as it is printed: on one line, with an escape (`\n`, `\u202e`) for every
 * character that would break the line, control the terminal or show the text in another order. Applied to
 * JSON, it yields JSON of the same value.
 */
export function oneLine(text: string): string {
  return text.replace(
    UNPRINTABLE,
    (character) => SHORT_ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The middle of Node's `EACCES: permission denied, open '/x/y'`: the path is reported elsewhere. */
export function systemMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9_]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
