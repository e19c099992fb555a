/** Creates and finds elements. Text is inserted as text, never as markup, because strangers choose the keys. */

/** @param {string} id @returns {any} */
export const byId = (id) => document.getElementById(id);

/**
 * Creates an element.
 * @param {string} tag
 * @param {Record<string, string | boolean | Function>} attributes `on…` are listeners, true is an attribute without value
 * @param {...(Node | string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      made.addEventListener(name.slice(2), value);
    } else if (value !== false) {
      made.setAttribute(name, value === true ? '' : value);
    }
  }
  made.append(...children);
  return made;
}

/** A key in two pieces. If it is too long, the first one is cut, because its end says most. */
export function keyText(key) {
  const cut = key.lastIndexOf('.', key.length - 2) + 1;
  const tail = key.length - cut > 24 ? '' : key.slice(cut);
  const text = element('span', { class: 'key', title: key });
  text.append(element('span', { class: 'head' }, tail ? key.slice(0, cut) : key));
  if (tail) {
    text.append(element('span', { class: 'tail' }, tail));
  }
  return text;
}

/** The key of a line, and what time it is of if that is not the present. */
export const nameText = ({ key, earlier }) => (earlier ? [keyText(key), element('span', { class: 'earlier' }, earlier)] : [keyText(key)]);

/** The same as text. */
export const nameOf = ({ key, earlier }) => (earlier ? `${key}, ${earlier}` : key);

/** The line that shows how a series is drawn: its colour, and its dashes. */
export function swatch(look) {
  const line = element('span', { class: 'swatch', 'aria-hidden': 'true' });
  line.style.setProperty('--color', look.color);
  line.dataset.dash = String(look.dashIndex);
  return line;
}

let announced = 0;

/** Announces a change to users of screen readers. */
export function announce(text) {
  const region = byId('announcements');
  // A screen reader would not read the same text again.
  region.textContent = text + (announced++ % 2 ? ' ' : '');
}
