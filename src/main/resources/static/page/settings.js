/** What this browser remembers of its user; nothing if storage is forbidden. */

/**
 * @param {string} name
 * @param {string} fallback when nothing is remembered
 */
export function remembered(name, fallback) {
  try {
    return localStorage.getItem(`eardrum.${name}`) ?? fallback;
  } catch {
    return fallback;
  }
}

/** @param {string} name @param {string} value */
export function remember(name, value) {
  try {
    localStorage.setItem(`eardrum.${name}`, value);
  } catch {
    // The value holds until the page is closed.
  }
}
