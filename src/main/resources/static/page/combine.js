/** What the search has found, all at once: charted, or as one line. */
import { byId, element } from './dom.js';
import { combinations, combined } from './lines.js';
import { grouped } from './numbers.js';
import { MAX_SERIES } from './palette.js';

const PATTERN = /^\S*[*?[{]\S*$/;

export class Combine {
  /**
   * @param {object} owner
   * @param {() => void} owner.chooseAll
   * @param {(line: string) => void} owner.add
   */
  constructor(owner) {
    this.search = '';
    byId('combine-how').append(...combinations.map(({ name, label }) => element('option', { value: name }, label)));
    byId('choose-all').addEventListener('click', owner.chooseAll);
    byId('combine').addEventListener('submit', (event) => {
      event.preventDefault();
      owner.add(combined(byId('combine-how').value, byId('combine-rates').checked, this.search));
    });
  }

  /** @param {string} search @param {number} total how many series it finds */
  show(search, total) {
    this.search = search;
    const all = byId('choose-all');
    all.hidden = !search || total < 2;
    all.textContent = total > MAX_SERIES ? `Chart the first ${MAX_SERIES} of ${grouped(total)}` : `Chart all ${total}`;
    all.title = total > MAX_SERIES ? `A chart shows at most ${MAX_SERIES} series.` : '';
    byId('combine').hidden = total < 2 || !PATTERN.test(search);
  }
}
