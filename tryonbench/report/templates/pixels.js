/* Pictures as pixels: difference and error map, computed here from what the file carries. */

function pixelsOf(image, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/* Per channel, the absolute difference, three times as strong. */
function differenceOf(one, other) {
  const found = new ImageData(one.width, one.height);
  for (let i = 0; i < found.data.length; i += 1) {
    found.data[i] = i % 4 === 3 ? 255 : Math.min(255, 3 * Math.abs(one.data[i] - other.data[i]));
  }
  return found;
}

/* Points of matplotlib's viridis, which grows evenly in lightness. */
const VIRIDIS = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

function viridis(share) {
  const place = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(place));
  return VIRIDIS[low].map((value, i) => value + (place - low) * (VIRIDIS[low + 1][i] - value));
}

const ERROR_LIMIT = 0.4;

function errorAt(one, other, i) {
  let sum = 0;
  for (let c = 0; c < 3; c += 1) sum += Math.abs(one.data[i + c] - other.data[i + c]);
  return sum / 765;
}

/* Mean absolute difference of a pixel's channels, between 0 and ERROR_LIMIT. */
function errorMapOf(one, other) {
  const found = new ImageData(one.width, one.height);
  for (let i = 0; i < found.data.length; i += 4) {
    found.data.set([...viridis(errorAt(one, other, i) / ERROR_LIMIT), 255], i);
  }
  return found;
}

function meanError(one, other) {
  let sum = 0;
  for (let i = 0; i < one.data.length; i += 4) sum += errorAt(one, other, i);
  return (4 * sum) / one.data.length;
}
