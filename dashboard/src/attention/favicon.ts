const plain = '/favicon.svg';

/** The page's icon, with how many need a person. A `data:` image, which the hub's policy allows. */
export function faviconFor(count: number): string {
  if (count === 0) return plain;
  const text = count > 9 ? '9+' : String(count);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
    <rect width="32" height="32" rx="8" fill="#4338ca"/>
    <path d="M6 10h9M6 16h6" stroke="#fff" stroke-width="2.6" stroke-linecap="round"/>
    <circle cx="19" cy="19" r="13" fill="#fff"/><circle cx="19" cy="19" r="12" fill="#b42318"/>
    <text x="19" y="25" fill="#fff" font-family="sans-serif" font-weight="700" font-size="${text.length > 1 ? 14 : 18}" text-anchor="middle">${text}</text>
  </svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export function showFavicon(count: number): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  const href = faviconFor(count);
  if (link && link.getAttribute('href') !== href) link.href = href;
}
