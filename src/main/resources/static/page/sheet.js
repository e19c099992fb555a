/** On a narrow screen the list of series is a sheet over the charts. */
import { byId } from './dom.js';

const narrow = matchMedia('(max-width: 760px)');

/** Whether there is no room for the list beside the charts. */
export const isNarrow = () => narrow.matches;

/** @param {boolean} open */
export function openList(open) {
  document.body.classList.toggle('list-open', open);
  byId('open-list').setAttribute('aria-expanded', String(open));
  coverMain();
  if (open) {
    byId('search').focus();
  } else if (narrow.matches) {
    byId('open-list').focus();
  }
}

/** Content below the list can't be reached by keyboard either; content beside the list can. */
function coverMain() {
  byId('main').inert = narrow.matches && document.body.classList.contains('list-open');
}

narrow.addEventListener('change', coverMain);
byId('open-list').addEventListener('click', () => openList(true));
byId('close-list').addEventListener('click', () => openList(false));
