/**
 * Runs in a page that is measured (JavaScript, because the page takes it as it is): tells how long a switch of pages takes, from the
 * press of the key to the end of the paint after which nothing new was seen. New is an element that was added to the page, or a
 * canvas that shows a line for the first time; over a range that was recorded also a canvas that is drawn right after an element was
 * added, since what was read from the recorder comes with one. Figures that change are not, nor is what lies outside of the window.
 * Given to Playwright by bench/metrics/pages.ts.
 */
{
  const probe = { pressed: 0, paints: [], last: '' };
  globalThis.benchSwitch = probe;

  /** What is drawn so soon after an element was added belongs to it, in milliseconds. */
  const WITH_ELEMENT_MS = 50;

  let drawn = new WeakSet();
  let addedAt = Number.NEGATIVE_INFINITY;
  /** What appeared since the last frame, with its words. */
  let news = new Map();

  const isSeen = (element) => {
    const { width, height, top, bottom, left, right } = element.getBoundingClientRect();
    return width > 0 && height > 0 && top < innerHeight && bottom > 0 && left < innerWidth && right > 0;
  };

  /** Something new is there: it is seen once it is painted. */
  const appeared = (element, words) => {
    news.set(element, words);
    if (news.size > 1) return;
    requestAnimationFrame(() => {
      // A message posted in an animation frame is handled after that frame's layout and paint.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const now = performance.now();
        const seen = [...news].filter(([one]) => isSeen(one));
        news = new Map();
        port1.close();
        if (seen.length === 0) return;
        probe.last = seen.at(-1)[1];
        probe.paints.push(now);
      };
      port2.postMessage(null);
    });
  };

  addEventListener(
    'keydown',
    (event) => {
      probe.pressed = event.timeStamp;
      probe.paints.length = 0;
      probe.last = '';
      drawn = new WeakSet();
    },
    { capture: true },
  );

  new MutationObserver((changes) => {
    for (const { addedNodes, target } of changes) {
      for (const node of addedNodes) {
        // What stands around the page, such as its status bar, is the same on all of them.
        if (node.nodeType !== Node.ELEMENT_NODE || target.closest('#main') === null) continue;
        addedAt = performance.now();
        const at = target.closest('[aria-label]')?.getAttribute('aria-label') ?? target.tagName;
        appeared(node, `${node.tagName.toLowerCase()} in ${at}`);
      }
    }
  }).observe(document, { childList: true, subtree: true });

  const { stroke } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.stroke = function (...path) {
    stroke.apply(this, path);
    const { canvas } = this;
    // The grid of a chart is stroked too, without a path of its own; a curve of a table has no grid.
    if (path.length === 0 && canvas.closest('.uplot') !== null) return;
    const isRecorded = /[?&](range|from)=(?!live)/.test(location.hash);
    const isNews = isRecorded && performance.now() - addedAt < WITH_ELEMENT_MS;
    if (drawn.has(canvas) && !isNews) return;
    drawn.add(canvas);
    const at =
      canvas.closest('section')?.querySelector('h2')?.textContent ?? canvas.getAttribute('aria-label');
    appeared(canvas, `line of ${at}`);
  };
}
