/**
 * Runs in a page that is measured (JavaScript, because the page takes it as it is): `benchFrames(ms)` resolves, after so many
 * milliseconds, with the times between animation frames (`gaps`) and how long each took from its time to the end of its paint
 * (`work`). Given to Playwright by bench/metrics/frames.ts.
 */
globalThis.benchFrames = (ms) =>
  new Promise((done) => {
    const gaps = [];
    const work = [];
    let before = null;
    let first = null;
    const { port1, port2 } = new MessageChannel();
    let frame = 0;
    // A message posted in an animation frame is handled after that frame's layout and paint.
    port1.onmessage = () => work.push(performance.now() - frame);
    const next = (now) => {
      first ??= now;
      if (before !== null) gaps.push(now - before);
      before = now;
      frame = now;
      if (now - first >= ms) {
        port1.close();
        done({ gaps, work });
        return;
      }
      port2.postMessage(null);
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
