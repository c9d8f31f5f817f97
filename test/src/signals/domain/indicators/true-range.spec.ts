import { averageDirectionalIndex, averageTrueRange } from '../../../../../src/signals/domain/indicators/true-range.js';
import { computeIndicator, latestValues } from '../../../../../src/signals/domain/indicators/run-indicator.js';
import { expectWithin, known } from '../../../../support/indicators.js';
import { taLibDaily } from '../../../../support/ta-lib-series.js';

const flat = {
  high: new Float64Array(60).fill(5),
  low: new Float64Array(60).fill(5),
  close: new Float64Array(60).fill(5),
};

describe('average true range', () => {
  test("agrees with the worksheet of TA-Lib's regression tests", () => {
    // test_trange.xls, 14 periods, as an implementation for .NET (Mbst.Trading) has copied it
    const worksheet = [
      3.57821428571429, 3.48762755102041, 3.55993986880467, 3.4395870210329, 3.38818794810198, 3.32474595180898,
      3.29047838382263, 3.19615849926387, 3.22679003503073, 3.22630503252854, 3.20121181591936, 3.24933954335369,
      3.24510100454271, 3.39473664707538, 3.41332688656999, 3.39487496610071, 3.34881246852208, 3.26354014934194,
      3.16435871010323, 3.18404737366728, 3.10840113269105, 3.12065819464169, 3.06311118073871, 3.09896038211451,
      3.04260606910634, 2.97027706417017, 2.89668584530087, 3.05585114206509, 3.12114748906044, 3.00320838269898,
      3.01440778393477, 2.89302151365372, 2.84494854839274, 2.83602365207897, 2.81845053407333, 2.73534692449666,
      2.64710785846119, 2.6408858685711, 2.80939402081602,
    ];
    const { value } = computeIndicator(averageTrueRange, taLibDaily);
    expectWithin(known(value).slice(0, worksheet.length), worksheet, 1e-13);
  });

  test('agrees with the example of technicalindicators', () => {
    // npm, test/directionalmovement/ATR.js: the bars of StockCharts ChartSchool, "Average True Range"
    const bars = {
      high: Float64Array.of(
        ...[48.7, 48.72, 48.9, 48.87, 48.82, 49.05, 49.2, 49.35, 49.92, 50.19, 50.12, 49.66, 49.88, 50.19, 50.36],
        ...[50.57, 50.65, 50.43, 49.63, 50.33, 50.29, 50.17, 49.32, 48.5, 48.32, 46.8, 47.8, 48.39, 48.66, 48.79],
      ),
      low: Float64Array.of(
        ...[47.79, 48.14, 48.39, 48.37, 48.24, 48.64, 48.94, 48.86, 49.5, 49.87, 49.2, 48.9, 49.43, 49.73, 49.26],
        ...[50.09, 50.3, 49.21, 48.98, 49.61, 49.2, 49.43, 48.08, 47.64, 41.55, 44.28, 47.31, 47.2, 47.9, 47.73],
      ),
      close: Float64Array.of(
        ...[48.16, 48.61, 48.75, 48.63, 48.74, 49.03, 49.07, 49.32, 49.91, 50.13, 49.53, 49.5, 49.75, 50.03, 50.31],
        ...[50.52, 50.41, 49.34, 49.37, 50.23, 49.24, 49.93, 48.43, 48.18, 46.57, 45.41, 47.77, 47.72, 48.62, 47.85],
      ),
    };
    const expected = [
      0.5678571428571431, 0.5615816326530612, 0.5464686588921284, 0.5945780403998334, 0.5985367517998457,
      0.6243555552427139, 0.6576158727253769, 0.6770718818164214, 0.7608524616866771, 0.7679344287090573,
      1.196653398086982, 1.291178155366483, 1.3696654299831628, 1.3568321849843652, 1.3270584574854818,
      1.307982853379376,
    ];
    expectWithin(known(computeIndicator(averageTrueRange, bars).value), expected, 1e-13);
  });

  test('is 0 where nothing moves', () => {
    expect(latestValues(averageTrueRange, flat)).toEqual({ value: 0 });
  });
});

describe('average directional index', () => {
  // the bars of StockCharts ChartSchool, "Average Directional Index (ADX)", as technicalindicators tests them
  const bars = {
    high: Float64Array.of(
      ...[
        30.2, 30.28, 30.45, 29.35, 29.35, 29.29, 28.83, 28.73, 28.67, 28.85, 28.64, 27.68, 27.21, 26.87, 27.41, 26.94,
      ],
      ...[26.52, 26.52, 27.09, 27.69, 28.45, 28.53, 28.67, 29.01, 29.87, 29.8, 29.75, 30.65, 30.6, 30.76, 31.17, 30.89],
      ...[30.04, 30.66, 30.6, 31.97, 32.1, 32.03, 31.63, 31.85, 32.71, 32.76, 32.58, 32.13, 33.12, 33.19, 32.52],
    ),
    low: Float64Array.of(
      ...[
        29.41, 29.32, 29.96, 28.74, 28.56, 28.41, 28.08, 27.43, 27.66, 27.83, 27.4, 27.09, 26.18, 26.13, 26.63, 26.13,
      ],
      ...[
        25.43, 25.35, 25.88, 26.96, 27.14, 28.01, 27.88, 27.99, 28.76, 29.14, 28.71, 28.93, 30.03, 29.39, 30.14, 30.43,
      ],
      ...[29.35, 29.99, 29.52, 30.94, 31.54, 31.36, 30.92, 31.2, 32.13, 32.23, 31.97, 31.56, 32.21, 32.63, 31.76],
    ),
    close: Float64Array.of(
      ...[29.87, 30.24, 30.1, 28.9, 28.92, 28.48, 28.56, 27.56, 28.47, 28.28, 27.49, 27.23, 26.35, 26.33, 27.03, 26.22],
      ...[
        26.01, 25.46, 27.03, 27.45, 28.36, 28.43, 27.95, 29.01, 29.38, 29.36, 28.91, 30.61, 30.05, 30.19, 31.12, 30.54,
      ],
      ...[29.78, 30.04, 30.49, 31.47, 32.05, 31.97, 31.13, 31.66, 32.64, 32.59, 32.19, 32.1, 32.93, 33, 31.94],
    ),
  };

  test('agrees with the example of technicalindicators', () => {
    // npm, test/directionalmovement/ADX.js: 14 bars
    const expected = {
      adx: [
        33.70788849599704, 32.256674079436806, 30.018345619444343, 28.439012595686158, 26.97248907362499,
        25.847323911213152, 24.017906430971514, 22.85086147775649, 22.129747886876853, 21.57869470891934,
        20.841568435721417, 19.61908179692733, 18.72577768656732, 18.751962418956367, 18.82256916633815,
        18.52094194845808, 17.684613039701503, 17.90758568664478, 18.17858351323038, 17.28769386037729,
      ],
      plus: [
        23.718186893672044, 22.72940203198124, 20.550126792049156, 21.937250896300913, 20.85349506942225,
        19.10088505720813, 22.32241320401099, 20.613325486941086, 27.9181603183101, 27.59427841755249,
        26.21905777631746, 24.239357953501997, 24.572938960734678, 28.964072883200057, 28.183449457987933,
        26.832324023553472, 25.494843646184236, 31.217188685051074, 30.372238610706088, 27.42046167925381,
      ],
      minus: [
        18.116192555042613, 17.360948613749574, 20.17542094822075, 18.72204272969499, 17.797126339975456,
        23.928903398549593, 22.427790620529375, 24.042575888819258, 21.601760160516733, 20.64114106178586,
        20.912545072268006, 22.497586315867906, 21.30940824159246, 19.677287360163756, 18.89078124365505,
        19.99555317354794, 22.24279473593016, 20.464233142299246, 19.540416237637213, 24.460090756499206,
      ],
    };
    const { adx, plus_di, minus_di } = computeIndicator(averageDirectionalIndex, bars);
    expectWithin(known(adx), expected.adx, 1e-11);
    expectWithin([...plus_di.slice(27)], expected.plus, 1e-11);
    expectWithin([...minus_di.slice(27)], expected.minus, 1e-11);
  });

  test('comes near the published worked example, whose bars have more digits', () => {
    // StockCharts ChartSchool; the sheet's ADX as technicalindicators' test quotes it
    const published = [
      33.58, 32.15, 29.93, 28.36, 26.9, 25.78, 23.95, 22.78, 22.07, 21.53, 20.8, 19.59, 18.72, 18.75, 18.84, 18.55,
      17.73, 17.95, 18.23, 17.35,
    ];
    expectWithin(known(computeIndicator(averageDirectionalIndex, bars).adx), published, 0.14);
  });

  test('is 0 where nothing moves', () => {
    expect(latestValues(averageDirectionalIndex, flat)).toEqual({ adx: 0, plus_di: 0, minus_di: 0 });
  });

  test('is 100 where each bar is the one before a step higher', () => {
    const low = Float64Array.from({ length: 60 }, (_, i) => 10 + i);
    const high = low.map((price) => price + 1);
    expect(latestValues(averageDirectionalIndex, { low, high, close: high })).toMatchObject({ adx: 100, minus_di: 0 });
  });
});
