/** The page around one picture. Script and style are named by their hash in the policy: what they are here is all that runs. */

export const PAGE_STYLE = `
:root { color-scheme: dark; }
body { margin: 0; background: #16181d; color: #e8e8ea; font: 16px/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; height: 100vh; padding: 1.5rem; display: grid; grid-template-rows: minmax(0, 1fr) auto auto; gap: .25rem; justify-items: center; text-align: center; }
img { max-width: 100%; max-height: 100%; align-self: center; object-fit: contain; border-radius: 4px; }
img:not([src]) { visibility: hidden; }
h1 { margin: .75rem 0 0; font-size: 1.1rem; overflow-wrap: anywhere; }
p { margin: 0; color: #b4b6bd; }
`;

export const PAGE_SCRIPT = `
const token = location.hash.slice(1);
history.replaceState(null, '', '/');
const say = (text) => { document.querySelector('p').textContent = text; };
try {
  const session = await fetch('/session', { method: 'POST', headers: { 'X-P2pimg-Token': token } });
  if (!session.ok) throw new Error();
  new EventSource('/alive').onerror = (event) => { event.target.close(); document.querySelector('img').remove(); say('This view has ended.'); };
  const picture = await fetch('/picture');
  if (!picture.ok) throw new Error();
  const image = document.querySelector('img');
  image.src = URL.createObjectURL(await picture.blob());
  await image.decode();
  URL.revokeObjectURL(image.src);
  document.documentElement.dataset.shown = 'yes';
} catch {
  document.querySelector('img')?.remove();
  say('This view has ended. Ask for it again.');
}
`;

export function pageHtml(title: string, caption: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${PAGE_STYLE}</style></head>
<body><main><img alt="${escapeHtml(title)}"><h1>${escapeHtml(title)}</h1><p role="status">${escapeHtml(caption)}</p></main><script type="module">${PAGE_SCRIPT}</script></body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
