// dom.js -- make, find and fill elements. No text is ever parsed as HTML.

export const byId = (id) => document.getElementById(id);

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false || value === null) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// An element. |properties|: attributes, and listeners as onclick etc.; |children|: elements, texts,
// or lists of them.
export const make = (name, properties = {}, ...children) => (
  fill(document.createElement(name), properties, children)
);

export const draw = (name, properties = {}, ...children) => (
  fill(document.createElementNS('http://www.w3.org/2000/svg', name), properties, children)
);

export const show = (element, text) => {
  element.textContent = text;
  element.hidden = !text;
};

export const put = (element, ...children) => element.replaceChildren(...children.flat());

// Set the options of a select, and keep the current choice.
export function offer(select, names) {
  const chosen = select.value;
  put(select, names.map((name) => make('option', { value: name }, name)));
  if (names.includes(chosen)) select.value = chosen;
}
