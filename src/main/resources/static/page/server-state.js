/** The dialog with the state of the server in a few numbers, which it asks for again while it is open. */
import { Refused, serverState } from './api.js';
import { element } from './dom.js';
import { compact, grouped } from './numbers.js';
import { closing, showPanel } from './panel.js';
import { duration } from './time.js';

const SOON_MILLIS = 1000;
const AGAIN_MILLIS = 2000;
const bytes = (value) => compact(value, 'bytes');

/** What is shown: a name, a text, and whether it is a reason to look closer. */
export function describe(now, before) {
  const ago = (time) => `${duration(Math.max(0, Date.parse(now.time) - Date.parse(time)) / 1000)} ago`;
  const rate = (name) => {
    const [seconds, counted] = [now.uptimeSeconds - before?.uptimeSeconds, now[name] - before?.[name]];
    // A server that was started anew counts from zero.
    const known = seconds > 0 && counted >= 0;
    return `${known ? `${compact(counted / seconds)} a second, ` : ''}${compact(now[name])} since the start`;
  };
  const known = (name, text) => (now[name] === undefined ? null : text());
  const failed = now.backupsFailed ? `; ${grouped(now.backupsFailed)} failed since the start` : '';
  const backup = () => `${now.lastBackup ? `${ago(now.lastBackup)}, ${bytes(now.lastBackupBytes)}` : 'None is known'}${failed}`;
  return [
    ['Server', `${now.version}, up for ${duration(now.uptimeSeconds)}`],
    ['Points stored', rate('pointsPut')],
    ['Points refused', rate('pointsRefused'), before && now.pointsRefused > before.pointsRefused],
    ['Points read', rate('pointsReturned')],
    ['Commands failed', rate('commandsFailed'), before && now.commandsFailed > before.commandsFailed],
    ['Clients', `${grouped(now.clients)} of ${grouped(now.clientsLimit)}`, now.clients >= now.clientsLimit],
    ['Series', known('series', () => grouped(now.series)) ?? 'Not known'],
    ['Series ahead', known('seriesAhead', () => `${grouped(now.seriesAhead)} with points from the future`), now.seriesAhead > 0],
    ['Store', `${now.storageEngine}, ${now.storageWritable ? 'takes points' : 'takes no points'}${now.storageProblem ? `: ${now.storageProblem}` : ''}`,
      !now.storageWritable],
    ['Damaged files', now.damagedFiles ? grouped(now.damagedFiles) : null, true],
    ['Disk', known('diskBytes', () => `${bytes(now.diskBytes)} used, ${bytes(now.diskFreeBytes)} free`)],
    ['Last checkpoint', known('lastCheckpoint', () => ago(now.lastCheckpoint)) ?? known('diskBytes', () => 'None since the start')],
    ['Last backup', known('backupsFailed', backup), now.backupsFailed > 0],
  ].filter(([, text]) => text !== null);
}

export async function showServer() {
  const body = element('tbody', { id: 'server-rows' });
  const { dialog, wrong } = showPanel('server-dialog', 'State of the server', element('table', { class: 'keys' }, body),
    element('div', { class: 'buttons' }, closing('Close')));
  let before = null;
  while (dialog.open) {
    try {
      const now = await serverState();
      wrong(null);
      body.replaceChildren(...describe(now, before).map(([name, text, bad]) => element('tr', {},
        element('th', { scope: 'row' }, name), element('td', bad ? { class: 'wrong' } : {}, text))));
      await new Promise((resolve) => setTimeout(resolve, before ? AGAIN_MILLIS : SOON_MILLIS));
      before = now;
    } catch (error) {
      wrong(error);
      if (error instanceof Refused) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLIS));
    }
  }
}
