/** A dialog that is made when it is opened, and removed when it is closed. */
import { byId, element } from './dom.js';

/**
 * @param {string} id
 * @param {string} title
 * @param {(Node | string)[]} content
 * @returns {{dialog: HTMLDialogElement, wrong: (error: Error | null) => void}} wrong tells what the server has refused
 */
export function showPanel(id, title, ...content) {
  // It may be asked for twice before its module is there.
  byId(id)?.remove();
  const problem = element('p', { class: 'wrong', role: 'alert' });
  const dialog = element('dialog', { id, 'aria-labelledby': `${id}-title` }, element('h2', { id: `${id}-title` }, title), problem, ...content);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return {
    dialog,
    wrong: (error) => {
      problem.textContent = error?.message ?? '';
    },
  };
}

export const closing = (text) => element('button', { type: 'button', class: 'plain', onclick: (event) => event.target.closest('dialog').close() }, text);
