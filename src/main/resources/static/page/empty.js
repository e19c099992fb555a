/** What a new user sees: the first line to type, with the host and port of this server. */
import { nowSeconds, tcpEndpoint } from './api.js';
import { announce, byId } from './dom.js';

const LOOPBACK = /^(localhost|127\..*|\[?::1\]?|0:0:0:0:0:0:0:1)$/;
let asked = false;

export async function fillEmptyState() {
  if (asked) {
    return;
  }
  asked = true;
  const { host, port } = await tcpEndpoint();
  const now = Math.floor(nowSeconds());
  byId('first-telnet').textContent = `telnet ${host} ${port}\nput my.first.metric 23.7 ${now}`;
  byId('first-shell').textContent = `printf 'put my.first.metric 23.7 %s\\nquit\\n' "$(date +%s)" | nc ${host} ${port}`;
  const elsewhere = LOOPBACK.test(host) && !LOOPBACK.test(location.hostname);
  byId('first-where').textContent = `The port for metrics accepts connections only from ${location.hostname} itself, so type this there.`;
  byId('first-where').hidden = !elsewhere;
}

document.querySelectorAll('.copy').forEach((button) => button.addEventListener('click', async () => {
  await copy(byId(button.dataset.copies).textContent);
}));

/** Copies a text; if the browser forbids it, the user is told so. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce('Copied.');
    return true;
  } catch {
    announce('The browser does not allow copying here.');
    return false;
  }
}
