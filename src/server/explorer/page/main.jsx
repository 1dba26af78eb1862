import { createRoot } from 'react-dom/client';
import { Explorer } from './Explorer.jsx';
import { loadSettings } from './loadSettings.js';
import { provideWorkers } from './monacoWorkers.js';

const place = document.getElementById('explorer');
if (!place) throw new Error('The page has no element with the id "explorer".');

provideWorkers();

try {
  const settings = await loadSettings();
  const address = new URLSearchParams(location.search);
  // An operation that came with the address is now the explorer's: a reload must not bring it back over what was edited since.
  history.replaceState(null, '', location.pathname);
  createRoot(place).render(<Explorer settings={settings} address={address} />);
} catch (error) {
  place.textContent = `The explorer can't start: ${error instanceof Error ? error.message : String(error)}`;
}
