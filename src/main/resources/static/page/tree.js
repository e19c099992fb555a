/** Keys as a tree: a node for each word between dots. */
import { nodesBelow } from './api.js';

/**
 * The nodes of a tree that are in sight, from the top.
 * @param {{key: string, timestamp: number | null, value: number | null}[]} series
 * @param {(path: string) => boolean} isOpen
 * @returns {{name: string, level: number, place: number, of: number, path?: string, open?: boolean, count?: number, series?: object}[]}
 *   leaves have a series, branches a path; a key that goes on in others is both, one below the other
 */
export function treeRows(series, isOpen) {
  const rows = [];
  addRows(rows, series, '', 1, isOpen);
  return rows;
}

function addRows(rows, series, prefix, level, isOpen) {
  const groups = new Map();
  for (const one of series) {
    const end = one.key.indexOf('.', prefix.length);
    // A dot at the end of a key belongs to its last word.
    const isLeaf = end < 0 || end === one.key.length - 1;
    const name = isLeaf ? one.key.slice(prefix.length) : one.key.slice(prefix.length, end + 1);
    const id = `${isLeaf ? 'leaf' : 'branch'} ${name}`;
    if (!groups.has(id)) {
      groups.set(id, { name, isLeaf, members: [] });
    }
    groups.get(id).members.push(one);
  }
  const sorted = [...groups.values()].sort((a, b) => compareKeys(a.name, b.name));
  sorted.forEach(({ name, isLeaf, members }, index) => {
    const row = { name, level, place: index + 1, of: sorted.length };
    if (isLeaf) {
      rows.push({ ...row, series: members[0] });
      return;
    }
    const path = prefix + name;
    const open = isOpen(path);
    rows.push({ ...row, path, open, count: members.length });
    if (open) {
      addRows(rows, members, path, level + 1, isOpen);
    }
  });
}

const collator = new Intl.Collator(undefined, { numeric: true });

/** Orders keys as people do: host2 before host10. */
export const compareKeys = (a, b) => collator.compare(a, b) || (a < b ? -1 : Number(a > b));

/** A tree of more keys than the page can have: the server is asked for the nodes below a branch when it is opened. */
export class RemoteTree {
  constructor() {
    this.nodes = new Map();
  }

  async load(path) {
    if (!this.nodes.has(path)) {
      const found = await nodesBelow(path);
      const sorted = found.sort((a, b) => compareKeys(a.text, b.text));
      this.nodes.set(path, sorted.flatMap(({ text, leaf, expandable }) => [...(leaf ? [{ name: text }] : []), ...(expandable ? [{ name: `${text}.`, isBranch: true }] : [])]));
    }
  }

  /** As `treeRows`; the values of leaves are not known. */
  rows(isOpen, prefix = '', level = 1) {
    const nodes = this.nodes.get(prefix) ?? [];
    return nodes.flatMap(({ name, isBranch }, index) => {
      const row = { name, level, place: index + 1, of: nodes.length };
      const path = prefix + name;
      if (!isBranch) {
        return [{ ...row, series: { key: path } }];
      }
      const open = isOpen(path);
      return [{ ...row, path, open }, ...(open ? this.rows(isOpen, path, level + 1) : [])];
    });
  }
}
