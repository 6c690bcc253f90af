// main.js -- the page's frame: sign in and out, the sections, the language.
import { Refusal, askStatus, currentToken, isKeptForLong, keepToken } from './api.js';
import { byId, show } from './dom.js';
import { openEditor } from './editor.js';
import { editInForce, lookAtConfig, openInForce, showInForce } from './in-force.js';
import { openOverview, showStatus } from './overview.js';
import { openPlayground, offerRoutes } from './playground.js';
import { lookAtRequests, openRequests, showRequests } from './requests.js';
import { openSettings, showSettings } from './settings.js';
import { lookAtUsage } from './usage.js';
import { applyWords, changeLanguage, otherLanguage, say } from './words.js';

const SECTIONS = ['overview', 'requests', 'playground', 'connect', 'routes'];
const PAUSE = 30_000; // ms between two updates of the status

let status = null; // the last status; null: nobody is signed in

const chosen = () => {
  const name = location.hash.slice(1);
  return SECTIONS.includes(name) ? name : SECTIONS[0];
};

// The data that is loaded again whenever its section is opened.
const LOOKS = { overview: lookAtUsage, requests: lookAtRequests, routes: lookAtConfig };

function openSection() {
  showSection();
  if (status) LOOKS[chosen()]?.();
}

function showSection() {
  const name = status ? chosen() : 'enter';
  for (const one of ['enter', ...SECTIONS]) byId(one).hidden = one !== name;
  for (const link of byId('nav').children) {
    if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  byId('nav').hidden = byId('leave').hidden = !status;
  document.body.classList.toggle('outside', !status);
}

const wordsOf = (error) => {
  if (!(error instanceof Refusal)) throw error;
  if (error.status === 401) return say('wrongToken');
  return error.status ? error.message : say('noAnswer', { message: error.message });
};

// Show a problem's line in the editor.
async function goToProblem(problem) {
  location.hash = '#routes';
  await lookAtConfig();
  editInForce(problem);
}

function take(fresh) {
  status = fresh;
  showStatus(status, goToProblem);
  const names = status.routes.map(({ name }) => name);
  showRequests(names, status.store);
  showInForce();
  offerRoutes(names);
  showSettings(names);
}

// Update the status; sign out if the token is no longer valid.
async function look() {
  try {
    take(await askStatus());
    show(byId('status-error'), '');
  } catch (error) {
    if (error.status === 401) leave(say('wrongToken'));
    else show(byId('status-error'), wordsOf(error));
  }
}

async function enter(token, forLong) {
  const button = byId('enter-button');
  keepToken(token, forLong);
  button.disabled = true;
  show(byId('enter-error'), '');
  try {
    take(await askStatus());
    byId('token').value = '';
  } catch (error) {
    leave(wordsOf(error));
  }
  button.disabled = false;
  openSection();
}

function leave(why = '') {
  keepToken('');
  status = null;
  show(byId('enter-error'), why);
  showSection();
  byId('token').focus();
}

function speak() {
  applyWords();
  byId('language').textContent = otherLanguage();
  if (status) take(status);
}

byId('enter-form').addEventListener('submit', (event) => {
  event.preventDefault();
  enter(byId('token').value.trim().replace(/^bearer +/i, ''), byId('token-keep').checked);
});
byId('leave').addEventListener('click', () => leave());
byId('language').addEventListener('click', () => {
  changeLanguage();
  speak();
  document.dispatchEvent(new Event('language'));
});
addEventListener('hashchange', () => {
  openSection();
  byId('main').focus({ preventScroll: true });
  scrollTo(0, 0);
});
setInterval(() => {
  if (!status || document.hidden || chosen() !== 'overview') return;
  look();
  lookAtUsage();
}, PAUSE);

speak();
openOverview(look);
openPlayground(look);
openSettings();
openRequests();
openEditor();
openInForce();
if (currentToken()) enter(currentToken(), isKeptForLong());
else showSection();
