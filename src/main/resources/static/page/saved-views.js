/** The dialog of views that are saved on the server: save this one, open, delete. */
import { deleteView, savedViews, saveView } from './api.js';
import { announce, byId, element } from './dom.js';
import { closing, showPanel } from './panel.js';
import { full } from './time.js';

export async function showViews({ address, openView, utc }) {
  const name = element('input', { id: 'view-name', maxlength: '100', autocomplete: 'off', required: true });
  const save = element('button', { class: 'primary' }, 'Save');
  const form = element('form', { id: 'view-form', hidden: true, novalidate: true }, element('label', {}, 'Name of this view ', name), save);
  const note = element('p', { id: 'view-note', class: 'quiet' });
  const rows = element('ul', { id: 'view-rows', class: 'plain-list' });
  const { dialog, wrong } = showPanel('views-dialog', 'Saved views', form, note, rows, element('div', { class: 'buttons' }, closing('Close')));
  let names = new Set();

  /** Asks the server, and tells a refusal in the dialog. */
  async function trying(action) {
    wrong(null);
    try {
      await action();
    } catch (error) {
      wrong(error);
    }
  }

  function row({ name: title, address: to, saved }, writable) {
    const open = element('a', { href: `#${to}`, onclick: (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        dialog.close();
        openView(to);
      }
    } }, title);
    const remove = element('button', { type: 'button', class: 'plain icon', 'aria-label': `Delete ${title}`, title: 'Delete', onclick: () => confirm(item, title) }, '×');
    const item = element('li', {}, open, element('span', { class: 'quiet' }, full(Date.parse(saved) / 1000, 's', utc())), ...(writable ? [remove] : []));
    return item;
  }

  function confirm(item, title) {
    const sure = element('button', { type: 'button', class: 'danger', onclick: () => trying(async () => {
      await deleteView(title);
      announce(`${title} is deleted.`);
      await show();
      byId('view-name').focus();
    }) }, 'Delete');
    const keep = element('button', { type: 'button', class: 'plain', onclick: () => trying(show) }, 'Keep');
    item.replaceChildren(element('span', { class: 'question' }, `Delete “${title}”?`), sure, keep);
    sure.focus();
  }

  async function show() {
    const { views, writable, problem } = await savedViews();
    names = new Set(views.map((view) => view.name));
    form.hidden = !writable;
    note.textContent = [problem, writable ? '' : 'This server saves views only if it has a password, or if only its own machine reaches it.',
      views.length ? '' : 'No view is saved yet.'].filter(Boolean).join(' ');
    rows.replaceChildren(...views.map((view) => row(view, writable)));
  }

  name.addEventListener('input', () => {
    save.textContent = names.has(name.value.trim()) ? 'Replace' : 'Save';
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const title = name.value.trim();
    const now = address().replace(/^#/, '');
    if (!title || !now) {
      wrong(new Error(title ? 'There is nothing to save yet. Choose a series first.' : 'Type a name for this view.'));
      name.focus();
      return;
    }
    trying(async () => {
      await saveView(title, now);
      announce(`${title} is saved.`);
      name.value = '';
      save.textContent = 'Save';
      await show();
    });
  });
  await trying(show);
  if (!form.hidden) {
    name.focus();
  }
}
