import { createRoot } from 'react-dom/client';
import { Explorer } from './Explorer.jsx';
import { loadSettings } from './loadSettings.js';
import { provideWorkers } from './monacoWorkers.js';

const place = document.getElementById('explorer');
if (!place) throw new Error('The page has no element with the id "explorer".');

provideWorkers();

try {
  const settings = await loadSettings();
  createRoot(place).render(<Explorer settings={settings} address={new URLSearchParams(location.search)} />);
} catch (error) {
  place.textContent = `The explorer can't start: ${error instanceof Error ? error.message : String(error)}`;
}
