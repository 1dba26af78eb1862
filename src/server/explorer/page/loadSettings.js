/**
 * What the server tells the page.
 *
 * @typedef {object} Settings
 * @property {string} graphqlPath where operations are sent
 * @property {string} defaultQuery what a new tab starts with
 */

/**
 * Reads the settings, which lie beside the page's own files.
 *
 * @returns {Promise<Settings>}
 * @throws {Error} where the server does not answer, or answers with an error
 */
export async function loadSettings() {
  const response = await fetch(new URL('settings.json', import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status} when asked for the page's settings.`);
  return response.json();
}
