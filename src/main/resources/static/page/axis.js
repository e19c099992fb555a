/** The value axis, as the user wants it: its unit, its ends and its scale, and whether lines go on over gaps. */
import { byId, element } from './dom.js';
import { UNITS, typedNumber } from './numbers.js';

export class AxisForm {
  /** @param {(axis: object) => void} changed */
  constructor(changed) {
    this.form = byId('axis-form');
    this.axis = null;
    byId('value-unit').append(...Object.entries(UNITS).map(([name, { label }]) => element('option', { value: name }, label)));
    this.form.addEventListener('submit', (event) => event.preventDefault());
    this.form.addEventListener('change', () => {
      const axis = this.read();
      if (axis) {
        changed(axis);
      }
    });
    byId('axis').addEventListener('click', () => this.open(this.form.hidden));
  }

  open(open) {
    this.form.hidden = !open;
    byId('axis').setAttribute('aria-expanded', String(open));
  }

  /** What is typed; null if it makes no sense, which is told. */
  read() {
    const [from, to] = [byId('y-from'), byId('y-to')];
    const ends = [from, to].map(({ value }) => typedNumber(value));
    const log = byId('log').checked;
    const wrong = (index) => Number.isNaN(ends[index]) || (log && ends[index] !== null && ends[index] <= 0);
    const order = ends[0] !== null && ends[1] !== null && ends[1] <= ends[0];
    from.setAttribute('aria-invalid', String(wrong(0)));
    to.setAttribute('aria-invalid', String(wrong(1) || order));
    const bad = [from, to].find((_, index) => wrong(index));
    byId('axis-wrong').textContent = !bad ? (order ? 'The upper end must be above the lower one.' : '')
      : log && !Number.isNaN(typedNumber(bad.value)) ? 'A logarithmic scale has only ends above 0.'
        : `“${bad.value}” is not a number such as 5, 2.5k or 1e6.`;
    return bad || order ? null : { unit: byId('value-unit').value, from: ends[0], to: ends[1], log, connect: byId('connect').checked };
  }

  /** @param {object} axis as in the view; what is being typed is left alone */
  show(axis, changed) {
    if (this.axis !== JSON.stringify(axis)) {
      this.axis = JSON.stringify(axis);
      byId('value-unit').value = axis.unit;
      for (const [id, end] of [['y-from', axis.from], ['y-to', axis.to]]) {
        if (document.activeElement !== byId(id)) {
          byId(id).value = end ?? '';
        }
        byId(id).setAttribute('aria-invalid', 'false');
      }
      byId('log').checked = axis.log;
      byId('connect').checked = axis.connect;
      byId('axis-wrong').textContent = '';
      if (changed && this.form.hidden) {
        this.open(true);
      }
    }
  }
}
