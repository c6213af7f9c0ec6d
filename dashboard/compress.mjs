// Text goes to the browser compressed. It is done once, after the build; the hub chooses what the browser takes.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const built = fileURLToPath(new URL('dist', import.meta.url));
for (const name of readdirSync(built, { recursive: true })) {
  const file = join(built, name);
  if (!/\.(js|css|html|svg)$/.test(name) || statSync(file).size < 1_000) continue;
  const text = readFileSync(file);
  writeFileSync(`${file}.br`, brotliCompressSync(text));
  writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
}
