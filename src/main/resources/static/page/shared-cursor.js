/** What charts below each other have in common: the cursor, and where their plots begin. */
import { byId } from './dom.js';
import { Tooltip } from './tooltip.js';

export class SharedCursor {
  /** @param {() => import('./chart-panel.js').Panel[]} panels those of the charts that are shown */
  constructor(panels) {
    this.panels = panels;
    /** The chart in which the user moves the cursor, which has the tooltip; null if there is none. */
    this.leader = null;
    this.tooltip = new Tooltip(() => this.hide());
    byId('main').addEventListener('scroll', () => {
      const chart = this.leader?.chart;
      if (chart && chart.pinned !== null) {
        chart.cursorMoved(chart.plot);
      }
    }, { passive: true });
  }

  /** The cursor of a chart has moved, and those of the others follow. */
  moved(panel, cursor) {
    if (cursor?.following || (!cursor && this.leader !== panel)) {
      return;
    }
    this.leader = cursor ? panel : null;
    this.tooltip.show(cursor, panel.content);
    this.panels().filter((other) => other !== panel).forEach((other) => other.chart.follow(cursor?.x ?? null, cursor?.pinned ?? false));
  }

  hide() {
    this.leader?.chart.hideCursor();
  }

  /** Takes the tooltip away if its chart has gone, or has no series any more. */
  checkLeader() {
    if (this.leader && (this.leader.at('card').hidden || !this.leader.view.series.size)) {
      this.moved(this.leader, null);
    }
  }

  /** Has one time be at one place in all charts, however wide their labels are. They are known once a chart is painted. */
  align() {
    const charts = this.panels().map(({ chart }) => chart);
    const width = Math.max(...charts.map(({ ownWidth }) => ownWidth));
    charts.forEach((chart) => chart.alignTo(width));
  }
}
