/**
 * Names by a 64-bit hash: 8 bytes a name, or 16 with a number for each, and up to three times that while the table has
 * room to grow. Of a million names two have one hash with a probability of 1 in 37 million, which `isSame` excludes.
 */
const MAX_LOAD = 0.7;
const FIRST_SLOTS = 1024;

export class NameTable {
  private slots = FIRST_SLOTS;
  /** Two halves for each slot; a slot of zeros is free. */
  private keys = new Uint32Array(2 * FIRST_SLOTS);
  private values: Float64Array | undefined;
  private used = 0;

  /** `withValues`: whether names have numbers. */
  constructor(withValues = false) {
    this.values = withValues ? new Float64Array(FIRST_SLOTS) : undefined;
  }

  get size(): number {
    return this.used;
  }

  /** Whether there is such a name. */
  has(name: string | Uint8Array): boolean {
    hash(name);
    return this.find(high, low) === undefined;
  }

  /** Adds a name. Returns false if it is there already. */
  add(name: string | Uint8Array): boolean {
    hash(name);
    return this.put(high, low, 0);
  }

  /** Adds a name and its number, or leaves both as they are there: then it returns false. */
  set(name: string | Uint8Array, value: number, isSame: (value: number) => boolean = () => true): boolean {
    hash(name);
    return this.put(high, low, value, isSame);
  }

  /** The name's number. */
  get(name: string | Uint8Array, isSame: (value: number) => boolean = () => true): number | undefined {
    hash(name);
    const [first, second] = [high, low];
    const { values, slots, keys } = this;
    for (let slot = second % slots; keys[2 * slot] | keys[2 * slot + 1]; slot = (slot + 1) % slots) {
      if (keys[2 * slot] !== first || keys[2 * slot + 1] !== second || !values) continue;
      if (isSame(values[slot])) return values[slot];
    }
    return undefined;
  }

  private put(first: number, second: number, value: number, isSame?: (value: number) => boolean): boolean {
    const slot = this.find(first, second, isSame);
    if (slot === undefined) return false;
    this.keys[2 * slot] = first;
    this.keys[2 * slot + 1] = second;
    if (this.values) this.values[slot] = value;
    this.used++;
    if (this.used > MAX_LOAD * this.slots) this.grow();
    return true;
  }

  /** The free slot for a key, or undefined if it is there. */
  private find(first: number, second: number, isSame?: (value: number) => boolean): number | undefined {
    const { keys, slots, values } = this;
    let slot = second % slots;
    for (; keys[2 * slot] | keys[2 * slot + 1]; slot = (slot + 1) % slots) {
      if (keys[2 * slot] !== first || keys[2 * slot + 1] !== second) continue;
      if (!isSame || !values || isSame(values[slot])) return undefined;
    }
    return slot;
  }

  private grow(): void {
    const { keys, values, slots } = this;
    this.slots = 2 * slots;
    this.keys = new Uint32Array(2 * this.slots);
    if (values) this.values = new Float64Array(this.slots);
    for (let old = 0; old < slots; old++) {
      const [first, second] = [keys[2 * old], keys[2 * old + 1]];
      if (!(first | second)) continue;
      // Two names of one hash both stay.
      const slot = this.find(first, second, () => false) ?? 0;
      this.keys[2 * slot] = first;
      this.keys[2 * slot + 1] = second;
      if (values && this.values) this.values[slot] = values[old];
    }
  }
}

// The halves of the last hash, since a pair would be an object for each name.
let high = 0;
let low = 0;

/** Multiplies and rotates two halves with different factors (as MurmurHash3 does), and mixes them in the end. */
function hash(name: string | Uint8Array): void {
  let a = 0x9e3779b9 | 0;
  let b = 0x85ebca6b | 0;
  const isText = typeof name === "string";
  for (let i = 0; i < name.length; i++) {
    const unit = isText ? name.charCodeAt(i) : name[i];
    a = Math.imul(a ^ unit, 0xcc9e2d51);
    a = (a << 15) | (a >>> 17);
    b = Math.imul(b ^ unit, 0x1b873593) + a;
    b = (b << 13) | (b >>> 19);
  }
  a = Math.imul(a ^ (a >>> 16) ^ name.length, 0x7feb352d);
  b = Math.imul(b ^ (b >>> 15) ^ a, 0x846ca68b);
  a = Math.imul(a ^ (b >>> 13), 0xc2b2ae35);
  high = (a ^ (a >>> 16)) >>> 0;
  low = (b ^ (b >>> 16)) >>> 0;
  // Zeros mark a free slot.
  if ((high | low) === 0) low = 1;
}
