/** The page around one picture. Script and style are named by their hash in the policy: what they are here is all that runs. */

export const PAGE_STYLE = `
:root { color-scheme: dark; }
body { margin: 0; min-height: 100vh; display: grid; grid-template-rows: 1fr auto; place-items: center; background: #16181d; color: #e8e8ea; font: 16px/1.5 system-ui, sans-serif; }
img { max-width: 96vw; max-height: 86vh; object-fit: contain; }
p { margin: 0; padding: 1rem; }
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
<body><img alt="${escapeHtml(title)}"><p>${escapeHtml(caption)}</p><script type="module">${PAGE_SCRIPT}</script></body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
