// Lets threads that the service starts load the TypeScript sources, as Jest does for the tests themselves:
//   node --import ./test/support/run-typescript.mjs
import fs from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

/** @param {string} url */
const typescriptOf = (url) =>
  url.startsWith('file:') && url.endsWith('.js') ? url.replace(/\.js$/, '.ts') : undefined;
/** @param {string} url */
const isFile = (url) => fs.existsSync(fileURLToPath(url));

registerHooks({
  resolve(specifier, context, nextResolve) {
    const base = context.parentURL;
    const isRelative = /^(\.{0,2}\/|file:)/.test(specifier);
    const url = isRelative ? new URL(specifier, base).href : undefined;
    const source = url && typescriptOf(url);
    if (source && !isFile(url) && isFile(source)) return { url: source, format: 'module', shortCircuit: true };
    return nextResolve(specifier, context);
  },
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/'))
      return nextLoad(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(fs.readFileSync(filename, 'utf8'), {
      filename,
      sourceMaps: 'inline',
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
