// figures.js -- what the measurements of several rounds come to.

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// The median of what |ours| cost, each time as a part of what |theirs| did in the same round:
// what disturbed one round disturbed both.
export const ratioOf = (ours, theirs) => median(ours.map((cost, i) => cost / theirs[i]));

// The median of what |ours| cost more than |theirs|, round by round.
export const differenceOf = (ours, theirs) => median(ours.map((cost, i) => cost - theirs[i]));

// "41.2 (39.8-47.0)": the median, the least and the most.
export function spreadOf(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`;
}
