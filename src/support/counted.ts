/** `image`, but `images` unless it is one. */
export function plural(count: number, noun: string): string {
  return count === 1 ? noun : `${noun}s`;
}

/** `1 result`, `2 results`. */
export function counted(count: number, noun: string): string {
  return `${count} ${plural(count, noun)}`;
}
