/** Light and dark: the system's choice, or the user's. */
import { announce, byId } from './dom.js';
import { remember, remembered } from './settings.js';

const THEMES = ['automatic', 'light', 'dark'];
const darkWanted = matchMedia('(prefers-color-scheme: dark)');

export const isDark = () => (document.documentElement.dataset.theme ?? (darkWanted.matches ? 'dark' : 'light')) === 'dark';

/** What the chart and its picture are drawn with. */
export function colors() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return { text: value('--quiet'), grid: value('--grid'), surface: value('--surface'), font: '12px system-ui, sans-serif' };
}

export function showTheme() {
  const theme = remembered('theme', 'automatic');
  byId('theme').setAttribute('aria-label', `Colours: ${theme}`);
  byId('theme').title = `Colours: ${theme} (T)`;
}

export function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(remembered('theme', 'automatic')) + 1) % THEMES.length];
  remember('theme', theme);
  if (theme === 'automatic') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
  announce(`Colours: ${theme}`);
  showTheme();
}

/** @param {() => void} action called when the system changes its mind */
export const onSystemChange = (action) => darkWanted.addEventListener('change', action);
