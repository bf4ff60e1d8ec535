/**
 * How different two colours look: to most people, and to those whose cones for long, middle or short waves do not work.
 * Used by the test of the window's colours, look-colors.test.ts.
 */

/** Red, green and blue of sRGB, each 0 to 1. */
export type Srgb = readonly [number, number, number];

/** CIELAB, D65: lightness 0 to 100, then green to red and blue to yellow. */
export type Lab = readonly [number, number, number];

export const VISIONS = ['normal', 'protan', 'deutan', 'tritan'] as const;
export type Vision = (typeof VISIONS)[number];

/** The colour of `#rrggbb`. */
export function srgbOf(hex: string): Srgb {
  const digits = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  if (digits === null) throw new Error(`${hex} is not a colour written #rrggbb`);
  const [, red, green, blue] = digits.map((two) => Number.parseInt(two, 16) / 255);
  return [red!, green!, blue!];
}

// IEC 61966-2-1.
const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);

type Matrix = readonly (readonly [number, number, number])[];

/**
 * What is seen with one kind of cones missing, in linear sRGB: Machado, Oliveira and Fernandes 2009, "A
 * physiologically-based model for simulation of color vision deficiency", table of severity 1.0.
 */
const SEEN_BY: Readonly<Record<Exclude<Vision, 'normal'>, Matrix>> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const times = (matrix: Matrix, [x, y, z]: Srgb) =>
  matrix.map(([a, b, c]) => a * x + b * y + c * z) as unknown as [number, number, number];

/** Linear sRGB to XYZ of D65, IEC 61966-2-1. */
const TO_XYZ: Matrix = [
  [0.4124564, 0.3575761, 0.1804375],
  [0.2126729, 0.7151522, 0.072175],
  [0.0193339, 0.119192, 0.9503041],
];
const WHITE = times(TO_XYZ, [1, 1, 1]);

const linearOf = ([red, green, blue]: Srgb): [number, number, number] => [
  linear(red),
  linear(green),
  linear(blue),
];

/** A colour as somebody sees it. */
export function labOf(color: Srgb, vision: Vision = 'normal'): Lab {
  const light = linearOf(color);
  const seen = vision === 'normal' ? light : times(SEEN_BY[vision], light);
  const inGamut = seen.map((value) => Math.min(1, Math.max(0, value))) as unknown as Srgb;
  // CIE 15:2004.
  const f = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const [x, y, z] = times(TO_XYZ, inGamut).map((value, i) => f(value / WHITE[i]!));
  return [116 * y! - 16, 500 * (x! - y!), 200 * (y! - z!)];
}

const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Angle of a hue in degrees, 0 to 360; 0 of a grey. */
function hueOf(a: number, b: number): number {
  if (a === 0 && b === 0) return 0;
  const degrees = (Math.atan2(b, a) * 180) / Math.PI;
  return degrees < 0 ? degrees + 360 : degrees;
}

/**
 * CIEDE2000, with all weights 1. After Sharma, Wu and Dalal 2005, "The CIEDE2000 color-difference formula:
 * implementation notes, supplementary test data, and mathematical observations".
 */
export function ciede2000([l1, a1, b1]: Lab, [l2, a2, b2]: Lab): number {
  const meanChroma = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanChroma ** 7 / (meanChroma ** 7 + 25 ** 7)));
  const [x1, x2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(x1, b1), Math.hypot(x2, b2)];
  const [h1, h2] = [hueOf(x1, b1), hueOf(x2, b2)];
  const grey = c1 * c2 === 0;
  const apart = h2 - h1;
  const turn = Math.abs(apart) <= 180 ? 0 : apart > 180 ? -360 : 360;
  const dHue = grey ? 0 : apart + turn;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin(radians(dHue / 2));
  const sum = h1 + h2;
  const half = Math.abs(apart) <= 180 ? sum : sum < 360 ? sum + 360 : sum - 360;
  const meanHue = grey ? sum : half / 2;
  const meanL = (l1 + l2) / 2;
  const meanC = (c1 + c2) / 2;
  const t =
    1 -
    0.17 * Math.cos(radians(meanHue - 30)) +
    0.24 * Math.cos(radians(2 * meanHue)) +
    0.32 * Math.cos(radians(3 * meanHue + 6)) -
    0.2 * Math.cos(radians(4 * meanHue - 63));
  const rotation = 30 * Math.exp(-(((meanHue - 275) / 25) ** 2));
  const rc = 2 * Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7));
  const sl = 1 + (0.015 * (meanL - 50) ** 2) / Math.sqrt(20 + (meanL - 50) ** 2);
  const sc = 1 + 0.045 * meanC;
  const sh = 1 + 0.015 * meanC * t;
  const [l, c, h] = [(l2 - l1) / sl, (c2 - c1) / sc, dH / sh];
  return Math.sqrt(l ** 2 + c ** 2 + h ** 2 - Math.sin(radians(2 * rotation)) * rc * c * h);
}

/** The least difference of two colours over all kinds of vision. */
export function leastDifference(one: Srgb, other: Srgb): number {
  return Math.min(...VISIONS.map((vision) => ciede2000(labOf(one, vision), labOf(other, vision))));
}

/** Relative luminance, 0 to 1: WCAG 2.2. */
function luminanceOf(color: Srgb): number {
  const [red, green, blue] = linearOf(color);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Contrast ratio of two colours, 1 to 21: WCAG 2.2. */
export function contrastOf(one: Srgb, other: Srgb): number {
  const [light, dark] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}
