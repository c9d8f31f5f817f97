/** Two nodes that become one; node i < n is an asset, node n + k the k-th merge. */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly height: number;
}

/** `single`: distance of the nearest members. `ward`: growth of the squares within (Ward 1963). */
export type Linkage = 'single' | 'ward';

interface Edge {
  readonly a: number;
  readonly b: number;
  readonly length: number;
}

/**
 * The tree of an agglomerative clustering in O(n²): n - 1 merges, lowest first. `distances` is n*n and symmetric.
 *
 * Single linkage follows from the minimum spanning tree (Gower & Ross 1969; Prim 1957), Ward's from chains of nearest
 * neighbours (Murtagh 1983). Of two sides the one formed first is the left, an asset before any merge; of two assets
 * the one of lower `rank`, for instance the less volatile, then the earlier one. So the tree of distinct distances does
 * not depend on the order of the assets.
 */
export function linkage(distances: Float64Array, n: number, method: Linkage, rank: Float64Array): Merge[] {
  const edges = method === 'single' ? spanningTree(distances, n) : wardEdges(distances, n);
  edges.sort((one, other) => one.length - other.length);
  const parent = Int32Array.from({ length: 2 * n - 1 }, (_, node) => node);
  const root = (node: number): number => {
    let top = node;
    while (parent[top] !== top) {
      parent[top] = parent[parent[top]!]!;
      top = parent[top]!;
    }
    return top;
  };
  return edges.map(({ a, b, length }, k) => {
    const [one, other] = [root(a), root(b)];
    const byRank = one < n && other < n ? rank[one]! - rank[other]! : 0;
    const isOrdered = byRank === 0 ? one < other : byRank < 0;
    parent[one] = parent[other] = n + k;
    return { left: isOrdered ? one : other, right: isOrdered ? other : one, height: length };
  });
}

/** Assets below a node, from left to right. */
export function membersOf(node: number, n: number, merges: readonly Merge[]): number[] {
  const members: number[] = [];
  const waiting = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next < n) members.push(next);
    else waiting.push(merges[next - n]!.right, merges[next - n]!.left);
  }
  return members;
}

function spanningTree(distances: Float64Array, n: number): Edge[] {
  const nearest = new Float64Array(n).fill(Infinity);
  const from = new Int32Array(n);
  const isIn = new Uint8Array(n);
  const edges: Edge[] = [];
  let latest = 0;
  while (edges.length < n - 1) {
    isIn[latest] = 1;
    let closest = -1;
    for (let i = 0; i < n; i++) {
      if (isIn[i] === 1) continue;
      const length = distances[latest * n + i]!;
      if (length < nearest[i]!) {
        nearest[i] = length;
        from[i] = latest;
      }
      if (closest < 0 || nearest[i]! < nearest[closest]!) closest = i;
    }
    edges.push({ a: from[closest]!, b: closest, length: nearest[closest]! });
    latest = closest;
  }
  return edges;
}

/** Ward's merges as edges between any two members of what they join; heights as SciPy counts them. */
function wardEdges(given: Float64Array, n: number): Edge[] {
  const squares = given.map((distance) => distance * distance);
  const sizes = new Int32Array(n).fill(1);
  const chain: number[] = [];
  const edges: Edge[] = [];
  while (edges.length < n - 1) {
    if (chain.length === 0) chain.push(sizes.findIndex((size) => size > 0));
    const top = chain.at(-1)!;
    const previous = chain.at(-2);
    // the previous one wins a tie, so that a chain ends
    let [nearest, square] = previous === undefined ? [-1, Infinity] : [previous, squares[top * n + previous]!];
    for (let i = 0; i < n; i++) {
      if (i !== top && sizes[i]! > 0 && squares[top * n + i]! < square) [nearest, square] = [i, squares[top * n + i]!];
    }
    if (nearest !== previous) {
      chain.push(nearest);
      continue;
    }
    chain.length -= 2;
    const [kept, gone] = [Math.min(top, nearest), Math.max(top, nearest)];
    edges.push({ a: kept, b: gone, length: Math.sqrt(square) });
    const [ofKept, ofGone] = [sizes[kept]!, sizes[gone]!];
    sizes[gone] = 0;
    sizes[kept] = ofKept + ofGone;
    for (let i = 0; i < n; i++) {
      const size = sizes[i]!;
      if (size === 0 || i === kept) continue;
      const merged =
        ((size + ofKept) * squares[i * n + kept]! + (size + ofGone) * squares[i * n + gone]! - size * square) /
        (size + ofKept + ofGone);
      squares[i * n + kept] = squares[kept * n + i] = merged;
    }
  }
  return edges;
}
