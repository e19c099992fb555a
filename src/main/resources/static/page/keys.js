/** Keys: those of the chart, and shortcuts of the page. */
import { shortcutsOn, showHelp } from './dialogs.js';
import { byId } from './dom.js';

/**
 * @param {KeyboardEvent} event
 * @param {Record<string, () => void>} actions by name of the key
 * @returns {boolean} whether one was taken
 */
function act(event, actions, name) {
  if (event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(actions, name)) {
    return false;
  }
  event.preventDefault();
  event.stopPropagation();
  actions[name]();
  return true;
}

/**
 * @param {HTMLElement} box the chart's
 * @param {object} owner
 * @param {import('./chart.js').Chart} owner.chart
 * @param {() => boolean} owner.charting whether there is something in the chart
 * @param {(share: number) => void} owner.move
 * @param {() => void} owner.zoomIn
 * @param {() => void} owner.zoomOut
 * @param {() => void} owner.moved the cursor is somewhere else
 */
export function listenToChartKeys(box, { chart, charting, move, zoomIn, zoomOut, moved }) {
  box.addEventListener('keydown', (event) => {
    const actions = {
      ArrowLeft: () => (event.shiftKey ? move(-0.25) : chart.step(-1)),
      ArrowRight: () => (event.shiftKey ? move(0.25) : chart.step(1)),
      PageUp: () => chart.step(-20),
      PageDown: () => chart.step(20),
      Home: () => chart.step(-Infinity),
      End: () => chart.step(Infinity),
      Escape: () => chart.hideCursor(),
      Enter: () => chart.togglePin(),
      '+': zoomIn,
      '=': zoomIn,
      '-': zoomOut,
    };
    if (charting() && act(event, actions, event.key) && /Arrow|Page|Home|End/.test(event.key) && !event.shiftKey) {
      // uPlot moves its cursor with the next frame.
      requestAnimationFrame(() => requestAnimationFrame(moved));
    }
  });
}

/** @param {Record<string, () => void>} actions by key */
export function listenToShortcuts(actions) {
  document.addEventListener('keydown', (event) => {
    const typing = event.target.matches?.('input:not([type="checkbox"]), textarea, select');
    if (!typing && !document.querySelector('dialog[open]') && shortcutsOn()) {
      const digit = /^\d$/.test(event.key) && byId('presets').querySelector(`[data-digit="${event.key}"]`);
      act(event, digit ? { [event.key]: () => digit.click() } : { '?': showHelp, ...actions }, event.key.toLowerCase());
    }
  });
}
