/** What is around the charts: the ranges on offer, the buttons of all charts, the title of the window. */
import { byId, element } from './dom.js';
import { PRESETS, zoneName } from './time.js';
import { MAX_CHARTS } from './view.js';

/** @param {(name: string) => void} chosen */
export function fillPresets(chosen) {
  byId('presets').append(...PRESETS.map(({ name, label, digit }) => element('button', {
    type: 'button', 'data-name': name, 'data-digit': digit ?? false, 'aria-label': label, title: digit ? `${label} (${digit})` : label, 'aria-pressed': 'false',
    onclick: () => chosen(name),
  }, name === 'all' ? 'All' : name)));
}

/**
 * Shows what a view says about the surroundings of its charts.
 * @param {import('./view.js').View} view
 * @param {{unit: string, utc: boolean, steps: number}} how the unit of the range, and how many views one can go back
 */
export function showSurroundings(view, { unit, utc, steps }) {
  byId('presets').querySelectorAll('button').forEach((button) => {
    button.setAttribute('aria-pressed', String(view.range.preset === button.dataset.name));
    button.disabled = unit === 'n' && button.dataset.name !== 'all';
  });
  byId('live').setAttribute('aria-pressed', String(view.live));
  byId('live').querySelector('.word').textContent = view.live ? 'Live' : 'Paused';
  byId('table-section').hidden = !view.table || !view.charts[view.active].series.size;
  byId('back').disabled = steps === 0;
  byId('zone').textContent = `Times in ${zoneName(utc)}`;
  const keys = view.charts.flatMap(({ series }) => [...series.keys()]);
  byId('open-list').textContent = keys.length ? `Series (${keys.length})` : 'Series';
  for (const id of ['earlier', 'later', 'zoom-out', 'range', 'link']) {
    byId(id).disabled = !keys.length;
  }
  document.body.classList.toggle('charting', keys.length > 0);
  document.body.classList.toggle('several', view.charts.length > 1);
  byId('add-chart').hidden = view.charts.length >= MAX_CHARTS;
  document.title = keys.length ? `${keys.slice(0, 3).join(', ')}${keys.length > 3 ? ', …' : ''} · Eardrum` : 'Eardrum';
}
