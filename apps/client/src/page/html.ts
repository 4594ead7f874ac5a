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
const [image, heading, status] = ['img', 'h1', 'p'].map((name) => document.querySelector(name));
const end = (text) => { image.remove(); status.textContent = text; };
try {
  const session = await fetch('/session', { method: 'POST', headers: { 'X-P2pimg-Token': token } });
  if (!session.ok) throw new Error();
  new EventSource('/alive').onerror = (event) => { event.target.close(); end('This view has ended.'); };
  const { title, caption } = await session.json();
  document.title = heading.textContent = image.alt = title;
  const picture = await fetch('/picture');
  if (!picture.ok) throw new Error();
  image.src = URL.createObjectURL(await picture.blob());
  await image.decode();
  URL.revokeObjectURL(image.src);
  status.textContent = caption;
  document.documentElement.dataset.shown = 'yes';
} catch {
  end('This view has ended. Ask for it again.');
}
`;

/** The same for everybody: what the picture is called is told with the session only. */
export const PAGE_HTML: string = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>p2pimg</title><style>${PAGE_STYLE}</style></head>
<body><main><img alt=""><h1>p2pimg</h1><p role="status">Opening …</p></main><script type="module">${PAGE_SCRIPT}</script></body>
</html>
`;
