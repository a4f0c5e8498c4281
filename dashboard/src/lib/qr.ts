// QR codes (ISO/IEC 18004:2015): byte mode, error correction level L, versions 1 to 10. Enough for the 271 bytes that a
// setup address of an authenticator app never reaches.

/** Per version: all codewords, those for correction of each block, and blocks (ISO/IEC 18004 table 9, level L). */
const VERSIONS: readonly (readonly [total: number, correction: number, blocks: number])[] = [
  [26, 7, 1],
  [44, 10, 1],
  [70, 15, 1],
  [100, 20, 1],
  [134, 26, 1],
  [172, 18, 2],
  [196, 20, 2],
  [242, 24, 2],
  [292, 30, 2],
  [346, 18, 4],
];
/** Centres of the alignment patterns (annex E). */
const ALIGNMENT: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];

type Grid = (boolean | undefined)[][];

/** The modules of a code, dark ones true, row by row. */
export function qr(text: string): boolean[][] {
  const bytes = [...new TextEncoder().encode(text)];
  const version =
    1 +
    VERSIONS.findIndex(
      ([total, correction, blocks], at) => bytes.length + (at >= 9 ? 3 : 2) <= total - correction * blocks,
    );
  if (version === 0) throw new RangeError(`${bytes.length} bytes do not fit a code`);
  const bits = withCorrection(version, encoded(version, bytes));
  const frame = framed(version);
  const masked = Array.from({ length: 8 }, (_, mask) => filled(frame, version, bits, mask));
  return masked.reduce((best, next) => (penalty(next) < penalty(best) ? next : best));
}

/** The data codewords: mode, length, bytes, end, padding. */
function encoded(version: number, bytes: readonly number[]): number[] {
  const [total, correction, blocks] = row(version);
  const capacity = total - correction * blocks;
  const bits: number[] = [];
  const put = (value: number, length: number) => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  };
  put(0b0100, 4);
  put(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) put(byte, 8);
  put(0, Math.min(4, capacity * 8 - bits.length));
  while (bits.length % 8) bits.push(0);
  const words = Array.from({ length: bits.length / 8 }, (_, at) =>
    Number.parseInt(bits.slice(at * 8, at * 8 + 8).join(""), 2),
  );
  for (let pad = 0xec; words.length < capacity; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/** Splits data into blocks, adds each block's correction, and interleaves all, as bits. */
function withCorrection(version: number, data: readonly number[]): number[] {
  const [total, correction, blocks] = row(version);
  const short = Math.floor(total / blocks) - correction;
  const long = (total % blocks) as number;
  const parts: number[][] = [];
  for (let block = 0, at = 0; block < blocks; block++) {
    const length = short + (block >= blocks - long ? 1 : 0);
    parts.push(data.slice(at, at + length));
    at += length;
  }
  const checks = parts.map((part) => remainder(part, generator(correction)));
  const words: number[] = [];
  for (let at = 0; at <= short; at++) for (const part of parts) if (at < part.length) words.push(part[at] ?? 0);
  for (let at = 0; at < correction; at++) for (const check of checks) words.push(check[at] ?? 0);
  return words.flatMap((word) => Array.from({ length: 8 }, (_, bit) => (word >>> (7 - bit)) & 1));
}

/** Multiplies in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> bit) & 1) * a;
  }
  return product;
}

/** The generator polynomial of Reed-Solomon, without its leading 1. */
function generator(degree: number): number[] {
  const polynomial = [...Array<number>(degree - 1).fill(0), 1];
  for (let at = 0, root = 1; at < degree; at++, root = times(root, 2)) {
    for (let term = 0; term < degree; term++)
      polynomial[term] = times(polynomial[term] ?? 0, root) ^ (polynomial[term + 1] ?? 0);
  }
  return polynomial;
}

function remainder(data: readonly number[], divisor: readonly number[]): number[] {
  const left = divisor.map(() => 0);
  for (const word of data) {
    const factor = word ^ (left.shift() ?? 0);
    left.push(0);
    divisor.forEach((term, at) => {
      left[at] = (left[at] ?? 0) ^ times(term, factor);
    });
  }
  return left;
}

/** What every code of a version has: finders, timing, alignment, version; format bits are reserved as light. */
function framed(version: number): Grid {
  const size = 17 + 4 * version;
  const grid: Grid = Array.from({ length: size }, () => Array(size).fill(undefined));
  const set = (x: number, y: number, dark: boolean) => {
    const line = grid[y];
    if (line && x >= 0 && x < size) line[x] = dark;
  };
  for (let at = 0; at < size; at++) {
    set(at, 6, at % 2 === 0);
    set(6, at, at % 2 === 0);
  }
  for (const [cx, cy] of [
    [3, 3],
    [size - 4, 3],
    [3, size - 4],
  ] as const) {
    for (let dy = -4; dy <= 4; dy++) {
      for (let dx = -4; dx <= 4; dx++) {
        const ring = Math.max(Math.abs(dx), Math.abs(dy));
        set(cx + dx, cy + dy, ring !== 2 && ring !== 4);
      }
    }
  }
  const centres = ALIGNMENT[version - 1] ?? [];
  const last = centres.at(-1);
  for (const cy of centres) {
    for (const cx of centres) {
      const corner = (cx === 6 && (cy === 6 || cy === last)) || (cy === 6 && cx === last);
      if (corner) continue;
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    }
  }
  for (const [x, y] of formatPlaces(size)) set(x, y, false);
  set(8, size - 8, true);
  if (version >= 7) {
    const bits = (version << 12) | divided(version, 0x1f25, 12);
    for (let at = 0; at < 18; at++) {
      const [a, b] = [size - 11 + (at % 3), Math.floor(at / 3)];
      set(a, b, ((bits >>> at) & 1) === 1);
      set(b, a, ((bits >>> at) & 1) === 1);
    }
  }
  return grid;
}

/** Where the 15 format bits stand, both copies, least significant first. */
function formatPlaces(size: number): (readonly [number, number])[] {
  const places: (readonly [number, number])[] = [];
  for (let at = 0; at <= 5; at++) places.push([8, at]);
  places.push([8, 7], [8, 8], [7, 8]);
  for (let at = 9; at < 15; at++) places.push([14 - at, 8]);
  for (let at = 0; at < 8; at++) places.push([size - 1 - at, 8]);
  for (let at = 8; at < 15; at++) places.push([8, size - 15 + at]);
  return places;
}

/** The remainder of a BCH code. */
function divided(value: number, polynomial: number, degree: number): number {
  let left = value;
  for (let at = 0; at < degree; at++) left = (left << 1) ^ ((left >>> (degree - 1)) * polynomial);
  return left & ((1 << degree) - 1);
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0,
  (_, y) => y % 2 === 0,
  (x) => x % 3 === 0,
  (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0,
  (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Puts data into the free places, in columns of two from the right, and the format with the mask. */
function filled(frame: Grid, version: number, bits: readonly number[], mask: number): boolean[][] {
  const size = 17 + 4 * version;
  const grid = frame.map((line) => [...line]);
  const inverted = MASKS[mask] ?? (() => false);
  let next = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        const line = grid[y];
        if (line && line[x] === undefined) line[x] = (bits[next++] === 1) !== inverted(x, y);
      }
    }
  }
  // Level L is 01.
  const data = (1 << 3) | mask;
  const format = ((data << 10) | divided(data, 0x537, 10)) ^ 0x5412;
  formatPlaces(size).forEach(([x, y], at) => {
    const line = grid[y];
    if (line) line[x] = ((format >>> (at % 15)) & 1) === 1;
  });
  return grid.map((line) => line.map((dark) => dark === true));
}

/** How hard a code is to read (7.8.3): runs, blocks, look-alikes of finders, imbalance. */
function penalty(grid: readonly (readonly boolean[])[]): number {
  const size = grid.length;
  const lines = [...grid, ...grid.map((_, x) => grid.map((line) => line[x] ?? false))].map((line) =>
    line.map(Number).join(""),
  );
  let sum = 0;
  for (const line of lines) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) sum += run.length - 2;
    sum += 40 * (line.match(/(?=10111010000|00001011101)/g) ?? []).length;
  }
  for (let y = 1; y < size; y++) {
    for (let x = 1; x < size; x++) {
      const here = grid[y]?.[x];
      if (here === grid[y]?.[x - 1] && here === grid[y - 1]?.[x] && here === grid[y - 1]?.[x - 1]) sum += 3;
    }
  }
  const dark = grid.flat().filter(Boolean).length / size ** 2;
  return sum + 10 * Math.floor(Math.abs(dark * 100 - 50) / 5);
}

function row(version: number): readonly [number, number, number] {
  return VERSIONS[version - 1] ?? [0, 0, 0];
}
