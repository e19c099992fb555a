/** The search above the list of series, its order, and what is said about what it has found. */
import { Refused } from './api.js';
import { announce, byId } from './dom.js';
import { offerDeletion } from './operator.js';
import { showAhead } from './trouble.js';

const DELAY_MILLIS = 150;

export class Finding {
  /**
   * @param {import('./list.js').SeriesList} list
   * @param {import('./combine.js').Combine} combine
   * @param {object} owner
   * @param {(search: string) => void} owner.searched what is typed has changed
   * @param {(order: string) => void} owner.ordered
   * @param {(action: () => Promise<void>) => void} owner.trying runs requests, and reports their failures
   * @param {() => void} owner.left the user wants to leave the empty search
   */
  constructor(list, combine, owner) {
    Object.assign(this, { list, combine, owner });
    this.input = byId('search');
    let typed = 0;
    this.input.addEventListener('input', () => {
      clearTimeout(typed);
      typed = setTimeout(() => {
        const search = this.input.value.trim();
        owner.searched(search);
        owner.trying(async () => {
          await this.searchFor(search);
          announce(list.summary);
        });
      }, DELAY_MILLIS);
    });
    this.input.addEventListener('keydown', (event) => {
      if (event.key === 'ArrowDown') {
        event.preventDefault();
        byId('list').focus();
      } else if (event.key === 'Escape' && !this.input.value) {
        owner.left();
      }
    });
    byId('order').addEventListener('change', ({ target }) => {
      owner.ordered(target.value);
      owner.trying(() => this.showOrder(target.value));
    });
  }

  /** Shows a search and an order that nothing is fetched for yet. */
  start({ search, order }) {
    this.input.value = this.list.search = search;
    byId('order').value = this.list.order = order;
  }

  /** Fetches what a view has found, if that is something else. */
  async restore({ search, order }) {
    if (search !== this.list.search) {
      this.input.value = search;
      await this.searchFor(search);
    }
    if (order !== this.list.order) {
      await this.showOrder(order);
    }
  }

  async searchFor(search) {
    await this.attempt(() => this.list.setSearch(search));
    this.show(search);
  }

  async showOrder(order) {
    byId('order').value = order;
    await this.attempt(() => this.list.setOrder(order));
    this.show(this.list.search);
  }

  async refresh(search) {
    await this.attempt(() => this.list.refresh());
    this.show(search);
  }

  /** A search that the server can't parse is reported beside the search field, and not as trouble. */
  async attempt(action) {
    const wrong = byId('search-wrong');
    try {
      await action();
      wrong.hidden = true;
      this.input.removeAttribute('aria-invalid');
    } catch (error) {
      if (!(error instanceof Refused) || !this.list.search) {
        throw error;
      }
      if (wrong.textContent !== error.message || wrong.hidden) {
        wrong.textContent = error.message;
        wrong.hidden = false;
      }
      this.input.setAttribute('aria-invalid', 'true');
    }
  }

  show(search) {
    const { list } = this;
    byId('count').textContent = list.summary;
    byId('no-match').hidden = list.total > 0 || !search;
    this.combine.show(search, list.total);
    offerDeletion(search, list.total);
    byId('too-many').hidden = !list.tooMany;
    showAhead(list.ahead);
  }
}
