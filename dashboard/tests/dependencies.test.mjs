// That what is installed is used, and what is used is installed: here, and in the client.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const read = (...path) => readFileSync(join(repository, ...path), 'utf8');

/** Every file of a folder that may import something. */
const sourcesIn = (folder) => readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(tsx?|css)$/.test(name)).map((name) => read(folder, name));

/** `@radix-ui/react-tabs` of `@radix-ui/react-tabs/dist/index.js`; null for a file of one's own. */
const packageOf = (from) => (/^(\.|node:|virtual:)/.test(from) ? null : from.split('/').slice(0, from.startsWith('@') ? 2 : 1).join('/'));

function importedIn(texts) {
  const found = texts.flatMap((text) => [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*|@import\s+)['"]([^'"]+)['"]/g)].map(([, from]) => packageOf(from)));
  return new Set(found.filter((name) => name !== null));
}

/** What is imported under another name than that of its package, or by the other package's sources. */
const own = new Set(['@rollcall/client']);

describe.each([
  ['dashboard', ['src', 'tests'], ['vite.config.ts'], ['clients/typescript/src']],
  ['clients/typescript', ['src', 'tests'], ['vitest.config.ts'], []],
])('%s', (folder, [src, tests], configs, alsoBuilt) => {
  const { dependencies = {}, devDependencies = {}, peerDependencies = {}, scripts } = JSON.parse(read(folder, 'package.json'));
  const inSources = importedIn(sourcesIn(`${folder}/${src}`));
  const builtIn = new Set([...inSources, ...alsoBuilt.flatMap((also) => [...importedIn(sourcesIn(also))])]);

  it('has no dependency that is not used', () => {
    expect(Object.keys(dependencies).filter((name) => !builtIn.has(name))).toEqual([]);
  });

  it('names every dependency that it uses', () => {
    const named = new Set([...Object.keys(dependencies), ...Object.keys(peerDependencies), ...own]);
    // The style sheets are made by the build.
    expect([...inSources].filter((name) => !named.has(name) && name !== 'tailwindcss')).toEqual([]);
  });

  it('has no tool that is not used', () => {
    const elsewhere = importedIn([...sourcesIn(`${folder}/${tests}`), ...configs.map((config) => read(folder, config))]);
    const commands = { '@biomejs/biome': 'biome', typescript: 'tsc', vite: 'vite', vitest: 'vitest' };
    const config = configs.map((name) => read(folder, name)).join();
    const peers = new Set(Object.keys(devDependencies).filter((name) => elsewhere.has(name))
      .flatMap((name) => Object.keys(JSON.parse(read(folder, 'node_modules', name, 'package.json')).peerDependencies ?? {})));
    const isUsed = (name) => {
      const types = /^@types\/(.*)$/.exec(name)?.[1];
      return elsewhere.has(name) || peers.has(name) || builtIn.has(name)
        || (types !== undefined && (builtIn.has(types) || elsewhere.has(types)))
        || Object.values(scripts).some((script) => script.split(/[\s&]+/).includes(commands[name] ?? name))
        || config.includes(`'${name}'`);
    };
    expect(Object.keys(devDependencies).filter((name) => !isUsed(name))).toEqual([]);
  });
});
