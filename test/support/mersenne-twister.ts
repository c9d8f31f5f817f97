/**
 * MT19937 (Matsumoto & Nishimura 1998) as Python and NumPy seed and use it, so that examples published with a seed can be
 * computed again: `python` is `random.seed(seed)`, `numpy` is `numpy.random.seed(seed)`.
 */
export class MersenneTwister {
  private readonly state = new Uint32Array(size);
  private position = size;
  private spare: number | null = null;

  private constructor() {}

  static numpy(seed: number): MersenneTwister {
    const generator = new MersenneTwister();
    generator.fill(seed);
    return generator;
  }

  static python(seed: number): MersenneTwister {
    const generator = new MersenneTwister();
    generator.fill(19650218);
    const { state } = generator;
    // init_by_array with a key of one word
    for (let k = 1; k <= size; k++) {
      const i = ((k - 1) % (size - 1)) + 1;
      state[i] = (state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), 1664525)) + seed;
      if (i === size - 1) state[0] = state[size - 1]!;
    }
    for (let k = 1; k < size; k++) {
      const i = (k % (size - 1)) + 1;
      state[i] = (state[i]! ^ Math.imul(state[i - 1]! ^ (state[i - 1]! >>> 30), 1566083941)) - i;
      if (i === size - 1) state[0] = state[size - 1]!;
    }
    state[0] = 0x80000000;
    return generator;
  }

  /** Uniform in 0 to 1 with 53 bits. */
  uniform(): number {
    return ((this.word() >>> 5) * 0x4000000 + (this.word() >>> 6)) / 0x20000000000000;
  }

  /** Standard normal by the polar method, as NumPy's legacy generator takes it: the second of a pair comes next. */
  normal(): number {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    for (;;) {
      const [x, y] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = factor * x;
      return factor * y;
    }
  }

  private fill(seed: number): void {
    const { state } = this;
    state[0] = seed;
    for (let i = 1; i < size; i++) state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
  }

  private word(): number {
    const { state } = this;
    if (this.position === size) {
      for (let i = 0; i < size; i++) {
        const mixed = (state[i]! & 0x80000000) | (state[(i + 1) % size]! & 0x7fffffff);
        state[i] = state[(i + 397) % size]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
      }
      this.position = 0;
    }
    let word = state[this.position++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }
}

const size = 624;
