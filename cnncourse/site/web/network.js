// The small network of notebook 04 in the page: what pipeline.run does, with the same numbers.

const SIDE_OF_INK = 20; // a digit of MNIST lies in a box of 20×20 …
const SIDE_OF_IMAGE = 28; // … and its centre of mass in the middle of 28×28

/** Ten maps with their name and side: the input, and what comes out of each layer. */
function forward(image, { first, second, dense }) {
  const stages = [{ name: "input", side: 28, maps: [image] }];
  const add = (name, side, maps) => stages.push({ name, side, maps }) && maps;
  let maps = add("conv 1", 28, correlate([image], 28, first));
  maps = add("ReLU 1", 28, maps.map(relu));
  maps = add("pool 1", 14, maps.map((map) => pool(map, 28)));
  maps = add("conv 2", 14, correlate(maps, 14, second));
  maps = add("ReLU 2", 14, maps.map(relu));
  maps = add("pool 2", 7, maps.map((map) => pool(map, 14)));
  const flat = maps.flatMap((map) => [...map]);
  const scores = dense.map((row) => row.reduce((sum, weight, i) => sum + weight * flat[i], 0));
  const largest = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - largest));
  const total = powers.reduce((sum, power) => sum + power);
  return { stages, scores, shares: powers.map((power) => power / total) };
}

/** Cross-correlation with padding 1: kernels are [out][in][row][column] of 3×3. */
function correlate(maps, side, kernels) {
  return kernels.map((kernel) => {
    const sums = new Float64Array(side * side);
    kernel.forEach((plane, channel) => {
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          let sum = 0;
          for (let u = 0; u < 3; u++) {
            for (let v = 0; v < 3; v++) {
              const [row, column] = [y + u - 1, x + v - 1];
              const inside = row >= 0 && row < side && column >= 0 && column < side;
              if (inside) sum += plane[u][v] * maps[channel][row * side + column];
            }
          }
          sums[y * side + x] += sum;
        }
      }
    });
    return sums;
  });
}

const relu = (map) => map.map((value) => Math.max(0, value));

/** The largest of each 2×2. */
function pool(map, side) {
  const half = side / 2;
  return Float64Array.from({ length: half * half }, (_, i) => {
    const at = 2 * Math.floor(i / half) * side + 2 * (i % half);
    return Math.max(map[at], map[at + 1], map[at + side], map[at + side + 1]);
  });
}

/** A drawing in the form of MNIST: its ink in a box of 20×20, its centre of mass in the middle. */
function inForm(drawing, side) {
  const ink = [...drawing.keys()].filter((i) => drawing[i] > 0.1);
  const image = new Float64Array(SIDE_OF_IMAGE ** 2);
  if (ink.length === 0) return image;
  const [rows, columns] = [ink.map((i) => Math.floor(i / side)), ink.map((i) => i % side)];
  const [top, left] = [Math.min(...rows), Math.min(...columns)];
  const [height, width] = [Math.max(...rows) - top + 1, Math.max(...columns) - left + 1];
  const scale = SIDE_OF_INK / Math.max(height, width);
  const [high, wide] = [height, width].map((length) => Math.max(1, Math.round(length * scale)));
  const small = shrink(drawing, side, { top, left, height, width }, high, wide);
  let [mass, y, x] = [0, 0, 0];
  small.forEach((value, i) => {
    mass += value;
    y += value * Math.floor(i / wide);
    x += value * (i % wide);
  });
  const place = (centre, length) => Math.max(0, Math.min(SIDE_OF_IMAGE - length, Math.round(13.5 - centre)));
  const [down, right] = [place(y / mass, high), place(x / mass, wide)];
  small.forEach((value, i) => {
    image[(down + Math.floor(i / wide)) * SIDE_OF_IMAGE + right + (i % wide)] = value;
  });
  return image;
}

/** Part of a picture with fewer pixels or more: each is the mean of what it covers. */
function shrink(picture, side, { top, left, height, width }, high, wide) {
  const covered = (to, n, length) => {
    const [from, until] = [(to * length) / n, ((to + 1) * length) / n];
    const pixels = [];
    for (let i = Math.floor(from); i < until; i++) {
      pixels.push([i, (Math.min(i + 1, until) - Math.max(i, from)) / (until - from)]);
    }
    return pixels;
  };
  return Float64Array.from({ length: high * wide }, (_, i) => {
    let sum = 0;
    for (const [row, tall] of covered(Math.floor(i / wide), high, height)) {
      for (const [column, broad] of covered(i % wide, wide, width)) {
        sum += tall * broad * picture[(top + row) * side + left + column];
      }
    }
    return sum;
  });
}
