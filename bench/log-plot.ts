/** One line of a log-log plot. */
export interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

const [width, height] = [760, 460];
const frame = { left: 80, right: 190, top: 50, bottom: 60 };

const powersBetween = (low: number, high: number): number[] =>
  Array.from({ length: Math.ceil(high) - Math.floor(low) + 1 }, (_, k) => Math.floor(low) + k);
const inWords = (value: number): string => (value >= 1 ? value.toLocaleString('en') : String(value));
const round = (value: number): string => value.toFixed(1);

/** A plot of both axes in powers of ten, as the text of an SVG file; all numbers are positive. */
export function logPlot(title: string, axes: { x: string; y: string }, curves: readonly Curve[]): string {
  const all = curves.flatMap(({ points }) => points);
  const logs = (values: number[]) => values.map(Math.log10);
  const [xs, ys] = [logs(all.map(({ x }) => x)), logs(all.map(({ y }) => y))];
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const rows = powersBetween(Math.min(...ys), Math.max(...ys));
  const [bottom, top] = [rows[0]!, rows.at(-1)!];
  const plot = { width: width - frame.left - frame.right, height: height - frame.top - frame.bottom };
  const across = (x: number) => frame.left + ((Math.log10(x) - left) / (right - left)) * plot.width;
  const down = (y: number) => frame.top + ((top - Math.log10(y)) / (top - bottom)) * plot.height;

  const ticks = [...new Set(all.map(({ x }) => x))].sort((a, b) => a - b);
  const grid = [
    ...ticks.map((x) => {
      const at = round(across(x));
      return (
        `<line x1="${at}" y1="${frame.top}" x2="${at}" y2="${height - frame.bottom}" stroke="#e5e5e5"/>` +
        `<text x="${at}" y="${height - frame.bottom + 18}" text-anchor="middle">${inWords(x)}</text>`
      );
    }),
    ...rows.map((power) => {
      const at = round(down(10 ** power));
      return (
        `<line x1="${frame.left}" y1="${at}" x2="${width - frame.right}" y2="${at}" stroke="#e5e5e5"/>` +
        `<text x="${frame.left - 8}" y="${Number(at) + 4}" text-anchor="end">${inWords(10 ** power)}</text>`
      );
    }),
  ];
  const lines = curves.map(({ name, colour, points }, k) => {
    const path = points.map(({ x, y }) => `${round(across(x))},${round(down(y))}`).join(' ');
    const dots = points.map(
      ({ x, y }) => `<circle cx="${round(across(x))}" cy="${round(down(y))}" r="3" fill="${colour}"/>`,
    );
    const at = frame.top + 14 + 22 * k;
    const legend = width - frame.right + 14;
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...dots,
      `<line x1="${legend}" y1="${at}" x2="${legend + 18}" y2="${at}" stroke="${colour}" stroke-width="2"/>`,
      `<text x="${legend + 24}" y="${at + 4}">${name}</text>`,
    ].join('\n');
  });
  const middle = round(frame.top + plot.height / 2);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<text x="${frame.left}" y="28" font-size="15">${title}</text>`,
    ...grid,
    `<text x="${round(frame.left + plot.width / 2)}" y="${height - 18}" text-anchor="middle">${axes.x}</text>`,
    `<text transform="translate(20 ${middle}) rotate(-90)" text-anchor="middle">${axes.y}</text>`,
    ...lines,
    '</svg>',
    '',
  ].join('\n');
}
