/** The keys of the list of series. */
import { listSeries } from './api.js';
import { announce } from './dom.js';
import { MAX_SORTED, PAGE, ROW_HEIGHT } from './list.js';
import { grouped } from './numbers.js';
import { TypeAhead } from './typeahead.js';

/** @param {import('./list.js').SeriesList} list */
export function listenToListKeys(list) {
  const typeAhead = new TypeAhead();
  list.box.addEventListener('keydown', (event) => onKey(list, typeAhead, event));
}

function onKey(list, typeAhead, event) {
  const page = Math.max(1, Math.floor(list.box.clientHeight / ROW_HEIGHT) - 1);
  const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
  const { key } = event;
  const plain = !(event.ctrlKey || event.metaKey || event.altKey);
  const actions = [
    [!plain && key.toLowerCase() === 'a' && !event.altKey, () => list.owner.chooseAll()],
    [plain && key === 'Escape', () => list.owner.left()],
    [plain && list.shown && key in steps, () => list.goTo(list.active + steps[key])],
    [plain && list.shown && (key === ' ' || key === 'Enter'), () => list.toggle(list.active, event.shiftKey)],
    [plain && list.shown && list.isTree && (key === 'ArrowRight' || key === 'ArrowLeft'), () => list.goSideways(key === 'ArrowRight')],
    [list.shown && typeAhead.takes(event), () => goToTyped(list, typeAhead)],
  ];
  const action = actions.find(([wanted]) => wanted)?.[1];
  if (action) {
    event.preventDefault();
    // Or it would be a shortcut of the page as well.
    event.stopPropagation();
    action();
  }
}

/** Goes to the next key that begins with what is typed. Those that are not there are fetched, if they are not too many. */
async function goToTyped(list, typeAhead) {
  const { text } = typeAhead;
  let nameAt = (index) => (list.isTree ? list.items[index].name : list.at(index)?.key);
  if (!list.items && list.total > list.pages.size * PAGE) {
    list.finding?.abort();
    list.finding = new AbortController();
    const { signal } = list.finding;
    try {
      list.everyKey ??= await listSeries(list.search, 0, MAX_SORTED, signal).then(({ series }) => series.map(({ key }) => key));
    } catch (error) {
      if (!signal.aborted) {
        list.owner.failed(error);
      }
      return;
    }
    nameAt = (index) => list.everyKey?.[index];
  }
  const found = typeAhead.find(Math.min(list.shown, MAX_SORTED), nameAt, list.active);
  if (found >= 0) {
    list.goTo(found);
    announce(nameAt(found));
  } else {
    announce(list.shown > MAX_SORTED ? `None of the first ${grouped(MAX_SORTED)} series begins with ${text}. Search for it.` : `No series begins with ${text}.`);
  }
}
