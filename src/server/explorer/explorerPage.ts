import type { ExplorerManifest } from './manifest.js';

/** The HTML of the explorer. All that runs comes from files under `assetsPath`. */
export function explorerPage(assetsPath: string, manifest: ExplorerManifest): string {
  const address = (file: string) => escapeHtml(`${assetsPath}/${file}`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tenantry explorer</title>
<link rel="icon" type="image/svg+xml" href="${address('favicon.svg')}">
<link rel="stylesheet" href="${address(manifest.style)}">
<script type="module" src="${address(manifest.script)}"></script>
</head>
<body>
<div id="explorer">Loading the explorer …</div>
<noscript>The explorer needs JavaScript. Without it, send operations with POST to this address, as JSON.</noscript>
</body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
