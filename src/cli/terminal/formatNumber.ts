import { plural } from "../../support/counted.ts";

/** 4723346 → 4,723,346, whatever the system's locale. */
export function formatCount(count: number): string {
  // The first call of toLocaleString takes some milliseconds.
  if (Number.isInteger(count) && Math.abs(count) < 1000) return `${count}`;
  return count.toLocaleString("en-US");
}

/** `1 image`, `2 images`. */
export function formatCounted(count: number, noun: string): string {
  return `${formatCount(count)} ${plural(count, noun)}`;
}

/** Milliseconds → `845 ms`, `1.35 s`, `12.4 s`, `3 min 20 s`, `1 h 5 min`. */
export function formatTime(milliseconds: number): string {
  if (milliseconds < 999.5) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 99_950) return `${(milliseconds / 1000).toPrecision(3)} s`;
  return formatSeconds(milliseconds / 1000);
}

/** Whole seconds, for estimates: `8 s`, `3 min 20 s`, `1 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 100) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A shape without its batch size: `64x64x24`. */
export function formatSides(shape: readonly number[]): string {
  return shape.slice(1).join("x");
}

const BYTE_UNITS = ["kB", "MB", "GB", "TB"];

/** `999 bytes`, `18.1 MB`: in powers of 1000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  let value = bytes / 1000;
  let unit = 0;
  // 999.95 would be rounded to 1000.0.
  while (value >= 999.95 && unit + 1 < BYTE_UNITS.length) {
    value /= 1000;
    unit++;
  }
  return `${value.toFixed(1)} ${BYTE_UNITS[unit]}`;
}
