/**
 * The elements of a chart. The first one's are in the markup. Those of the others are copies, whose ids have the number of
 * the chart at their end.
 */
import { byId } from './dom.js';

/** As it was before anything was shown in it. */
const pristine = byId('card').cloneNode(true);
const REFERENCES = ['aria-labelledby', 'aria-describedby', 'aria-controls'];

/**
 * Finds the elements of a chart by the ids that they have in the first one, and makes them if they are not there yet.
 * @param {number} number from 1
 * @returns {(id: string) => any}
 */
export function partsOf(number) {
  if (number === 1) {
    return byId;
  }
  const numbered = (id) => `${id}-${number}`;
  if (!byId(numbered('card'))) {
    const card = pristine.cloneNode(true);
    const own = new Set();
    for (const one of [card, ...card.querySelectorAll('[id]')]) {
      own.add(one.id);
      one.id = numbered(one.id);
    }
    for (const name of REFERENCES) {
      card.querySelectorAll(`[${name}]`).forEach((one) => one.setAttribute(name, one.getAttribute(name).split(' ').map((id) => (own.has(id) ? numbered(id) : id)).join(' ')));
    }
    card.setAttribute('aria-labelledby', numbered('chart-title'));
    byId('more-charts').append(card);
  }
  return (id) => byId(numbered(id));
}
