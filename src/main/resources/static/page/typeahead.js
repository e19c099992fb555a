/** Letters that are typed in the list are the beginning of a key, and bring the cursor to the next one with it. */

/** After so long, a letter begins another word. */
const PAUSE_MILLIS = 1000;
/** What words begin with, and how they go on. Digits and signs are shortcuts as well. */
const BEGINNING = /^[\p{L}_]$/u;
const MORE = /^[\p{L}\p{N}._:-]$/u;

export class TypeAhead {
  constructor() {
    this.text = '';
    this.typedAt = 0;
  }

  /**
   * Takes a key of the keyboard.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it belongs to a word
   */
  takes({ key, ctrlKey, metaKey, altKey }) {
    const now = performance.now();
    const before = now - this.typedAt > PAUSE_MILLIS ? '' : this.text;
    if (ctrlKey || metaKey || altKey || !(before ? MORE : BEGINNING).test(key)) {
      return false;
    }
    this.text = before + key.toLowerCase();
    this.typedAt = now;
    return true;
  }

  /**
   * Finds the next name that begins with what is typed, else the next one of which a word does. One letter typed again and
   * again goes through all that begin with it.
   * @param {number} count how many names there are
   * @param {(index: number) => string | undefined} nameAt
   * @param {number} from where the cursor is
   * @returns {number} -1 for none
   */
  find(count, nameAt, from) {
    const repeated = this.text.length > 1 && [...this.text].every((letter) => letter === this.text[0]);
    const search = (text, start) => {
      let inside = -1;
      for (let i = 0; i < count; i++) {
        const index = (start + i) % count;
        const name = nameAt(index)?.toLowerCase();
        if (name?.startsWith(text)) {
          return index;
        }
        if (inside < 0 && name?.includes(`.${text}`)) {
          inside = index;
        }
      }
      return inside;
    };
    const found = search(this.text, this.text.length === 1 ? from + 1 : from);
    return found < 0 && repeated ? search(this.text[0], from + 1) : found;
  }
}
