/**
 * P values adjusted so that calling out those of at most q keeps the expected share of false ones among all that are
 * called out at q, in the order given.
 *
 * `independent`: Benjamini & Hochberg, "Controlling the false discovery rate", 1995; also right for tests that err in the
 * same direction. `any`: Benjamini & Yekutieli, "The control of the false discovery rate in multiple testing under
 * dependency", 2001, whatever the tests have to do with each other, at the price of the factor 1 + 1/2 + ... + 1/m.
 */
export function adjustedForDiscoveries(pValues: readonly number[], dependence: 'independent' | 'any'): number[] {
  const m = pValues.length;
  const factor = dependence === 'independent' ? 1 : pValues.reduce((sum, _, i) => sum + 1 / (i + 1), 0);
  const largestFirst = pValues.map((_, i) => i).sort((i, j) => pValues[j]! - pValues[i]!);
  const adjusted = new Array<number>(m);
  let least = 1;
  largestFirst.forEach((index, place) => {
    least = Math.min(least, pValues[index]! * ((m * factor) / (m - place)));
    adjusted[index] = least;
  });
  return adjusted;
}
