/**
 * Numbers that depend on nothing but the seed and what they are asked for, so that a price is the same whatever was
 * asked before it.
 */
export class SeededNoise {
  constructor(private readonly seed: number) {}

  /** A stream of its own for each label. */
  stream(label: string): NoiseStream {
    // FNV-1a, 32 bits
    let hash = 0x811c9dc5 ^ this.seed;
    for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
    return new NoiseStream(hash >>> 0);
  }
}

export class NoiseStream {
  constructor(private readonly hash: number) {}

  /** Uniform in (0, 1), for the `draw`-th number of the day. */
  uniform(day: number, draw: number): number {
    // finaliser of MurmurHash3
    let h = this.hash ^ Math.imul(day + 1, 0x9e3779b1) ^ Math.imul(draw + 1, 0x85ebca77);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (((h ^ (h >>> 16)) >>> 0) + 0.5) / 2 ** 32;
  }

  /** Standard normal (Box and Muller, 1958); uses the draws `draw` and `draw + 1`. */
  normal(day: number, draw: number): number {
    return Math.sqrt(-2 * Math.log(this.uniform(day, draw))) * Math.cos(2 * Math.PI * this.uniform(day, draw + 1));
  }

  /** Student's t with 4 degrees of freedom, scaled to variance 1: fat tails; uses four draws from `draw` on. */
  fatTailed(day: number, draw: number): number {
    const chiSquared = -2 * Math.log(this.uniform(day, draw + 2) * this.uniform(day, draw + 3));
    return this.normal(day, draw) / Math.sqrt(chiSquared / 4) / Math.SQRT2;
  }
}
