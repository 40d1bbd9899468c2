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
    const hint = fault.hint ? ` ${fault.hint}` : "";
    super(oneLine(`${fault.where}: expected ${fault.expected}, got ${fault.got}.${hint}`), options);
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

/** Replaces control characters: quoted names and bytes must not break the line or control the terminal. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it replaces
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}

/** The middle of Node's `EACCES: permission denied, open '/x/y'`: the path is reported elsewhere. */
export function systemMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9_]+: ([^,]+)/.exec(message)?.[1] ?? message;
}
