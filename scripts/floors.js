// floors.js -- the order of the folders of wasm/, and a check of all includes against it.

// From the bottom up: a folder may include itself and those before it. Files at the top level
// (limits.h, plan.h) are below all of them, except gw.c and gw.h, which are above all.
export const FLOORS = [
  'base', 'text', 'provider', 'config', 'item', 'chat', 'responses', 'conform', 'dialect',
  'upstream', 'memory', 'failover', 'report', 'exchange',
];
const TOP = ['gw.c', 'gw.h'];

// The number of a file's floor, -1 when its folder is not in the list.
function floorOf(path) {
  if (TOP.includes(path)) return FLOORS.length;
  return path.includes('/') ? FLOORS.indexOf(path.slice(0, path.indexOf('/'))) : 0;
}

const inWasm = (file) => file.replace(/^wasm\//, '');
const lineAt = (text, index) => text.slice(0, index).split('\n').length;
const includesOf = (text) => [...text.matchAll(/^#include "(.*)"/gm)]
  .map((match) => ({ path: match[1], line: lineAt(text, match.index) }));

function upwardIncludes(texts) {
  const problems = [];
  for (const [file, text] of texts) {
    const floor = floorOf(inWasm(file));
    if (floor < 0) problems.push([file, 1, 'is in a folder that FLOORS does not list']);
    for (const { path, line } of includesOf(text)) {
      if (floorOf(path) > floor) problems.push([file, line, `includes ${path}, which is above it`]);
    }
  }
  return problems;
}

// A .c, its .h and its .def are one unit. No unit may include itself through others.
const unitOf = (path) => path.replace(/\.(c|h|def)$/, '');

function includeCircles(texts) {
  const problems = [];
  const needs = new Map();
  for (const [file, text] of texts) {
    const unit = unitOf(inWasm(file));
    const included = includesOf(text).map(({ path }) => unitOf(path));
    needs.set(unit, [...needs.get(unit) ?? [], ...included.filter((other) => other !== unit)]);
  }
  const visit = (unit, way) => {
    if (way.includes(unit)) {
      const circle = [...way.slice(way.indexOf(unit)), unit].join(' > ');
      problems.push([`wasm/${unit}`, 1, `includes in a circle: ${circle}`]);
      return;
    }
    for (const next of needs.get(unit) ?? []) visit(next, [...way, unit]);
    needs.delete(unit);
  };
  for (const unit of [...needs.keys()]) visit(unit, []);
  return problems;
}

// The problems of |texts|, a Map from "wasm/..." to the file's text: [file, line, sentence].
export const floorProblems = (texts) => [...upwardIncludes(texts), ...includeCircles(texts)];
