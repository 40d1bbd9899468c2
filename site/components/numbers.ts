/** Numbers as the page writes them. */

/** Four significant digits: `1.553`, `0.0001200`, `2.400e-7`. */
export function plain(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e6 ? String(Number(value.toPrecision(4))) : value.toExponential(3);
}

/** `49,152` */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `12.3 %` */
export function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(1)} %`;
}

/** `9.5 MB` */
export function bytes(value: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  const digits = power > 1 ? 1 : 0;
  return `${(value / 1000 ** power).toFixed(digits)} ${units[power]}`;
}
