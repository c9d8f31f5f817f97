import { basisOfSource } from '../../../../src/data/domain/price-basis.js';
import { sourceFamilies } from '../../../../src/data/sources/registry.js';

test('stored bars have the basis that their source offers, simulated or not', () => {
  const environment = { FKS_DATA_BASE_URL: 'http://127.0.0.1:9', FKS_PRICES: 'test/fixtures/sources/csv/good' };
  for (const { id, offers } of sourceFamilies.flatMap((family) => family.open(environment))) {
    expect([id, basisOfSource(id)]).toEqual([id, offers.basis]);
    expect(basisOfSource(`simulated:${id}:7`)).toBe(offers.basis);
  }
  expect(basisOfSource('fks_data')).toBe('perpetual');
});
