/** The dialog that deletes the series of a search, after it has shown which ones. */
import { deleteSeries, wouldDelete } from './api.js';
import { announce, element, keyText } from './dom.js';
import { grouped } from './numbers.js';
import { closing, showPanel } from './panel.js';
import { flash } from './trouble.js';

const SHOWN = 20;

export async function showDeletion({ search, changed }) {
  const filter = search();
  const note = element('p', { id: 'delete-note' }, 'Looking for what would be deleted …');
  const rows = element('ul', { id: 'delete-rows', class: 'plain-list' });
  const typed = element('input', { id: 'delete-typed', inputmode: 'numeric', autocomplete: 'off' });
  const label = element('label', { hidden: true }, element('span', { id: 'delete-how' }), ' ', typed);
  const sure = element('button', { id: 'delete-sure', class: 'danger', disabled: true }, 'Delete');
  const form = element('form', { novalidate: true }, label, element('div', { class: 'buttons' }, closing('Cancel'), sure));
  const { dialog, wrong } = showPanel('delete-dialog', 'Delete series', note, rows, form);
  let total = 0;
  typed.addEventListener('input', () => {
    sure.disabled = typed.value.replace(/\D/g, '') !== String(total);
  });
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (sure.disabled) {
      return;
    }
    sure.disabled = true;
    wrong(null);
    try {
      const { deleted } = await deleteSeries(filter);
      const text = `${grouped(deleted)} series deleted.`;
      dialog.close();
      announce(text);
      flash(text);
    } catch (error) {
      wrong(error);
      sure.disabled = false;
    }
    changed();
  });
  try {
    const found = await wouldDelete(filter, SHOWN);
    ({ total } = found);
    note.textContent = total ? `“${filter}” finds ${grouped(total)} series. They and all their points are deleted. This can’t be undone.`
      : `“${filter}” finds no series.`;
    rows.replaceChildren(...found.series.map(({ key }) => element('li', {}, keyText(key))),
      ...(total > found.series.length ? [element('li', { class: 'quiet' }, `and ${grouped(total - found.series.length)} more`)] : []));
    label.firstChild.textContent = `Type ${total} to delete them:`;
    label.hidden = !total;
    typed.focus();
  } catch (error) {
    note.textContent = '';
    wrong(error);
  }
}
