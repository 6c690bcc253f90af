// playground.js -- send a request to one route, or to two side by side, and watch the answers.
import { Answer } from './answer.js';
import { byId, make, offer, put } from './dom.js';
import { say } from './words.js';

const TOOLS = [{
  type: 'function',
  name: 'get_weather',
  description: 'The weather in a city now.',
  parameters: {
    type: 'object', properties: { city: { type: 'string' } }, required: ['city'],
    additionalProperties: false,
  },
}];

let under = null; // an AbortController while answers are under way
let images = []; // data URLs for the next message
let look = () => {};

const answers = [new Answer('answer'), new Answer('other')];
const routeOf = (i) => byId(i === 0 ? 'ask-route' : 'ask-other').value;
const chosen = () => answers.filter((answer, i) => routeOf(i) !== '');

// ---- the request ----

// The tools, or null if they are not an array.
function tools() {
  const text = byId('ask-tools').value.trim();
  if (!text) return [];
  try {
    const list = JSON.parse(text);
    return Array.isArray(list) ? list : null;
  } catch {
    return null;
  }
}

function question(model, text) {
  const effort = byId('ask-effort').value;
  const most = Number(byId('ask-max').value);
  const instructions = byId('ask-instructions').value.trim();
  const list = tools() ?? [];
  return {
    model,
    ...(text && { input: text }),
    ...(instructions && { instructions }),
    ...(effort && { reasoning: { effort, summary: 'auto' } }),
    ...(most && { max_output_tokens: most }),
    ...(list.length && { tools: list }),
  };
}

// The user's message; |shown| is how the page shows it later.
function message(text) {
  if (images.length === 0) return { role: 'user', content: text, shown: text };
  return {
    role: 'user',
    content: [{ type: 'input_text', text },
      ...images.map((url) => ({ type: 'input_image', image_url: url }))],
    shown: `${text} [${say('imagesIn', { n: images.length })}]`,
  };
}

// ---- images ----

const dataUrlOf = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
});

function showImages() {
  put(byId('ask-images'), images.map((src, i) => make('button', {
    type: 'button', class: 'thumb', 'aria-label': say('removeImage'),
    onclick: () => { images.splice(i, 1); showImages(); },
  }, make('img', { src, alt: '' }))));
}

async function addImages({ target }) {
  images = [...images, ...await Promise.all([...target.files].map(dataUrlOf))];
  target.value = '';
  showImages();
}

// ---- sending ----

function setBusy(busy) {
  byId('ask-send').disabled = busy;
  byId('ask-stop').disabled = !busy;
  byId('ask-new').disabled = busy;
}

async function run(asks) {
  under = new AbortController();
  setBusy(true);
  await Promise.all(asks.map(([answer, ...rest]) => answer.ask(...rest, under.signal)));
  under = null;
  setBusy(false);
  look();
}

async function ask() {
  const text = byId('ask-text').value;
  const said = message(text);
  // With an image, the content is a list of parts.
  const input = images.length ? undefined : text;
  const all = answers.flatMap((answer, i) => (routeOf(i)
    ? [[answer, question(routeOf(i), input), [said]]] : []));
  images = [];
  showImages();
  byId('ask-text').value = '';
  byId('ask-text').placeholder = say('goOn');
  await run(all);
  // If there was no answer, offer the text again.
  if (byId('ask-text').value === '' && answers[0].items.length === 0) byId('ask-text').value = text;
}

function restart() {
  for (const answer of answers) answer.forget();
  byId('ask-text').placeholder = '';
  byId('ask-text').value = say('messageExample');
  byId('ask-text').focus();
}

function checkTools() {
  byId('ask-tools').setCustomValidity(tools() ? '' : say('toolsWrong'));
}

function arrange() {
  answers[1].parts.root.hidden = byId('ask-other').value === '';
  byId('answers').classList.toggle('two', chosen().length > 1);
  answers[0].parts.title.textContent = say('answer');
}

export function openPlayground(seen) {
  look = seen;
  const form = byId('ask');
  put(byId('answers'), answers.map(({ parts }) => parts.root));
  byId('ask-text').value = say('messageExample');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!under) ask();
  });
  byId('ask-text').addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  byId('ask-stop').addEventListener('click', () => under?.abort());
  byId('ask-new').addEventListener('click', restart);
  byId('ask-other').addEventListener('change', arrange);
  byId('ask-files').addEventListener('change', addImages);
  byId('ask-tools').addEventListener('input', checkTools);
  byId('ask-weather').addEventListener('click', () => {
    byId('ask-tools').value = JSON.stringify(TOOLS, null, 2);
    checkTools();
  });
  answers.forEach((answer, i) => {
    answer.onresults = (results) => {
      if (!under) run([[answer, question(routeOf(i) || answer.model), results]]);
    };
  });
  document.addEventListener('language', () => answers.forEach((answer) => answer.speak()));
  arrange();
}

export function offerRoutes(names) {
  offer(byId('ask-route'), names);
  const other = byId('ask-other').value;
  put(byId('ask-other'), ['', ...names].map((name) => make('option', { value: name },
    name || say('noOther'))));
  byId('ask-other').value = names.includes(other) ? other : '';
  arrange();
}
