// figures.js -- combine the measurements of several rounds.

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// The median of the ratio of |ours| to |theirs|, each within the same round, since a disturbance
// affects both.
export const ratioOf = (ours, theirs) => median(ours.map((cost, i) => cost / theirs[i]));

// The median of the difference of |ours| and |theirs|, round by round.
export const differenceOf = (ours, theirs) => median(ours.map((cost, i) => cost - theirs[i]));

// "41.2 (39.8-47.0)": the median, the least and the most.
export function spreadOf(values) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(2)} (${least.toFixed(2)}-${most.toFixed(2)})`;
}
