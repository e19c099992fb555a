/**
 * The value axis, as the user wants it: its unit, its ends and its scale, whether lines go on over gaps, whether they are
 * stacked, and which earlier time is beside them.
 */
import { BEFORE } from './before.js';
import { element } from './dom.js';
import { UNITS, typedNumber } from './numbers.js';

export class AxisForm {
  /**
   * @param {(id: string) => any} at finds the elements of the chart
   * @param {(axis: import('./view.js').Axis) => void} changed
   */
  constructor(at, changed) {
    this.at = at;
    this.form = at('axis-form');
    this.axis = null;
    at('value-unit').append(...Object.entries(UNITS).map(([name, { label }]) => element('option', { value: name }, label)));
    this.form.addEventListener('submit', (event) => event.preventDefault());
    at('before').append(...Object.entries(BEFORE).map(([name, { label }]) => element('option', { value: name }, label)));
    this.form.addEventListener('change', ({ target }) => {
      // A sum has no place on a logarithmic scale.
      if (target.checked && (target === at('log') || target === at('stacked'))) {
        at(target === at('log') ? 'stacked' : 'log').checked = false;
      }
      const axis = this.read();
      if (axis) {
        changed(axis);
      }
    });
    at('axis').addEventListener('click', () => this.open(this.form.hidden));
  }

  open(open) {
    this.form.hidden = !open;
    this.at('axis').setAttribute('aria-expanded', String(open));
  }

  /** What is typed; null if it makes no sense, which is told. */
  read() {
    const [from, to] = [this.at('y-from'), this.at('y-to')];
    const ends = [from, to].map(({ value }) => typedNumber(value));
    const log = this.at('log').checked;
    const wrong = (index) => Number.isNaN(ends[index]) || (log && ends[index] !== null && ends[index] <= 0);
    const order = ends[0] !== null && ends[1] !== null && ends[1] <= ends[0];
    from.setAttribute('aria-invalid', String(wrong(0)));
    to.setAttribute('aria-invalid', String(wrong(1) || order));
    const bad = [from, to].find((_, index) => wrong(index));
    this.at('axis-wrong').textContent = !bad ? (order ? 'The upper end must be above the lower one.' : '')
      : log && !Number.isNaN(typedNumber(bad.value)) ? 'A logarithmic scale has only ends above 0.'
        : `“${bad.value}” is not a number such as 5, 2.5k or 1e6.`;
    return bad || order ? null : { unit: this.at('value-unit').value, from: ends[0], to: ends[1], log, connect: this.at('connect').checked,
      stacked: this.at('stacked').checked, before: this.at('before').value };
  }

  /** @param {object} axis as in the view; what is being typed is left alone */
  show(axis, changed) {
    if (this.axis !== JSON.stringify(axis)) {
      this.axis = JSON.stringify(axis);
      this.at('value-unit').value = axis.unit;
      for (const [id, end] of [['y-from', axis.from], ['y-to', axis.to]]) {
        if (document.activeElement !== this.at(id)) {
          this.at(id).value = end ?? '';
        }
        this.at(id).setAttribute('aria-invalid', 'false');
      }
      this.at('log').checked = axis.log;
      this.at('connect').checked = axis.connect;
      this.at('stacked').checked = axis.stacked;
      this.at('before').value = axis.before;
      this.at('axis-wrong').textContent = '';
      if (changed && this.form.hidden) {
        this.open(true);
      }
    }
  }
}
