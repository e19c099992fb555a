/** What is about the server and not about one chart: saved views, its state, deletion. Their dialogs are loaded on first use. */
import { savedViews } from './api.js';
import { byId } from './dom.js';

let mayDelete = null;

/** Shows the button that deletes what a search finds, if the server allows that. */
export async function offerDeletion(search, total) {
  if (search && total && mayDelete === null) {
    mayDelete = false;
    mayDelete = await savedViews().then(({ writable }) => writable, () => null);
  }
  byId('delete').hidden = !(search && total && mayDelete);
}

/**
 * @param {object} owner
 * @param {() => string} owner.address what the view is in the address
 * @param {(address: string) => void} owner.openView
 * @param {() => string} owner.search
 * @param {() => boolean} owner.utc
 * @param {() => void} owner.changed series were deleted
 * @param {(action: () => Promise<void>) => void} owner.trying
 */
export function listenToOperator(owner) {
  const opens = (id, open) => byId(id).addEventListener('click', () => document.querySelector('dialog[open]') ?? owner.trying(open));
  opens('views', async () => (await import('./saved-views.js')).showViews(owner));
  opens('server', async () => (await import('./server-state.js')).showServer());
  opens('delete', async () => (await import('./deletion.js')).showDeletion(owner));
}
