// The pictures of docs/images: of each page light and dark, wide and narrow; only those that are missing, unless asked for.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const images = new URL('../../docs/images/', import.meta.url);

export async function takePictures(page, name, settled = async () => {}) {
  await mkdir(images, { recursive: true });
  const whole = page.viewportSize();
  for (const [kind, size] of [['', whole], ['-phone', { width: 390, height: 844 }]]) {
    for (const colorScheme of ['light', 'dark']) {
      const path = fileURLToPath(new URL(`${name}${kind}-${colorScheme}.png`, images));
      if (existsSync(path) && process.env.ROLLCALL_SCREENSHOTS !== '1') continue;
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      await settled();
      await page.screenshot({ path });
    }
  }
  await page.setViewportSize(whole);
  await page.emulateMedia({ colorScheme: null });
}
