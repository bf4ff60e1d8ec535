/**
 * Holds the app's code back, as of its wait for Electron to be ready, until Playwright has taken hold of the process: a window
 * that is being made at that very moment may never answer Playwright, which then waits for it without end. Given to Electron
 * with -r. `__playwright_run` is what Playwright calls, in any app that it launches, once it has connected.
 */
const { app } = require('electron');

const whenReady = app.whenReady.bind(app);
const driven = new Promise((resolve) => {
  globalThis.__playwright_run = resolve;
});
app.whenReady = () => driven.then(whenReady);
