/** Downloads: all points as CSV, the chart as a picture. */
import { csvUrls, text } from './api.js';
import { element, nameOf } from './dom.js';
import { isComputed } from './lines.js';

function save(url, name) {
  const link = element('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  save(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A file name with the time: eardrum-20261125-100320.csv. */
const fileName = (ending) => `eardrum-${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}.${ending}`;

const cell = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/**
 * The browser streams the file to the disk. Only if the keys are too long for one address, or if there are computed lines,
 * does it pass through memory; then there is no file unless all of it has arrived. Computed lines have the points of the
 * chart.
 * @param {string[]} lines
 * @param {Map<string, {points: [number, number][]}>} drawn
 */
export async function saveCsv(lines, range, drawn) {
  const urls = csvUrls(lines.filter((line) => !isComputed(line)), range);
  const computed = lines.filter(isComputed);
  if (urls.length === 1 && !computed.length) {
    save(urls[0], fileName('csv'));
    return;
  }
  const parts = ['key,timestamp,value\r\n'];
  for (const url of urls) {
    const part = await text(url);
    parts.push(part.slice(part.indexOf('\n') + 1));
  }
  for (const line of computed) {
    parts.push(...(drawn.get(line)?.points ?? []).map(([timestamp, value]) => `${cell(line)},${timestamp},${value}\r\n`));
  }
  saveBlob(new Blob(parts, { type: 'text/csv' }), fileName('csv'));
}

/** The canvas of the chart with its legend below, in the colours of the page. */
export async function savePng(canvas, title, series, colors) {
  const ratio = devicePixelRatio || 1;
  const line = 22 * ratio;
  const margin = 16 * ratio;
  const picture = element('canvas');
  picture.width = canvas.width + 2 * margin;
  picture.height = canvas.height + 3 * margin + line * (series.length + 1);
  const pen = picture.getContext('2d');
  pen.fillStyle = colors.surface;
  pen.fillRect(0, 0, picture.width, picture.height);
  pen.textBaseline = 'middle';
  pen.font = `${13 * ratio}px system-ui, sans-serif`;
  pen.fillStyle = colors.text;
  pen.fillText(title, margin, margin + line / 2);
  pen.drawImage(canvas, margin, margin + line);
  series.forEach((one, index) => {
    const { look } = one;
    const y = 2 * margin + line * (index + 1.5) + canvas.height;
    pen.strokeStyle = look.color;
    pen.lineWidth = 2.5 * ratio;
    pen.setLineDash(look.dash.map((length) => length * ratio));
    pen.beginPath();
    pen.moveTo(margin, y);
    pen.lineTo(margin + 28 * ratio, y);
    pen.stroke();
    pen.fillText(nameOf(one), margin + 38 * ratio, y, picture.width - 2 * margin - 38 * ratio);
  });
  const blob = await new Promise((resolve) => picture.toBlob(resolve, 'image/png'));
  saveBlob(blob, fileName('png'));
}
