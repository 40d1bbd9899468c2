/** Numbers of very different sizes, in a few characters. */

/** `0`, `1.2e-4`, `0.031`, `∞`. */
export function short(value: number): string {
  if (Number.isNaN(value)) return "no number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 0.01 && size < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

/** With all digits of a float32. */
export function exact(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(9))) : short(value);
}

/** `row 3, column 7, channel 12` of a map; else the axes as they are. */
export function place(position: readonly number[]): string {
  if (position.length !== 4) return `element ${position.join(", ")}`;
  const [, row, column, channel] = position;
  return `row ${row}, column ${column}, channel ${channel}`;
}
