/* schema.js -- a value that fits a JSON schema, and a schema found in a text.
 *
 * Always the same value for the same schema and hint: enum and const first, then the first of
 * anyOf, then by type. Local $refs are followed; a schema that contains itself ends early.
 */

const DEEP = 6; /* from here only what is required, and empty lists where they may be empty */
const TOO_DEEP = 24; /* a schema that demands itself for ever has no finite value */

const FORMATS = {
  date: '2026-11-23',
  time: '12:00:00Z',
  'date-time': '2026-11-23T12:00:00Z',
  email: 'ada@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000007',
};

function resolve(root, ref) {
  const steps = ref.replace(/^#\/?/, '').split('/').filter(Boolean);
  return steps.reduce(
    (at, step) => at?.[decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')],
    root,
  ) ?? {};
}

function typeOf(schema) {
  const { type } = schema;
  if (Array.isArray(type)) return type[0];
  if (type) return type;
  if (schema.properties) return 'object';
  return schema.items ? 'array' : 'string';
}

function makeString(schema, at) {
  const text = FORMATS[schema.format] ?? at.hint;
  const long = text.padEnd(schema.minLength ?? 0, '.');
  return schema.maxLength === undefined ? long : long.slice(0, schema.maxLength);
}

function makeNumber(schema) {
  const step = schema.multipleOf ?? 1;
  const low = schema.minimum ?? (schema.exclusiveMinimum ?? -Infinity) + step;
  const high = schema.maximum ?? (schema.exclusiveMaximum ?? Infinity) - step;
  const near = Math.min(Math.max(7, low), high);
  return schema.multipleOf ? Math.ceil(Math.max(near, low) / step) * step : near;
}

function makeArray(schema, at) {
  const n = Math.max(schema.minItems ?? 0, at.depth < DEEP ? 1 : 0);
  const item = schema.items ?? {};
  return Array.from({ length: Math.min(n, schema.maxItems ?? n) }, () => make(item, at));
}

function makeObject(schema, at) {
  const required = schema.required ?? [];
  const wanted = (name) => required.includes(name) || (at.all && at.depth < DEEP);
  const names = Object.keys(schema.properties ?? {}).filter(wanted);
  return Object.fromEntries(names.map((name) => [name, make(schema.properties[name], at)]));
}

const MAKERS = {
  string: makeString,
  number: makeNumber,
  integer: (schema) => Math.round(makeNumber(schema)),
  boolean: () => true,
  null: () => null,
  array: makeArray,
  object: makeObject,
};

function pickBranch(branches, deep) {
  const end = (one) => one.type === 'null' || one.const !== undefined || one.enum;
  return (deep && branches.find(end)) || branches[0];
}

function merge(schema) {
  const parts = [schema, ...schema.allOf];
  return {
    ...Object.assign({}, ...parts),
    allOf: undefined,
    properties: Object.assign({}, ...parts.map((part) => part.properties)),
    required: parts.flatMap((part) => part.required ?? []),
  };
}

function make(schema, up) {
  const at = { ...up, depth: up.depth + 1 };
  if (schema === true || !schema || at.depth > TOO_DEEP) return at.hint;
  if (schema.$ref) return make(resolve(at.root, schema.$ref), at);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches?.length) return make(pickBranch(branches, at.depth >= DEEP), at);
  if (schema.allOf) return make(merge(schema), at);
  return (MAKERS[typeOf(schema)] ?? MAKERS.string)(schema, at);
}

/**
 * A value that fits |schema|.
 * @param {object} schema
 * @param {object} [how] hint: the text for strings; all: optional properties too
 */
export function valueFor(schema, { hint = 'Paris', all = false } = {}) {
  return make(schema, { root: schema, depth: 0, hint, all });
}

/* The end of the JSON object that opens at |start|, or -1: braces in strings do not count. */
function closingBrace(text, start) {
  for (let i = start, depth = 0, quoted = false; i < text.length; i += 1) {
    const c = text[i];
    if (quoted && c === '\\') i += 1;
    else if (c === '"') quoted = !quoted;
    else if (!quoted && c === '{') depth += 1;
    else if (!quoted && c === '}') depth -= 1;
    if (depth === 0) return i;
  }
  return -1;
}

function parseObject(text, start) {
  const end = closingBrace(text, start);
  if (end < 0) return null;
  try {
    return JSON.parse(text.slice(start, end + 1));
  } catch {
    return null;
  }
}

function asSchema(value) {
  if (!value || typeof value !== 'object') return null;
  if (value.properties || value.type === 'object' || value.$defs) return value;
  return asSchema(value.schema ?? value.json_schema);
}

/** The first JSON schema of an object written somewhere in |text|, or null. */
export function findSchema(text) {
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) {
    const schema = asSchema(parseObject(text, at));
    if (schema) return schema;
  }
  return null;
}
